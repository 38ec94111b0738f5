// Which contractions are matrix products.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <optional>

namespace rx::compiler {

/// Dimensions that every tensor reading them reads at neighbouring axes in this order: one axis of
/// a dense tensor, whose stride is that of the last dimension.
using DimensionGroup = llvm::SmallVector<unsigned, 2>;

/// result[batch.., row, column] = sum over depth of A[batch.., row, depth] * B[batch.., column,
/// depth].
struct MatrixProduct {
  bool swapped = false; ///< A is the contraction's right operand
  DimensionGroup row;   ///< empty: one row
  DimensionGroup column, depth;
  llvm::SmallVector<DimensionGroup> batch; ///< those that an operand does not read are broadcast
  bool transA = false, transB = false;     ///< as in GemmSpec
};

/// The product that the GEMM generator can compute on dense row-major operands, or nothing. Of
/// several dimensions that only A reads, the one of symbolic or largest size becomes the rows, the
/// others batches.
std::optional<MatrixProduct> matchMatrixProduct(rxt::ContractOp op);

} // namespace rx::compiler
