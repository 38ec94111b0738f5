#include "compiler/passes/StepBuilder.h"

#include "dialects/rxt/IterationSpace.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace rx::compiler {

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

rxt::TensorType StepBuilder::typeOf(Value value) const {
  auto type = cast<rxt::TensorType>(value.getType());
  SmallVector<rxt::AxisAttr> result;
  if (axes.differsByText(value))
    result.push_back(axis(texts()));
  for (auto [position, old] : llvm::enumerate(type.getAxes())) {
    std::optional<Positions> along = axes.positions(value, position);
    result.push_back(!along ? old
                            : axis(*along == Positions::Own ? newPositions() : tables.capacity()));
  }
  return rxt::TensorType::get(type.getContext(), type.getElementType(), result);
}

rxt::TensorType StepBuilder::cacheType(Value value) const {
  rxt::TensorType type = typeOf(value);
  unsigned own = axes.axisOf(value) + axes.differsByText(value);
  SmallVector<rxt::AxisAttr> result(type.getAxes());
  result[own] = axis(tables.all()[tables.of(value)].slots);
  return rxt::TensorType::get(type.getContext(), type.getElementType(), result);
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

void StepBuilder::begin() {
  function = func::FuncOp::create(builder, source.getLoc(), (base + "_" + variant.suffix).str(),
                                  builder.getFunctionType({}, {}));
  function->setAttr(rxt::pathAttribute, builder.getStringAttr(variant.path));
  builder.setInsertionPointToStart(function.addEntryBlock());
}

Value StepBuilder::addInput(Type type, ArrayRef<NamedAttribute> attributes) {
  unsigned index = function.getNumArguments();
  auto added =
      function.insertArgument(index, type, builder.getDictionaryAttr(attributes), source.getLoc());
  assert(succeeded(added) && "any type is one of an input");
  (void)added;
  return function.getArgument(index);
}

Value StepBuilder::addInput(Type type, const Twine &name, StringRef role) {
  return addInput(type, {builder.getNamedAttr("rx.name", builder.getStringAttr(name)),
                         builder.getNamedAttr("rx.role", builder.getStringAttr(role))});
}

void StepBuilder::addInputs() {
  for (BlockArgument argument : source.getArguments())
    made[argument] =
        addInput(typeOf(argument), llvm::to_vector(source.getArgAttrDict(argument.getArgNumber())));
  scope.start = addInput(rxt::TensorType::get(builder.getI32Type(), {texts()}), "start", "input");
  for (auto [index, table] : llvm::enumerate(tables.all())) {
    Value slots = addInput(tables.typeIn(source.getBody().front(), index, {tables.capacity()}),
                           base + ".slots." + Twine(index), "state");
    function.setArgAttr(function.getNumArguments() - 1, rxt::slotsAttribute,
                        builder.getStringAttr(table.slots.str()));
    if (table.reach)
      function.setArgAttr(function.getNumArguments() - 1, rxt::reachAttribute,
                          builder.getDenseI64ArrayAttr(*table.reach));
    scope.slots[index] = slots;
  }
  for (auto [index, value] : llvm::enumerate(axes.cached()))
    scope.cache[value] = addInput(cacheType(value), base + ".cache." + Twine(index), "state");
}

void StepBuilder::addResult(Value value, DictionaryAttr attributes) {
  results.push_back(value);
  auto added = function.insertResult(results.size() - 1, value.getType(), attributes);
  assert(succeeded(added) && "any type is one of a result");
  (void)added;
}

void StepBuilder::end() {
  for (auto [index, value] : llvm::enumerate(axes.cached())) {
    auto name = builder.getStringAttr(base + ".cache." + Twine(index));
    addResult(scope.cache.lookup(value),
              builder.getDictionaryAttr(builder.getNamedAttr("rx.name", name)));
  }
  func::ReturnOp::create(builder, source.getLoc(), results);
  eraseUnread(function.getBody().front());
}

void StepBuilder::build() {
  begin();
  addInputs();
  Value places = makePlaces();
  for (unsigned table = 0; table < tables.all().size(); ++table)
    scope.at[table] = placesIn(table, places);
  Block &body = source.getBody().front();
  cloneBlock(body);
  if (variant.hasResults)
    for (auto [index, value] : llvm::enumerate(body.getTerminator()->getOperands()))
      addResult(made.lookup(value), source.getResultAttrDict(index));
  end();
}

/// Where a slot table lists the new positions, i32[b, t]: at the position, or at its last entry
/// where that is beyond it. A text that has ended stands there.
Value StepBuilder::makePlaces() {
  Location loc = source.getLoc();
  auto map = AffineMap::get(2, 0, {builder.getAffineDimExpr(0)}, builder.getContext());
  auto op = rxt::MapOp::create(
      builder, loc, rxt::TensorType::get(builder.getI32Type(), {texts(), newPositions()}),
      ValueRange(scope.start), builder.getAffineMapArrayAttr({map}));
  OpBuilder::InsertionGuard guard(builder);
  Block &body = op.getBody().emplaceBlock();
  Type i32 = builder.getI32Type();
  Value first = body.addArgument(i32, loc);
  builder.setInsertionPointToEnd(&body);
  auto number = [&](int64_t value) {
    return arith::ConstantIntOp::create(builder, loc, value, 32);
  };
  Value offset = rxt::IndexOp::create(builder, loc, i32, 1);
  Value position = arith::AddIOp::create(builder, loc, first, offset);
  Value size =
      rxt::SizeOp::create(builder, loc, i32, builder.getStringAttr(tables.capacity().str()));
  Value last = arith::SubIOp::create(builder, loc, size, number(1));
  position = arith::MaxSIOp::create(builder, loc, position, number(0));
  position = arith::MinSIOp::create(builder, loc, position, last);
  rxt::YieldOp::create(builder, loc, ValueRange(position));
  return op.getResult();
}

/// The slots of the new positions, i32[trips.., b, t].
Value StepBuilder::placesIn(unsigned table, Value places) {
  Block &body = source.getBody().front();
  rxt::TensorType type = tables.typeIn(body, table, {texts(), newPositions()});
  unsigned trips = type.rank() - 2;
  ArrayRef<AffineExpr> all = builder.getMultiDimIdentityMap(type.rank()).getResults();
  auto mapOf = [&](ArrayRef<AffineExpr> dims) {
    return AffineMap::get(type.rank(), 0, dims, builder.getContext());
  };
  return rxt::GatherOp::create(builder, source.getLoc(), type, scope.slots[table], places, trips,
                               mapOf(all.take_front(trips)), mapOf(all.drop_front(trips)));
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void StepBuilder::cloneBlock(Block &block) {
  for (BlockArgument argument : block.getArguments())
    finishCached(argument);
  for (Operation &op : block.without_terminator())
    cloneOp(op);
}

void eraseUnread(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void StepBuilder::cloneOp(Operation &op) {
  if (op.use_empty())
    return;
  if (auto loop = dyn_cast<rxt::LoopOp>(op))
    cloneLoop(loop);
  else if (isa<rxt::Iterated>(op))
    cloneIterated(op);
  else {
    IRMapping mapping;
    for (Value operand : op.getOperands())
      mapping.map(operand, made.lookup(operand));
    Operation *copy = builder.clone(op, mapping);
    for (auto [from, to] : llvm::zip(op.getResults(), copy->getResults()))
      made[from] = to;
  }
  for (Value result : op.getResults())
    finishCached(result);
}

Value StepBuilder::operandOf(OpOperand &use) {
  return axes.readsPrefix(use) ? prefixes.lookup(use.get()) : made.lookup(use.get());
}

void StepBuilder::cloneIterated(Operation &op) {
  Value result = op.getResult(0);
  rxt::TensorType type = typeOf(result);
  // Where the new axis of texts of an operand is read: at the result's own.
  unsigned texts = axes.differsByText(result) ? 0 : axes.textsAxis(result).value_or(0);
  SmallVector<Value> operands;
  SmallVector<std::optional<unsigned>> first;
  for (OpOperand &use : op.getOpOperands()) {
    operands.push_back(operandOf(use));
    first.push_back(axes.differsByText(use.get()) ? std::optional(texts) : std::nullopt);
  }
  Operation *copy = cast<rxt::Iterated>(op).withFirstAxes(builder, operands, type, first);
  addStart(copy, op);
  made[result] = copy->getResult(0);
}

/// Positions of a body count from the start of the text of their row.
void StepBuilder::addStart(Operation *copy, Operation &op) {
  Value result = op.getResult(0);
  unsigned shift = axes.differsByText(result);
  SmallVector<rxt::IndexOp> own;
  copy->walk([&](rxt::IndexOp position) {
    if (axes.positions(result, position.getDim() - shift) == Positions::Own)
      own.push_back(position);
  });
  if (own.empty())
    return;
  SmallVector<Attribute> maps(copy->getAttrOfType<ArrayAttr>("maps").getValue());
  unsigned rank = maps.empty() ? cast<rxt::TensorType>(copy->getResult(0).getType()).rank()
                               : cast<AffineMapAttr>(maps.front()).getValue().getNumDims();
  unsigned texts = shift ? 0 : *axes.textsAxis(result);
  maps.push_back(AffineMapAttr::get(
      AffineMap::get(rank, 0, {builder.getAffineDimExpr(texts)}, builder.getContext())));
  copy->insertOperands(copy->getNumOperands(), scope.start);
  copy->setAttr("maps", builder.getArrayAttr(maps));
  Value begin = copy->getRegion(0).front().addArgument(builder.getI32Type(), op.getLoc());
  OpBuilder::InsertionGuard guard(builder);
  for (rxt::IndexOp position : own) {
    builder.setInsertionPointAfter(position);
    auto sum = arith::AddIOp::create(builder, position.getLoc(), position.getResult(), begin);
    position.getResult().replaceAllUsesExcept(sum, sum);
  }
}

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

/// If earlier positions of `value` are read: adds what has just been computed to its cache.
void StepBuilder::finishCached(Value value) {
  if (!llvm::is_contained(axes.cached(), value))
    return;
  scope.cache[value] = append(value);
  prefixes[value] = readPrefix(value, scope.cache[value]);
}

Value StepBuilder::append(Value value) {
  Value rows = made.lookup(value), cache = scope.cache.lookup(value);
  unsigned rank = cast<rxt::TensorType>(rows.getType()).rank();
  unsigned shift = axes.differsByText(value), own = axes.axisOf(value) + shift;
  unsigned texts = shift ? 0 : *axes.textsAxis(value);
  AffineMap places =
      AffineMap::get(rank, 0, {builder.getAffineDimExpr(texts), builder.getAffineDimExpr(own)},
                     builder.getContext());
  return rxt::UpdateOp::create(builder, value.getLoc(), cache.getType(), cache, rows,
                               scope.at[tables.of(value)], own,
                               builder.getMultiDimIdentityMap(rank).dropResult(own), places);
}

/// The value again, over all positions.
Value StepBuilder::readPrefix(Value value, Value cache) {
  auto type = cast<rxt::TensorType>(made.lookup(value).getType());
  unsigned own = axes.axisOf(value) + axes.differsByText(value);
  SmallVector<rxt::AxisAttr> all(type.getAxes());
  all[own] = axis(tables.capacity());
  AffineMap identity = builder.getMultiDimIdentityMap(type.rank());
  return rxt::GatherOp::create(
      builder, value.getLoc(), rxt::TensorType::get(type.getContext(), type.getElementType(), all),
      cache, scope.slots[tables.of(value)], own, identity.dropResult(own), identity.getSubMap({own}));
}

} // namespace rx::compiler
