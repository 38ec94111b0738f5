#include "compiler/passes/LoopNest.h"

using namespace mlir;

namespace rx::compiler {

LoopNest::LoopNest(rxt::LoopOp inner) {
  for (rxt::LoopOp loop = inner; loop; loop = dyn_cast<rxt::LoopOp>(loop->getParentOp()))
    loops.insert(loops.begin(), loop);
}

std::optional<LoopNest::Source> LoopNest::sourceOf(Value argument) {
  Source source{argument, SmallVector<bool>(loops.size())};
  for (size_t level = loops.size(); level-- > 0;) {
    rxt::LoopOp loop = loops[level];
    auto own = dyn_cast<BlockArgument>(source.value);
    if (!own || own.getOwner() != &loop.getBody().front() || own.getArgNumber() == 0 ||
        own.getArgNumber() >= loop.firstCarriedArgument())
      return std::nullopt;
    source.indexed[level] = own.getArgNumber() >= loop.firstIndexedArgument();
    source.value = loop->getOperand(own.getArgNumber() - 1); // the trip has none
  }
  return source;
}

/// The loop with one operand more, in front of the first carried one or the first indexed one, and
/// the argument for it.
static std::pair<rxt::LoopOp, Value> withOperand(rxt::LoopOp loop, Value operand, bool indexed) {
  OpBuilder builder(loop);
  SmallVector<Value> sharedValues(loop.getShared()), indexedValues(loop.getIndexed());
  unsigned at = indexed ? loop.firstCarriedArgument() : loop.firstIndexedArgument();
  (indexed ? indexedValues : sharedValues).push_back(operand);
  auto wider = rxt::LoopOp::create(builder, loop.getLoc(), loop.getResultTypes(), loop.getTrips(),
                                   sharedValues, indexedValues, loop.getCarried());
  wider->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  wider.getBody().takeBody(loop.getBody());
  Type type = operand.getType();
  if (auto table = indexed ? dyn_cast<rxt::TableType>(type) : rxt::TableType())
    type = table.row();
  Value argument = wider.getBody().front().insertArgument(at, type, operand.getLoc());
  loop.replaceAllUsesWith(wider.getResults());
  loop.erase();
  return {wider, argument};
}

Value LoopNest::handDown(const Source &source) {
  Value value = source.value;
  for (auto [loop, indexed] : llvm::zip(loops, source.indexed))
    std::tie(loop, value) = withOperand(loop, value, indexed);
  return value;
}

SmallVector<int64_t> tripsAround(Block &block) {
  SmallVector<int64_t> trips;
  for (auto loop = dyn_cast<rxt::LoopOp>(block.getParentOp()); loop;
       loop = dyn_cast<rxt::LoopOp>(loop->getParentOp()))
    trips.insert(trips.begin(), loop.getTrips());
  return trips;
}

std::optional<SmallVector<int64_t>> numbersByTrip(Value scalar, Block &block) {
  SmallVector<int64_t> trips = tripsAround(block);
  LoopNest::Source source{scalar, SmallVector<bool>(trips.size())};
  if (isa<BlockArgument>(scalar)) {
    auto loop = dyn_cast<rxt::LoopOp>(block.getParentOp());
    std::optional<LoopNest::Source> found =
        loop ? LoopNest(loop).sourceOf(scalar) : std::optional<LoopNest::Source>();
    if (!found)
      return std::nullopt;
    source = *found;
  }
  auto constant = source.value.getDefiningOp<rxt::ConstantOp>();
  auto numbers =
      constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue()) : DenseIntElementsAttr();
  int64_t entries = 1, all = 1;
  for (auto [count, indexed] : llvm::zip(trips, source.indexed)) {
    all *= count;
    entries *= indexed ? count : 1;
  }
  if (!numbers || numbers.getNumElements() != entries)
    return std::nullopt;
  SmallVector<int64_t> result;
  for (int64_t trip = 0; trip < all; ++trip) {
    int64_t entry = 0, below = all, rest = trip;
    for (auto [count, indexed] : llvm::zip(trips, source.indexed)) {
      below /= count;
      entry = indexed ? entry * count + rest / below : entry;
      rest %= below;
    }
    result.push_back(numbers.getValues<APInt>()[entry].getSExtValue());
  }
  return result;
}

} // namespace rx::compiler
