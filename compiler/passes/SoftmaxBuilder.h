// Writes softmax rows in the form of compiler/lower/SoftmaxRows.h.
#pragma once

#include "compiler/passes/SoftmaxMatch.h"

namespace rx::compiler {

/// Which dimensions of an exponential's equation are what.
struct RowDims {
  llvm::SmallVector<unsigned> rows; ///< without the keys, those that the keys are read at first
  unsigned batchRank = 0;           ///< how many those are
  unsigned queriesSide = 0;         ///< of the contraction that computes the scores

  /// Position of `dim` among the rows.
  unsigned at(unsigned dim) const { return llvm::find(rows, dim) - rows.begin(); }
  /// The dimensions of rows and keys if the scores have a form that kernels compute.
  static std::optional<RowDims> of(Exponential &exponential);
};

/// Builds the ops at the builder's insertion point. All tensors but the last have the axes of
/// RowDims::rows, then the keys.
class SoftmaxBuilder {
public:
  SoftmaxBuilder(mlir::OpBuilder &builder, mlir::Location loc, Exponential &exponential,
                 const RowDims &dims);

  /// A contraction of the weights over the keys, and its quotient by the sum.
  /// `values` is read at `read`, whose dimensions are rows.., i, keys; the result has the axes of
  /// `type`, of which axis a is `order[a]` of rows.., i.
  mlir::Value attention(mlir::Value values, llvm::ArrayRef<unsigned> read, SizeExpr width,
                        rxt::TensorType type, llvm::ArrayRef<unsigned> order);

  mlir::Value scores, x, max, weights, sum;

private:
  using Value = mlir::Value;
  void buildScores();
  void buildX();
  Value reduce(rxt::ReduceKind kind, Value input);
  Value map(mlir::ValueRange inputs, llvm::ArrayRef<mlir::AffineMap> maps, rxt::TensorType type,
            llvm::function_ref<Value(mlir::OpBuilder &, mlir::ValueRange)> body);
  mlir::AffineMap plain(unsigned rank, llvm::ArrayRef<unsigned> dims);
  rxt::TensorType typeOf(llvm::ArrayRef<SizeExpr> sizes);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  Exponential &exponential;
  const RowDims &dims;
  unsigned rank;                     ///< of the rows
  llvm::SmallVector<SizeExpr> sizes; ///< of rows.., keys
};

} // namespace rx::compiler
