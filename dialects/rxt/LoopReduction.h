//===- LoopReduction.h - loops that fold dimensions away --------*- C++ -*-===//
//
// Shared by reduce and contract. Sums are formed in an order fixed by the sizes of the reduced
// dimensions alone: either 16 partial results, lane l taking elements l, l + 16, ... of the
// innermost dimension, joined by a tree (8, 4, 2, 1); or, where the lanes are different elements of
// the result, one chain per element in the order of the reduced dimensions. Chains along the
// innermost dimension start anew every 512 elements and are added up: a long sum of small terms
// would otherwise lose them against its partial result (two-level summation; Higham, "Accuracy and
// Stability of Numerical Algorithms", 4.2).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopEmitter.h"

namespace rx::rxt {

/// Iteration space of a reduction: the result's axes, then the reduced dimensions.
struct ReductionSpace {
  unsigned resultRank;
  llvm::SmallVector<SizeExpr> sizes;                         ///< of every dimension
  llvm::SmallVector<llvm::SmallVector<unsigned>> dimensions; ///< that each input's axes read

  unsigned rank() const { return sizes.size(); }
};

/// That of a reduce or contract.
template <typename Op> ReductionSpace reductionSpace(Op op) {
  ReductionSpace space{unsigned(op.getResult().getType().rank()), iterationSizes(op), {}};
  for (unsigned input = 0; input < op.getMaps().size(); ++input)
    space.dimensions.push_back(dimensionsOf(mapAt(op.getMaps(), input)));
  return space;
}

/// Whether lanes are partial results of one element, not different elements of the result.
bool lanesAreReduced(const ReductionSpace &space);

/// The element at a point of the iteration space.
using ReductionBody = llvm::function_ref<mlir::Value(const Point &)>;

/// Emits the loops that combine `body` over the reduced dimensions into the emitter's result, where
/// the presences of `op`'s operands say that an element exists. `element` is the type of what is
/// combined. Fails, with an error on `op`, where the kernel has no operand for a presence.
mlir::LogicalResult emitReduction(LoopEmitter &emitter, mlir::Operation *op,
                                  const ReductionSpace &space, ReduceKind kind, mlir::Type element,
                                  ReductionBody body);

} // namespace rx::rxt
