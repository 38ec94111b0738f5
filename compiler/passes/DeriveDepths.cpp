#include "compiler/passes/DeriveDepths.h"

#include "compiler/passes/RowDepths.h"
#include "compiler/passes/StepBuilder.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rx::compiler {

namespace {

StringRef nameOf(DictionaryAttr attributes) {
  auto name = attributes ? attributes.getAs<StringAttr>("rx.name") : StringAttr();
  return name ? name.getValue() : StringRef();
}

BlockArgument argumentNamed(func::FuncOp function, StringRef name) {
  for (BlockArgument argument : function.getArguments())
    if (nameOf(function.getArgAttrDict(argument.getArgNumber())) == name)
      return argument;
  return {};
}

/// One program cut in three.
class DepthCut {
public:
  DepthCut(func::FuncOp step, StringRef base) : step(step), base(base), builder(step) {}

  /// Fails after a warning, and leaves nothing but the step.
  LogicalResult cut();

private:
  /// What a part returns.
  struct Result {
    Value value;
    DictionaryAttr attributes;
  };
  /// A copy of the step that becomes one of its parts.
  struct Part {
    func::FuncOp function;
    rxt::LoopOp loop;

    Operation *end() { return function.getBody().front().getTerminator(); }
  };

  //===-- What there is ---===//
  LogicalResult findLoop();
  LogicalResult findCarried();
  void assignResults();
  bool runsAlongText(Value value) const;

  //===-- Its parts ---===//
  Part copyAs(StringRef suffix);
  /// The loop gives what it took: as if it made no trip.
  void removeLoop(Part &part, Value carried);
  /// What comes before the loop is in its caches already.
  void readEntered(Part &part);
  Value addInput(Part &part, Type type, StringRef name);
  void finish(Part &part, ArrayRef<Result> results);
  Result carriedAs(Value value) {
    return {value, builder.getDictionaryAttr(
                       builder.getNamedAttr("rx.name", builder.getStringAttr("carried")))};
  }
  /// What became of a result of the step.
  Result resultOf(Part &part, unsigned index) {
    return {part.end()->getOperand(index), step.getResultAttrDict(index)};
  }
  LogicalResult makeTrip();
  void makeEnter();
  void makeLeave();

