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

} // namespace rx::compiler
