//===- LoopPieces.cpp - index set splitting --------------------------------===//
#include "dialects/rxt/LoopPieces.h"
#include "dialects/rxt/IndexComparison.h"
#include "dialects/rxt/Rxt.h"

#include <set>

using namespace mlir;

namespace rx::rxt {

namespace {

/// constant + factor * index (predicate) 0, with factor 1 or -1: one answer up to some index, the
/// other one from there on.
struct Threshold {
  int64_t constant, factor;
  arith::CmpIPredicate predicate;

  bool holdsAt(int64_t index) const {
    int64_t difference = constant + factor * index;
    switch (predicate) {
    case arith::CmpIPredicate::slt:
      return difference < 0;
    case arith::CmpIPredicate::sle:
      return difference <= 0;
    case arith::CmpIPredicate::sgt:
      return difference > 0;
    default:
      return difference >= 0;
    }
  }
};

bool isOrder(arith::CmpIPredicate predicate) {
  using Predicate = arith::CmpIPredicate;
  return llvm::is_contained({Predicate::slt, Predicate::sle, Predicate::sgt, Predicate::sge},
                            predicate);
}

std::optional<Threshold> thresholdOf(Operation &op, unsigned dim) {
  if (op.getNumResults() != 1)
    return std::nullopt;
  std::optional<IndexComparison> comparison = indexComparisonOf(op.getResult(0));
  if (!comparison || !isOrder(comparison->predicate) || comparison->difference.terms.size() != 1)
    return std::nullopt;
  auto [value, factor] = comparison->difference.terms.front();
  auto index = value.getDefiningOp<IndexOp>();
  if (!index || index.getDim() != dim || std::abs(factor) != 1)
    return std::nullopt;
  return Threshold{comparison->difference.constant, factor, comparison->predicate};
}

} // namespace

SmallVector<int64_t> splitsOf(Block &body, unsigned dim, int64_t step) {
  std::set<int64_t> splits;
  for (Operation &op : body.without_terminator())
    if (std::optional<Threshold> threshold = thresholdOf(op, dim)) {
      int64_t near = -threshold->constant * threshold->factor; // where the difference is zero
      for (int64_t at : {near, near + 1})
        if (at > 0 && at % step == 0 && threshold->holdsAt(at - 1) != threshold->holdsAt(at))
          splits.insert(at);
    }
  return SmallVector<int64_t>(splits.begin(), splits.end());
}

std::optional<bool> answerIn(Operation &op, unsigned dim, Piece piece) {
  std::optional<Threshold> threshold = thresholdOf(op, dim);
  if (!threshold)
    return std::nullopt;
  // Indices are below 2^31, so that no difference overflows.
  constexpr int64_t most = int64_t(1) << 31;
  bool first = threshold->holdsAt(piece.begin);
  bool last = threshold->holdsAt(std::min(piece.end, most) - 1);
  return first == last ? std::optional(first) : std::nullopt;
}

} // namespace rx::rxt
