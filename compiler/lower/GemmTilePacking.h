// Operands as the tiles of a matrix unit read them.
//
// A panel of 32 rows of A or 32 columns of B is, for every group of 32 steps of k, for every term
// of its numbers (GemmTerms), two tiles of 1 KiB: 16 rows of 32 bf16, or 16 pairs of steps of 16
// columns. Steps beyond K are zeros; rows and columns that do not exist hold unspecified numbers.
// The largest magnitude of every row and column is noted on the way, for GemmTileNest to judge.
#pragma once

#include "compiler/lower/GemmTerms.h"

namespace rx::compiler {

class GemmTilePacking {
public:
  using Value = mlir::Value;

  /// Rows or columns of a panel, and steps of k of a group.
  static constexpr int64_t width = 32, groupSteps = 32, tileBytes = 1024;

  /// Emits private functions. Vectors have 16 lanes.
  GemmTilePacking(GemmEmitter &emitter, const GemmSpec &spec);

  /// Of a group of a panel of `terms` terms.
  static constexpr int64_t groupBytes(int64_t terms) { return terms * 2 * tileBytes; }

  struct Panel {
    Value source, stride; ///< Of A: element (first row, first step), distance of stored rows. Of B:
                          ///< f32, `width` columns side by side, step after step.
    Value extent;         ///< Rows of A that exist, at least one.
    Value depth;          ///< Steps.
    Value target;         ///< Where the tiles go.
    Value most;           ///< i32[width]: bits of the largest magnitudes, which are updated.
    Value room;           ///< Of A stored across k: width * depth elements.
  };
  void packA(const Panel &panel);
  void packB(const Panel &panel);

private:
  void rowsBody(const Panel &panel);
  void columnsBody(const Panel &panel);
  void transposedBody(const Panel &panel);
  /// Calls `body` for every group with whether all its steps exist.
  void forGroups(Value depth, llvm::function_ref<void(Value group, bool isWhole)> body);
  /// `lanes` columns of step `step`; zeros beyond `depth` unless the step is known to exist.
  Value stepOf(const Panel &panel, Value step, int64_t column, bool exists);
  Value largerOf(Value most, llvm::ArrayRef<Value> numbers);
  void raise(Value address, Value most);
  void storeTerms(const GemmEmitter::Values &vectors, Value group, int64_t half, Value row,
                  Value target);

  GemmEmitter &e;
  const GemmSpec &spec;
  GemmTerms terms;
  GemmWords words;
  mlir::func::FuncOp rows, columns, transposed, steps;
};

} // namespace rx::compiler
