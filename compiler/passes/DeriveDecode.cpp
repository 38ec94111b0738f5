#include "compiler/passes/DeriveDecode.h"

#include "compiler/passes/CausalAxes.h"
#include "dialects/rxt/IterationSpace.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace rx::compiler {

namespace {

/// Which of the two programs.
struct Variant {
  StringRef suffix, path;
  SizeExpr positions; ///< that one run computes
  SizeExpr capacity;  ///< of the caches, in positions
  bool hasResults;
};

/// A size symbol that nothing in the function is called by.
SizeExpr freshSymbol(func::FuncOp function, std::string name) {
  std::vector<std::string> taken = rxt::sizeSymbols(function);
  while (llvm::is_contained(taken, name))
    name += "_";
  return SizeExpr::symbol(name);
}

/// Writes one of the programs.
class StepBuilder {
public:
  StepBuilder(func::FuncOp source, const CausalAxes &axes, const Variant &variant, StringRef base)
      : source(source), axes(axes), variant(variant), base(base), builder(source) {}

  void build();

private:
  /// Sizes of axes along the text, and the first axis of what differs by text.
  rxt::TensorType typeOf(Value value) const;
  /// What a cache holds of `value`, without the trips of the loops around it.
  rxt::TensorType cacheType(Value value) const;
  /// With one axis per loop between `value` and `block`, the outermost first.
  rxt::TensorType cacheType(Value value, Block &block) const;
  rxt::AxisAttr axis(const SizeExpr &size) const {
    return rxt::AxisAttr::get(builder.getContext(), size);
  }
  rxt::TensorType positionsType(ArrayRef<SizeExpr> sizes) const {
    return rxt::TensorType::get(IntegerType::get(builder.getContext(), 32), sizes);
  }

  func::FuncOp declare();
  void setNames(func::FuncOp function);
  void cloneBlock(Block &block);
  void cloneOp(Operation &op);
  void cloneIterated(Operation &op);
  void cloneLoop(rxt::LoopOp loop);
  void addStart(Operation *copy, Operation &op);
  Value operandOf(OpOperand &use);
  /// Position of every row: start + 0, 1, ..
  Value makeIndex(Value start);
  void finishCached(Value value);
  SmallVector<Value> cachesBelow(Operation *loop) const;
  std::string cacheName(unsigned index) const { return (base + ".cache." + Twine(index)).str(); }

