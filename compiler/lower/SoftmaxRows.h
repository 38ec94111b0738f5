// The form in which kernels of kind `attention` and `logsumexp` are written: what compiler/passes
// makes of every spelling, what becomes one kernel, and what has loops here.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <optional>

namespace rx::compiler {

/// Scores of rows against keys, and the sum of their exponentials:
///
///   scores[row.., u] = contract(queries[row.., i], keys[batch.., u, i])
///   x[row.., u]      = map(scores, ..)        any equation; -inf where masked
///   max[row..]       = reduce max(x)
///   weights[row.., u] = map exp(x - max)
///   sum[row..]       = reduce sum(weights)
///
/// The first `batchRank` axes of the rows are also axes of the keys. All elements are present f32.
struct SoftmaxRows {
  rxt::ContractOp scores;
  rxt::MapOp x;
  rxt::ReduceOp max;
  rxt::MapOp weights;
  rxt::ReduceOp sum;
  unsigned batchRank = 0;

  unsigned rowRank() { return sum.getResult().getType().rank(); }
  unsigned keyDim() { return rowRank(); } ///< in the iteration space of scores and x
  /// Elements of a query, the length of a score's sum of products.
  int64_t depth();
  SizeExpr keys() { return x.getResult().getType().size(keyDim()); }
};

/// The rows that end in `sum`.
std::optional<SoftmaxRows> matchSoftmaxRows(rxt::ReduceOp sum);

/// mixed[row.., i] = contract(weights, values[batch.., u, i]);  result[..] = mixed / sum, in any
/// order of axes.
struct Attention {
  SoftmaxRows rows;
  rxt::ContractOp mixed;
  rxt::MapOp result;

  int64_t width() { return mixed.getResult().getType().getAxes().back().sizeExpr().constant(); }
  /// The ops in order, ending in the result.
  llvm::SmallVector<mlir::Operation *> ops();
};

/// max and sum of the rows, and what one key per row has:
///
///   chosen[..] = gather(x or scores at keys[row..])   may be absent
struct LogSumExp {
  SoftmaxRows rows;
  rxt::GatherOp chosen;

  /// The ops in order.
  llvm::SmallVector<mlir::Operation *> ops();
  /// max, sum and, if there is one, chosen: what a kernel may return.
  llvm::SmallVector<mlir::Value> results();
};

/// The rows that end in `last`, the sum or the gather.
std::optional<LogSumExp> matchLogSumExp(mlir::Operation *last);

/// The attention whose result `result` is.
std::optional<Attention> matchAttention(rxt::MapOp result);

} // namespace rx::compiler