  func::FuncOp step;
  StringRef base;
  OpBuilder builder;
  StringRef texts, text; ///< size symbols
  rxt::LoopOp loop;
  unsigned carried = 0;                         ///< which of the loop's results runs along the text
  SmallVector<unsigned> entered, tripped, left; ///< results of the step by the part that gives them
};

/// Whether trips of a loop have a matrix of parameters in common.
bool sharesParameters(rxt::LoopOp loop) {
  return llvm::any_of(loop.getShared(), [](Value value) {
    if (!value.getDefiningOp<rxt::ParamOp>())
      return false;
    auto table = dyn_cast<rxt::TableType>(value.getType());
    return (table ? table.getEntry() : cast<rxt::TensorType>(value.getType())).rank() >= 2;
  });
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

bool DepthCut::runsAlongText(Value value) const {
  auto type = dyn_cast<rxt::TensorType>(value.getType());
  return type &&
         llvm::any_of(type.getAxes(), [&](rxt::AxisAttr axis) { return axis.getSize() == text; });
}

LogicalResult DepthCut::findLoop() {
  auto start = argumentNamed(step, "start");
  auto ids = llvm::find_if(step.getArguments(), [&](BlockArgument argument) {
    auto type = dyn_cast<rxt::TensorType>(argument.getType());
    return argument != start && type && type.rank() == 2 &&
           step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "rx.role") == "input";
  });
  if (!start || ids == step.getArguments().end())
    return refuseDepths(*step, "it is not a program of a step, (ids[text, position], start[text])");
  texts = cast<rxt::TensorType>(start.getType()).getAxes().front().getSize();
  text = cast<rxt::TensorType>(ids->getType()).getAxes().back().getSize();
  SmallVector<rxt::LoopOp> found;
  for (auto candidate : step.getBody().front().getOps<rxt::LoopOp>())
    if (sharesParameters(candidate) &&
        llvm::any_of(candidate.getCarried(), [&](Value value) { return runsAlongText(value); }))
      found.push_back(candidate);
  if (found.empty())
    return refuseDepths(*step, "no loop that the text runs through shares parameters between its "
                               "trips (as `loop b in B: stack k in K` does)");
  if (found.size() > 1) {
    InFlightDiagnostic warning = found[1]->emitWarning()
                                 << "rows of a batch cannot be at different depths: the text runs "
                                    "through more than one loop that shares parameters";
    warning.attachNote(found[0]->getLoc()) << "the other one";
    return failure();
  }
  loop = found.front();
  return success();
}

LogicalResult DepthCut::findCarried() {
  unsigned count = loop.getCarried().size();
  SmallVector<unsigned> own;
  for (auto [index, value] : llvm::enumerate(loop.getCarried())) {
    auto argument = dyn_cast<BlockArgument>(value);
    bool isCache = argument &&
                   step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "rx.role") == "state";
    if (!isCache)
      own.push_back(index);
  }
  if (own.size() != 1)
    return refuseDepths(*loop, "the loop carries " + Twine(own.size()) +
                                   " values from trip to trip, not one along the text");
  auto type = cast<rxt::TensorType>(loop.getCarried()[own.front()].getType());
  if (type.getAxes().empty() || type.getAxes().front().getSize() != texts)
    return refuseDepths(*loop, "the first axis of what the loop carries is not that of texts");
  bool stacks = llvm::any_of(loop.getResults().drop_front(count),
                             [](Value stacked) { return !stacked.use_empty(); });
  if (stacks)
    return refuseDepths(*loop, "what follows the loop reads values of all its trips");
  carried = own.front();
  return success();
}

/// Caches belong to the part that changes them, what the step is for to the last one.
void DepthCut::assignResults() {
  SetVector<Operation *> after;
  getForwardSlice(loop.getOperation(), &after);
  Operation *end = step.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands())) {
    DictionaryAttr attributes = step.getResultAttrDict(index);
    bool isState = static_cast<bool>(argumentNamed(step, nameOf(attributes)));
    Operation *maker = value.getDefiningOp();
    if (isState && !maker)
      continue; // nothing changes it
    if (!isState || after.contains(maker))
      left.push_back(index);
    else
      (maker == loop ? tripped : entered).push_back(index);
  }
}

//===----------------------------------------------------------------------===//
// Its parts
//===----------------------------------------------------------------------===//

DepthCut::Part DepthCut::copyAs(StringRef suffix) {
  IRMapping mapping;
  auto function = cast<func::FuncOp>(builder.clone(*step, mapping)); // in front of it
  function.setSymName((base + "_" + suffix).str());
  return {function, mapping.lookup(loop.getResult(carried)).getDefiningOp<rxt::LoopOp>()};
}

void DepthCut::removeLoop(Part &part, Value value) {
  for (auto [index, operand] : llvm::enumerate(part.loop.getCarried()))
    part.loop.getResult(index).replaceAllUsesWith(index == carried ? value : operand);
  part.loop.erase();
}

void DepthCut::readEntered(Part &part) {
  for (unsigned index : entered)
    part.end()->getOperand(index).replaceAllUsesWith(
        argumentNamed(part.function, nameOf(step.getResultAttrDict(index))));
}

Value DepthCut::addInput(Part &part, Type type, StringRef name) {
  unsigned index = part.function.getNumArguments();
  auto attributes =
      builder.getDictionaryAttr({builder.getNamedAttr("rx.name", builder.getStringAttr(name)),
                                 builder.getNamedAttr("rx.role", builder.getStringAttr("input"))});
  auto added = part.function.insertArgument(index, type, attributes, loop.getLoc());
  assert(succeeded(added) && "any type is one of an input");
  (void)added;
  return part.function.getArgument(index);
}