  func::FuncOp source;
  const CausalAxes &axes;
  const Variant &variant;
  StringRef base;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> made;     ///< by value of the source
  llvm::DenseMap<Value, Value> caches;   ///< as they are now, in the block being written
  llvm::DenseMap<Value, Value> prefixes; ///< caches in the order of axes of the value
  Value start, index;
};

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

rxt::TensorType StepBuilder::typeOf(Value value) const {
  auto type = cast<rxt::TensorType>(value.getType());
  SmallVector<rxt::AxisAttr> result;
  if (axes.differsByText(value))
    result.push_back(axis(SizeExpr::symbol(axes.textsSymbol().str())));
  for (auto [position, old] : llvm::enumerate(type.getAxes())) {
    std::optional<Positions> along = axes.positions(value, position);
    result.push_back(
        !along ? old : axis(*along == Positions::Own ? variant.positions : variant.capacity));
  }
  return rxt::TensorType::get(type.getContext(), type.getElementType(), result);
}

rxt::TensorType StepBuilder::cacheType(Value value) const {
  rxt::TensorType type = typeOf(value);
  unsigned own = axes.axisOf(value) + axes.differsByText(value);
  SmallVector<rxt::AxisAttr> result(type.getAxes());
  result.erase(result.begin() + own);
  result.insert(result.begin(), axis(variant.capacity));
  return rxt::TensorType::get(type.getContext(), type.getElementType(), result);
}

rxt::TensorType StepBuilder::cacheType(Value value, Block &block) const {
  rxt::TensorType type = cacheType(value);
  SmallVector<rxt::AxisAttr> result(type.getAxes());
  for (Block *at = value.getParentBlock(); at != &block; at = at->getParentOp()->getBlock())
    result.insert(result.begin(), axis(SizeExpr(cast<rxt::LoopOp>(at->getParentOp()).getTrips())));
  return rxt::TensorType::get(type.getContext(), type.getElementType(), result);
}

SmallVector<Value> StepBuilder::cachesBelow(Operation *loop) const {
  auto isBelow = [&](Value value) {
    return loop->isAncestor(value.getParentBlock()->getParentOp());
  };
  return llvm::to_vector(llvm::make_filter_range(axes.cached(), isBelow));
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

func::FuncOp StepBuilder::declare() {
  SmallVector<Type> inputs, results;
  for (BlockArgument argument : source.getArguments())
    inputs.push_back(typeOf(argument));
  inputs.push_back(positionsType({SizeExpr::symbol(axes.textsSymbol().str())}));
  if (variant.hasResults)
    for (Value result : source.getBody().front().getTerminator()->getOperands())
      results.push_back(typeOf(result));
  for (Value value : axes.cached()) {
    inputs.push_back(cacheType(value, source.getBody().front()));
    results.push_back(inputs.back());
  }
  auto function =
      func::FuncOp::create(builder, source.getLoc(), (base + "_" + variant.suffix).str(),
                           builder.getFunctionType(inputs, results));
  function->setAttr(rxt::pathAttribute, builder.getStringAttr(variant.path));
  setNames(function);
  function.addEntryBlock();
  return function;
}

void StepBuilder::setNames(func::FuncOp function) {
  auto name = [&](StringRef text) { return builder.getStringAttr(text); };
  unsigned first = source.getNumArguments(), result = 0;
  for (unsigned i = 0; i < first; ++i)
    function.setArgAttrs(i, source.getArgAttrDict(i));
  function.setArgAttr(first, "rx.name", name("start"));
  function.setArgAttr(first, "rx.role", name("input"));
  if (variant.hasResults)
    for (; result < source.getNumResults(); ++result)
      function.setResultAttrs(result, source.getResultAttrDict(result));
  for (unsigned i = 0; i < axes.cached().size(); ++i) {
    function.setArgAttr(first + 1 + i, "rx.name", name(cacheName(i)));
    function.setArgAttr(first + 1 + i, "rx.role", name("state"));
    function.setResultAttr(result + i, "rx.name", name(cacheName(i)));
  }
}

/// Erases what computes nothing that is read.
void eraseUnread(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void StepBuilder::build() {
  func::FuncOp function = declare();
  Block &body = function.getBody().front(), &original = source.getBody().front();
  builder.setInsertionPointToStart(&body);
  unsigned first = source.getNumArguments();
  start = body.getArgument(first);
  index = makeIndex(start);
  for (auto [position, value] : llvm::enumerate(axes.cached()))
    caches[value] = body.getArgument(first + 1 + position);
  for (unsigned i = 0; i < first; ++i)
    made[original.getArgument(i)] = body.getArgument(i);
  cloneBlock(original);
  SmallVector<Value> results;
  if (variant.hasResults)
    for (Value result : original.getTerminator()->getOperands())
      results.push_back(made.lookup(result));
  for (Value value : axes.cached())
    results.push_back(caches.lookup(value));
  func::ReturnOp::create(builder, original.getTerminator()->getLoc(), results);
  eraseUnread(body);
}

Value StepBuilder::makeIndex(Value start) {
  Location loc = source.getLoc();
  SizeExpr texts = SizeExpr::symbol(axes.textsSymbol().str());
  auto map = AffineMap::get(2, 0, {builder.getAffineDimExpr(0)}, builder.getContext());
  auto op = rxt::MapOp::create(builder, loc, positionsType({texts, variant.positions}),
                               ValueRange(start), builder.getAffineMapArrayAttr({map}));
  OpBuilder::InsertionGuard guard(builder);
  Block &body = op.getBody().emplaceBlock();
  Value first = body.addArgument(builder.getI32Type(), loc);
  builder.setInsertionPointToEnd(&body);
  Value offset = rxt::IndexOp::create(builder, loc, builder.getI32Type(), 1);
  rxt::YieldOp::create(builder, loc,
                       ValueRange(arith::AddIOp::create(builder, loc, first, offset)));
  return op.getResult();
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
  copy->insertOperands(copy->getNumOperands(), start);
  copy->setAttr("maps", builder.getArrayAttr(maps));
  Value begin = copy->getRegion(0).front().addArgument(builder.getI32Type(), op.getLoc());
  OpBuilder::InsertionGuard guard(builder);
  for (rxt::IndexOp position : own) {
    builder.setInsertionPointAfter(position);
    auto sum = arith::AddIOp::create(builder, position.getLoc(), position.getResult(), begin);
    position.getResult().replaceAllUsesExcept(sum, sum);
  }
}

void StepBuilder::cloneLoop(rxt::LoopOp loop) {
  SmallVector<Value> below = cachesBelow(loop);
  auto all = [&](OperandRange values) {
    return llvm::map_to_vector(values, [&](Value value) { return made.lookup(value); });
  };
  SmallVector<Value> shared = all(loop.getShared()), indexed = all(loop.getIndexed()),
                     carried = all(loop.getCarried());
  shared.append({start, index});
  SmallVector<Type> results =
      llvm::map_to_vector(loop.getResults(), [&](Value value) -> Type { return typeOf(value); });
  for (Value value : below) {
    indexed.push_back(caches.lookup(value));
    results.push_back(indexed.back().getType());
  }
  auto copy = rxt::LoopOp::create(builder, loop.getLoc(), results, loop.getTripsAttr(), shared,
                                  indexed, carried);
  llvm::DenseMap<Value, Value> outerCaches = caches;
  Value outerStart = start, outerIndex = index;
  Block &from = loop.getBody().front(), &to = copy.getBody().emplaceBlock();
  auto enter = [&](BlockArgument argument) {
    Type type = argument.getType();
    if (isa<rxt::TensorType>(type))
      type = typeOf(argument);
    made[argument] = to.addArgument(type, argument.getLoc());
  };
  unsigned firstIndexed = loop.firstIndexedArgument(), firstCarried = loop.firstCarriedArgument();
  for (BlockArgument argument : from.getArguments().take_front(firstIndexed))
    enter(argument);
  start = to.addArgument(start.getType(), loop.getLoc());
  index = to.addArgument(index.getType(), loop.getLoc());
  for (BlockArgument argument :
       from.getArguments().slice(firstIndexed, firstCarried - firstIndexed))
    enter(argument);
  for (Value value : below)
    caches[value] = to.addArgument(cacheType(value, from), loop.getLoc());
  for (BlockArgument argument : from.getArguments().drop_front(firstCarried))
    enter(argument);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(&to);
    cloneBlock(from);
    SmallVector<Value> yielded;
    for (Value value : from.getTerminator()->getOperands())
      yielded.push_back(made.lookup(value));
    for (Value value : below)
      yielded.push_back(caches.lookup(value));
    rxt::YieldOp::create(builder, from.getTerminator()->getLoc(), yielded);
    eraseUnread(to);
  }
  caches = std::move(outerCaches);
  start = outerStart;
  index = outerIndex;
  for (auto [old, result] : llvm::zip(loop.getResults(), copy.getResults()))
    made[old] = result;
  for (auto [value, result] : llvm::zip(below, copy.getResults().drop_front(loop.getNumResults())))
    caches[value] = result;
}

/// If earlier positions of `value` are read: adds what has just been computed to its cache.
void StepBuilder::finishCached(Value value) {
  if (!llvm::is_contained(axes.cached(), value))
    return;
  Value rows = made.lookup(value), cache = caches.lookup(value);
  auto type = cast<rxt::TensorType>(rows.getType()),
       cached = cast<rxt::TensorType>(cache.getType());
  unsigned shift = axes.differsByText(value), own = axes.axisOf(value) + shift;
  unsigned texts = shift ? 0 : *axes.textsAxis(value);
  AffineMap all = builder.getMultiDimIdentityMap(type.rank());
  AffineMap at = AffineMap::get(type.rank(), 0,
                                {builder.getAffineDimExpr(texts), builder.getAffineDimExpr(own)},
                                builder.getContext());
  Value updated = rxt::UpdateOp::create(builder, value.getLoc(), cached, cache, rows, index, 0,
                                        all.dropResult(own), at);
  // The axes of the value again, over all positions.
  SmallVector<rxt::AxisAttr> order(type.getAxes());
  order[own] = cached.getAxes().front();
  SmallVector<AffineExpr> read{builder.getAffineDimExpr(own)};
  llvm::append_range(read, all.dropResult(own).getResults());
  auto prefix = rxt::MapOp::create(
      builder, value.getLoc(),
      rxt::TensorType::get(type.getContext(), type.getElementType(), order), ValueRange(updated),
      builder.getAffineMapArrayAttr({AffineMap::get(type.rank(), 0, read, builder.getContext())}));
  OpBuilder::InsertionGuard guard(builder);
  Block &body = prefix.getBody().emplaceBlock();
  Value element = body.addArgument(type.getElementType(), value.getLoc());
  builder.setInsertionPointToEnd(&body);
  rxt::YieldOp::create(builder, value.getLoc(), ValueRange(element));
  caches[value] = updated;
  prefixes[value] = prefix.getResult();
}

struct DeriveDecode : PassWrapper<DeriveDecode, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DeriveDecode)
  StringRef getArgument() const override { return "rx-derive-decode"; }
  StringRef getDescription() const override {
    return "derive programs that generate text step by step";
  }
  void runOnOperation() override {
    if (failed(deriveDecode(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult deriveDecode(ModuleOp module) {
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    auto symbol = function->getAttrOfType<StringAttr>(decodeAttribute);
    if (!symbol)
      continue;
    FailureOr<CausalAxes> axes = CausalAxes::of(function, symbol);
    if (failed(axes))
      return failure();
    StringRef base = function.getSymName();
    base.consume_back("_logits");
    SizeExpr positions = SizeExpr::symbol(symbol.str()), capacity = freshSymbol(function, "c");
    for (const Variant &variant : {Variant{"prefill", rxt::bulkPath, positions, capacity, false},
                                   Variant{"step", rxt::stepPath, positions, capacity, true}})
      StepBuilder(function, *axes, variant, base).build();
    if (function->hasAttr(keepAttribute))
      function->removeAttr(decodeAttribute);
    else
      function.erase();
  }
  return success();
}

std::unique_ptr<Pass> createDeriveDecodePass() { return std::make_unique<DeriveDecode>(); }

} // namespace rx::compiler
