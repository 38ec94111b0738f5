#include "compiler/lower/RxToRxt.h"

#include "compiler/lower/ModelBytes.h"
#include "dialects/rx/Rx.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace rx;
using namespace mlir;

namespace {

/// Values of parameters and depth constants inside one loop body; the function's top level has no parent.
struct Level {
  Level *parent = nullptr;
  llvm::DenseMap<Operation *, Value> values; // rxd::ParamOp or rxd::DepthOp
};

class Inliner {
public:
  /// Parameters are created before `top`.
  Inliner(Operation *top, SymbolTableCollection &symbols) : top(top), symbols(symbols) {}

  void inlineBody(Block &body, ValueRange arguments, Operation *self, OpBuilder &builder, Level &level, llvm::SmallVectorImpl<Value> &results);

private:
  llvm::SmallVector<Value> apply(Operation *node, StringRef forward, ValueRange arguments, OpBuilder &builder, Level &level, Location loc);
  llvm::SmallVector<Value> applyNest(Operation *node, StringRef forward, ValueRange arguments, OpBuilder &builder, Level &level, Location loc);
  Value valueOf(Operation *declared, Level &level);
  llvm::SmallVector<Operation *> readBelow(Operation *nest);
  rxd::EquationsOp equationsOf(Operation *node, StringRef forward);

  OpBuilder top;
  SymbolTableCollection &symbols;
};

/// The structure below a stack or loop: its one part, stack or loop.
Operation *elementOf(Operation *nest) {
  for (Operation &op : nest->getRegion(0).front())
    if (isa<rxd::PartOp, rxd::StackOp, rxd::LoopOp>(op))
      return &op;
  return nullptr;
}

ArrayAttr perOf(Operation *declared) { return declared->getAttrOfType<ArrayAttr>("per"); }

bool isPer(Operation *declared, StringRef index) {
  return llvm::any_of(perOf(declared), [&](Attribute a) { return cast<StringAttr>(a).getValue() == index; });
}

/// `layers.attention.q`, for a part; a layer has no name of its own.
std::string pathOf(Operation *node) {
  std::string path;
  for (; node && !isa<ModuleOp, rxd::ModelOp>(node); node = node->getParentOp())
    if (!isa<rxd::StackOp, rxd::LoopOp>(node->getParentOp()))
      path = SymbolTable::getSymbolName(node).str() + (path.empty() ? "" : ".") + path;
  return path;
}

std::string pathOfParam(Operation *declared) {
  std::string path = pathOf(declared->getParentOp());
  return path + (path.empty() ? "" : ".") + SymbolTable::getSymbolName(declared).str();
}

/// Says of an op and those inside where in the model they run.
void placeIn(Operation *op, StringRef path) {
  op->walk([&](Operation *inner) {
    if (!path.empty() && !isa<UnknownLoc>(inner->getLoc()))
      inner->setLoc(NameLoc::get(StringAttr::get(op->getContext(), path), inner->getLoc()));
  });
}

} // namespace

rxd::EquationsOp Inliner::equationsOf(Operation *node, StringRef forward) {
  auto name = StringAttr::get(node->getContext(), forward);
  return cast<rxd::ForwardOp>(symbols.lookupSymbolIn(node, name)).findEquations(symbols);
}

/// Parameters and depth constants below `nest` that some forward reads.
llvm::SmallVector<Operation *> Inliner::readBelow(Operation *nest) {
  llvm::SetVector<Operation *> found;
  nest->walk([&](rxd::ForwardOp forward) {
    forward.findEquations(symbols).walk([&](rxd::ReadOp read) {
      found.insert(symbols.lookupSymbolIn(forward->getParentOp(), read.getNameAttr().getAttr()));
    });
  });
  return found.takeVector();
}

Value Inliner::valueOf(Operation *declared, Level &level) {
  if (auto it = level.values.find(declared); it != level.values.end())
    return it->second;
  assert(!level.parent && "loops pass what their bodies read");
  Value value;
  if (auto param = dyn_cast<rxd::ParamOp>(declared))
    value = rxt::ParamOp::create(top, param.getLoc(), param.getType(), pathOfParam(declared), param.getBuffers());
  else {
    auto depth = cast<rxd::DepthOp>(declared);
    value = rxt::ConstantOp::create(top, depth.getLoc(), depth.getType(), depth.getValue());
  }
  return level.values[declared] = value;
}

