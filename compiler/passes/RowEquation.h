// The element of a tensor as one scalar equation, however many maps it is written in.
#pragma once

#include "compiler/passes/FusedBody.h"
#include "llvm/ADT/SetVector.h"

namespace rx::compiler {

/// The body of a map or reduce with all maps merged into it that lead back to a contraction. The
/// inputs that remain are contractions, reductions, and what is not computed from a contraction by
/// maps alone.
class RowEquation {
public:
  explicit RowEquation(rxt::MapOp op);
  explicit RowEquation(rxt::ReduceOp op);

  mlir::Block &block() { return body.region().front(); }
  /// The element.
  mlir::Value element() { return block().getTerminator()->getOperand(0); }
  llvm::ArrayRef<mlir::Value> inputs() const { return body.inputs(); }
  /// The dimension that each axis of input `index` reads.
  llvm::SmallVector<unsigned> read(unsigned index) const;
  /// The op, and the maps that were merged.
  llvm::ArrayRef<mlir::Operation *> ops() const { return merged.getArrayRef(); }

  /// Whether `value` differs along dimension `dim`.
  bool dependsOn(mlir::Value value, unsigned dim);
  /// The input that `value` is, an argument of the block; none if it is computed.
  std::optional<unsigned> inputOf(mlir::Value value);

private:
  void mergeMaps();

  FusedBody body;
  llvm::SetVector<mlir::Operation *> merged;
};

/// Whether `a` of `first` and `b` of `second` are the same, operation by operation, where `dims`
/// gives for each dimension of `second` that of `first`.
bool areEqual(RowEquation &first, mlir::Value a, RowEquation &second, mlir::Value b,
              llvm::ArrayRef<unsigned> dims);

} // namespace rx::compiler
