// Loops of programs that read a text step by step.
#include "compiler/passes/StepBuilder.h"

using namespace mlir;

namespace rx::compiler {

SmallVector<Value> StepBuilder::cachesBelow(Operation *loop) const {
  auto isBelow = [&](Value value) {
    return loop->isAncestor(value.getParentBlock()->getParentOp());
  };
  return llvm::to_vector(llvm::make_filter_range(axes.cached(), isBelow));
}

/// The loop without its body: it takes the start, the tables and the caches too, and gives the
/// caches behind what it carried.
rxt::LoopOp StepBuilder::makeLoop(rxt::LoopOp loop, ArrayRef<unsigned> tablesBelow,
                                  ArrayRef<Value> cachesBelow) {
  auto all = [&](OperandRange values) {
    return llvm::map_to_vector(values, [&](Value value) { return made.lookup(value); });
  };
  SmallVector<Value> shared = all(loop.getShared()), indexed = all(loop.getIndexed()),
                     carried = all(loop.getCarried());
  shared.push_back(scope.start);
  for (unsigned table : tablesBelow)
    indexed.append({scope.slots[table], scope.at[table]});
  SmallVector<Type> results =
      llvm::map_to_vector(loop.getResults(), [&](Value value) -> Type { return typeOf(value); });
  auto caches =
      llvm::map_to_vector(cachesBelow, [&](Value value) { return scope.cache.lookup(value); });
  auto types = ValueRange(caches).getTypes();
  results.insert(results.begin() + carried.size(), types.begin(), types.end());
  carried.append(caches);
  auto copy = rxt::LoopOp::create(builder, loop.getLoc(), results, loop.getTripsAttr(), shared,
                                  indexed, carried);
  copy.getBody().emplaceBlock();
  return copy;
}

/// Gives the body its arguments, and binds everything to them.
void StepBuilder::enterLoop(rxt::LoopOp loop, rxt::LoopOp copy, ArrayRef<unsigned> tablesBelow,
                            ArrayRef<Value> cachesBelow) {
  Block &from = loop.getBody().front(), &to = copy.getBody().front();
  auto argumentOf = [&](Type type) { return to.addArgument(type, loop.getLoc()); };
  auto enter = [&](ArrayRef<BlockArgument> arguments) {
    for (BlockArgument argument : arguments) {
      bool isTensor = isa<rxt::TensorType>(argument.getType());
      made[argument] = argumentOf(isTensor ? Type(typeOf(argument)) : argument.getType());
    }
  };
  ArrayRef<BlockArgument> arguments = from.getArguments();
  unsigned firstIndexed = loop.firstIndexedArgument(), firstCarried = loop.firstCarriedArgument();
  enter(arguments.take_front(firstIndexed));
  scope.start = argumentOf(scope.start.getType());
  enter(arguments.slice(firstIndexed, firstCarried - firstIndexed));
  for (unsigned table : tablesBelow) {
    scope.slots[table] = argumentOf(tables.typeIn(from, table, {tables.capacity()}));
    scope.at[table] = argumentOf(tables.typeIn(from, table, {texts(), newPositions()}));
  }
  enter(arguments.drop_front(firstCarried));
  for (Value value : cachesBelow)
    scope.cache[value] = argumentOf(cacheType(value));
}

void StepBuilder::cloneLoop(rxt::LoopOp loop) {
  Block &from = loop.getBody().front();
  SmallVector<Value> caches = cachesBelow(loop);
  SmallVector<unsigned> below = tables.below(from);
  rxt::LoopOp copy = makeLoop(loop, below, caches);
  Scope outside = scope;
  size_t carried = loop.getCarried().size();
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&copy.getBody().front());
    enterLoop(loop, copy, below, caches);
    cloneBlock(from);
    auto yielded = llvm::map_to_vector(from.getTerminator()->getOperands(),
                                       [&](Value value) { return made.lookup(value); });
    auto grown =
        llvm::map_to_vector(caches, [&](Value value) { return scope.cache.lookup(value); });
    yielded.insert(yielded.begin() + carried, grown.begin(), grown.end());
    rxt::YieldOp::create(builder, from.getTerminator()->getLoc(), yielded);
    eraseUnread(copy.getBody().front());
  }
  scope = std::move(outside);
  for (auto [index, result] : llvm::enumerate(loop.getResults()))
    made[result] = copy.getResult(index < carried ? index : index + caches.size());
  for (auto [index, value] : llvm::enumerate(caches))
    scope.cache[value] = copy.getResult(carried + index);
}

} // namespace rx::compiler
