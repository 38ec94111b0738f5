// Softmax over one axis of scores, by the structure of its equations.
#pragma once

#include "compiler/passes/RowEquation.h"

#include "mlir/Transforms/RegionUtils.h"

#include <memory>

namespace rx::compiler {

/// exp(x - shift) of scores over a dimension of keys, as part of an equation.
struct Exponential {
  std::shared_ptr<RowEquation> equation;
  unsigned keyDim;
  mlir::Value value; ///< exp(x - shift), in the equation's block
  mlir::Value x;     ///< differs from key to key
  mlir::Value shift; ///< does not; null: nothing is subtracted
  /// The op that computes the scores, and its input in the equation.
  rxt::ContractOp scores;
  unsigned scoresInput;

  /// The exponential that `value` of `equation` is.
  static std::optional<Exponential> match(std::shared_ptr<RowEquation> equation, mlir::Value value,
                                          unsigned keyDim);

  /// Whether `value`, of any equation, is the sum of the exponential over the keys, read at the row
  /// whose dimension d is `rowDims[d]` there.
  bool isSum(RowEquation &reader, mlir::Value value, llvm::ArrayRef<unsigned> rowDims);
  /// Whether the shift is the maximum of x over the keys.
  bool isShiftMax();
  /// Adds the ops that compute the shift, a reduction of whatever.
  void addShift();

  /// The ops of the equation, and those in which the results above were found: reductions, and maps
  /// merged on the way to them.
  llvm::SetVector<mlir::Operation *> ops;

private:
  bool isReduction(RowEquation &reader, mlir::Value value, rxt::ReduceKind kind,
                   llvm::ArrayRef<unsigned> rowDims, mlir::Value of);
};

/// Tries `Match` on every op that could end one: a candidate is rewritten, or the author is told
/// why not.
template <class Match, class Op> void rewriteMatches(mlir::ModuleOp module) {
  llvm::SmallVector<Op> ops;
  module.walk([&](Op op) { ops.push_back(op); });
  for (Op op : ops) {
    Match match(op);
    if (!match.isCandidate())
      continue;
    if (match.match())
      match.rewrite();
    else
      match.warn();
  }
  mlir::IRRewriter rewriter(module.getContext());
  (void)mlir::runRegionDCE(rewriter, module->getRegions());
}

} // namespace rx::compiler
