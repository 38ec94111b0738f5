// The body of a loop for rows that are in trips of their own.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <functional>
#include <optional>
#include <string>

namespace rx::compiler {

/// Copies the body of a loop once, in front of the loop. Its trip is `depth`, i32[texts], a number
/// per row. What is shared stays what it is: one product for all rows. What the loop indexes
/// differs by row:
///
///   tensors    are gathered at the depths and have an axis of texts from there on, first or, where
///              inner loops index them, behind the axes of those;
///   vectors    of parameters become rows: a loop over the trips keeps in each its own entry;
///   matrices   of parameters stay tables. What reads one is computed in every trip, and each row
///              keeps its own: a matrix is read once whatever the number of rows, where it lies, in
///              the form it has, and a row has the bits of the loop.
class RowDepths {
public:
  RowDepths(rxt::LoopOp loop, mlir::Value depth, llvm::StringRef texts)
      : loop(loop), depth(depth), texts(texts), builder(loop) {}

  /// What the body yields. Fails with a warning at the author's line where a loop carries, or an
  /// equation needs, a value that would have to be copied for each row.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> build();

private:
  using Value = mlir::Value;

  /// A value of the body in the copy: with a new axis of texts at `rows`, or as a table whose
  /// innermost trips are those of the loop.
  struct Copy {
    Value value;
    std::optional<unsigned> rows = std::nullopt;
    bool isTable = false;

    bool differs() const { return rows || isTable; }
  };
  /// Writes a value from operands that are there in a trip, and entries of tables in it.
  using InTrip =
      std::function<Value(llvm::ArrayRef<Value> operands, llvm::ArrayRef<Value> entries)>;

  std::optional<unsigned> textsAxis(rxt::TensorType type) const;
  rxt::TensorType withTexts(rxt::TensorType type, unsigned at) const;

  //===-- What the loop indexes ---===//
  mlir::FailureOr<Copy> copyOfIndexed(Value operand, mlir::BlockArgument argument);
  Copy gathered(Value tensor, unsigned innerLoops);
  Value asTensor(rxt::ConstantOp table);
  Copy innermost(rxt::ParamOp table);
  /// Of each row, what `write` gives in its own trip.
  Value keepOwn(mlir::Location loc, rxt::TensorType type, llvm::ArrayRef<Value> operands,
                llvm::ArrayRef<Value> tables, const InTrip &write);
  Value select(mlir::Location loc, Value trip, Value entry, Value soFar);
  Value zeros(mlir::Location loc, rxt::TensorType type);

  //===-- The body ---===//
  mlir::LogicalResult copyBlock(mlir::Block &block);
  mlir::LogicalResult copyOp(mlir::Operation &op);
  mlir::LogicalResult copyIterated(mlir::Operation &op);
  mlir::LogicalResult copyLoop(rxt::LoopOp inner);
  mlir::FailureOr<Copy> enter(rxt::LoopOp inner, mlir::OpOperand &operand, mlir::Block &to);
  mlir::FailureOr<llvm::SmallVector<Value>> yieldedBy(mlir::Block &block);

  rxt::LoopOp loop;
  Value depth; ///< in the block being written
  llvm::StringRef texts;
  mlir::OpBuilder builder;
  llvm::DenseMap<Value, Copy> made; ///< by value of the body
};

/// A warning at the author's line that rows cannot be at different depths.
mlir::LogicalResult refuseDepths(mlir::Operation &op, const llvm::Twine &why);

} // namespace rx::compiler