llvm::SmallVector<Value> Inliner::applyNest(Operation *nest, StringRef forward, ValueRange arguments, OpBuilder &builder, Level &level, Location loc) {
  StringRef index = nest->getAttrOfType<StringAttr>("index").getValue();
  uint64_t trips = nest->getAttrOfType<IntegerAttr>("trips").getInt();
  llvm::SmallVector<Operation *> shared, indexed;
  for (Operation *declared : readBelow(nest))
    (isPer(declared, index) ? indexed : shared).push_back(declared);
  llvm::SmallVector<Value> sharedValues(arguments.drop_front()), indexedValues;
  for (Operation *declared : shared)
    sharedValues.push_back(valueOf(declared, level));
  for (Operation *declared : indexed)
    indexedValues.push_back(valueOf(declared, level));
  Value carried = arguments.front();
  auto loop = rxt::LoopOp::create(builder, loc, TypeRange{carried.getType()}, trips, sharedValues, indexedValues, ValueRange{carried});
  if (loop->getRegion(0).empty())
    loop->getRegion(0).emplaceBlock();
  Block &body = loop->getRegion(0).front();
  body.addArgument(rxt::TensorType::get(builder.getI32Type(), llvm::ArrayRef<SizeExpr>()), loc);
  Level inner;
  inner.parent = &level;
  llvm::SmallVector<Value> innerArguments;
  for (size_t i = 0; i < sharedValues.size(); ++i) {
    Value argument = body.addArgument(sharedValues[i].getType(), loc);
    if (i < arguments.size() - 1)
      innerArguments.push_back(argument);
    else
      inner.values[shared[i - (arguments.size() - 1)]] = argument;
  }
  for (auto [declared, value] : llvm::zip(indexed, indexedValues))
    inner.values[declared] = body.addArgument(cast<rxt::TableType>(value.getType()).row(), loc);
  innerArguments.insert(innerArguments.begin(), body.addArgument(carried.getType(), loc));
  auto bodyBuilder = OpBuilder::atBlockEnd(&body);
  auto results = apply(elementOf(nest), forward, innerArguments, bodyBuilder, inner, loc);
  rxt::YieldOp::create(bodyBuilder, loc, results);
  return llvm::SmallVector<Value>(loop->getResults());
}

llvm::SmallVector<Value> Inliner::apply(Operation *node, StringRef forward, ValueRange arguments, OpBuilder &builder, Level &level, Location loc) {
  if (isa<rxd::StackOp, rxd::LoopOp>(node))
    return applyNest(node, forward, arguments, builder, level, loc);
  llvm::SmallVector<Value> results;
  inlineBody(equationsOf(node, forward).getBody().front(), arguments, node, builder, level, results);
  return results;
}

void Inliner::inlineBody(Block &body, ValueRange arguments, Operation *self, OpBuilder &builder, Level &level, llvm::SmallVectorImpl<Value> &results) {
  std::string path = isa<ModuleOp>(self) ? std::string() : pathOf(self);
  IRMapping mapping;
  for (auto [from, to] : llvm::zip(body.getArguments(), arguments))
    mapping.map(from, to);
  for (Operation &op : body) {
    if (auto read = dyn_cast<rxd::ReadOp>(op)) {
      mapping.map(read.getResult(), valueOf(symbols.lookupSymbolIn(self, read.getNameAttr().getAttr()), level));
    } else if (auto call = dyn_cast<rxd::ApplyOp>(op)) {
      llvm::SmallVector<Value> inputs;
      for (Value input : call.getInputs())
        inputs.push_back(mapping.lookup(input));
      auto callee = call.getCallee();
      bool own = callee.getNestedReferences().empty();
      Operation *node = own ? self : symbols.lookupSymbolIn(self, callee.getRootReference());
      auto values = apply(node, callee.getLeafReference().getValue(), inputs, builder, level, call.getLoc());
      for (auto [from, to] : llvm::zip(call.getResults(), values))
        mapping.map(from, to);
    } else if (auto last = dyn_cast<rxd::ReturnOp>(op)) {
      for (Value value : last.getValues())
        results.push_back(mapping.lookup(value));
    } else
      placeIn(builder.clone(op, mapping), path);
  }
}

static func::FuncOp functionFor(rxd::ProgramOp program, llvm::ArrayRef<Type> results) {
  OpBuilder builder(program);
  Block &body = program.getBody().front();
  auto function = func::FuncOp::create(builder, program.getLoc(), program.getSymName(), builder.getFunctionType(body.getArgumentTypes(), results));
  for (unsigned i = 0; i < body.getNumArguments(); ++i) {
    function.setArgAttr(i, "rx.name", program.getArgumentNames()[i]);
    function.setArgAttr(i, "rx.role", program.getRoles()[i]);
  }
  for (unsigned i = 0; i < results.size(); ++i)
    function.setResultAttr(i, "rx.name", program.getOutputNames()[i]);
  for (NamedAttribute attribute : program->getDiscardableAttrs())
    function->setAttr(attribute.getName(), attribute.getValue());
  function.addEntryBlock();
  return function;
}

LogicalResult rx::compiler::rxToRxt(ModuleOp module) {
  noteModelBuffers(module);
  SymbolTableCollection symbols;
  for (auto program : llvm::make_early_inc_range(module.getOps<rxd::ProgramOp>())) {
    auto terminator = cast<rxd::ReturnOp>(program.getBody().front().getTerminator());
    llvm::SmallVector<Type> types(terminator.getOperandTypes());
    auto function = functionFor(program, types);
    Block &entry = function.getBody().front();
    Block *work = &entry;
    auto builder = OpBuilder::atBlockEnd(work);
    // Parameters go to the top; everything else is appended after a marker that is erased at the end.
    auto marker = func::ReturnOp::create(builder, program.getLoc());
    Inliner inliner(marker, symbols);
    auto after = OpBuilder::atBlockEnd(work);
    llvm::SmallVector<Value> results;
    Level level;
    inliner.inlineBody(program.getBody().front(), entry.getArguments(), module, after, level, results);
    marker.erase();
    func::ReturnOp::create(after, program.getLoc(), results);
    program.erase();
  }
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (isa<rxd::ModelOp, rxd::EquationsOp>(op))
      op.erase();
  return success();
}