/// Returns these results instead of the step's, and drops what they do not need. Depths stay, since
/// they say how many trips there are.
void DepthCut::finish(Part &part, ArrayRef<Result> results) {
  auto values = llvm::map_to_vector(results, [](const Result &result) { return result.value; });
  part.end()->setOperands(values);
  eraseUnread(part.function.getBody().front());
  BitVector unread(part.function.getNumArguments());
  for (BlockArgument argument : part.function.getArguments())
    if (argument.use_empty() && argument != argumentNamed(part.function, "depth"))
      unread.set(argument.getArgNumber());
  auto erased = part.function.eraseArguments(unread);
  assert(succeeded(erased) && "nothing reads them");
  (void)erased;
  part.function.setAllResultAttrs(ArrayRef<DictionaryAttr>());
  part.function.setType(
      builder.getFunctionType(part.function.getArgumentTypes(), ValueRange(values).getTypes()));
  part.function.setAllResultAttrs(
      llvm::map_to_vector(results, [](const Result &result) { return result.attributes; }));
}

LogicalResult DepthCut::makeTrip() {
  Part part = copyAs("trip");
  readEntered(part);
  Value depth = addInput(part, argumentNamed(part.function, "start").getType(), "depth");
  part.function.setArgAttr(part.function.getNumArguments() - 1, "rx.below",
                           builder.getI64IntegerAttr(loop.getTrips()));
  OpOperand &entry = part.loop.getCarriedMutable()[carried];
  entry.set(addInput(part, entry.get().getType(), "carried"));
  FailureOr<SmallVector<Value>> yielded = RowDepths(part.loop, depth, texts).build();
  if (failed(yielded)) {
    part.function.erase();
    return failure();
  }
  SmallVector<Result> results{carriedAs((*yielded)[carried])};
  Operation *end = step.getBody().front().getTerminator();
  for (unsigned index : tripped)
    results.push_back({(*yielded)[cast<OpResult>(end->getOperand(index)).getResultNumber()],
                       step.getResultAttrDict(index)});
  finish(part, results);
  return success();
}

void DepthCut::makeEnter() {
  Part part = copyAs("enter");
  Value value = part.loop.getCarried()[carried];
  removeLoop(part, value);
  SmallVector<Result> results{carriedAs(value)};
  for (unsigned index : entered)
    results.push_back(resultOf(part, index));
  finish(part, results);
}

void DepthCut::makeLeave() {
  Part part = copyAs("leave");
  readEntered(part);
  removeLoop(part, addInput(part, loop.getResult(carried).getType(), "carried"));
  SmallVector<Result> results;
  for (unsigned index : left)
    results.push_back(resultOf(part, index));
  finish(part, results);
}

LogicalResult DepthCut::cut() {
  if (failed(findLoop()) || failed(findCarried()))
    return failure();
  assignResults();
  if (failed(makeTrip()))
    return failure();
  makeEnter();
  makeLeave();
  return success();
}

struct DeriveDepths : PassWrapper<DeriveDepths, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DeriveDepths)
  StringRef getArgument() const override { return "rx-derive-depths"; }
  StringRef getDescription() const override {
    return "derive programs for rows that stand at different depths";
  }
  void runOnOperation() override {
    if (failed(deriveDepths(getOperation())))
      signalPassFailure();
  }
};

} // namespace

LogicalResult deriveDepths(ModuleOp module) {
  for (auto function : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    StringRef base = function.getSymName();
    auto path = function->getAttrOfType<StringAttr>(rxt::pathAttribute);
    if (path && path == rxt::stepPath && base.consume_back("_step"))
      (void)DepthCut(function, base).cut(); // what cannot be cut has been warned of
  }
  return success();
}

std::unique_ptr<Pass> createDeriveDepthsPass() { return std::make_unique<DeriveDepths>(); }

} // namespace rx::compiler
