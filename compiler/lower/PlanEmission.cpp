#include "compiler/lower/PlanEmission.h"

#include "compiler/lower/PanelUses.h"
#include "compiler/lower/RxtToRxk.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

#include <set>

using namespace mlir;
using nlohmann::json;

namespace {

std::string elementName(Type type) {
  if (type.isInteger(1))
    return "bool";
  if (type.isF64())
    return "f64";
  if (type.isF32())
    return "f32";
  return type.isInteger(64) ? "i64" : "i32";
}

std::string typeText(Type element, ArrayRef<std::string> dims) {
  std::string text = elementName(element) + "[";
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? ", " : "") + dims[i];
  return text + "]";
}

llvm::SmallVector<std::string> dimsOf(rx::rxt::TensorType type) {
  llvm::SmallVector<std::string> dims;
  for (auto &size : type.sizes())
    dims.push_back(size.str());
  return dims;
}

std::string typeText(rx::rxt::TensorType type) { return typeText(type.getElementType(), dimsOf(type)); }

/// " in panels<q8_0, 32>" for a form's text, nothing for dense.
std::string formText(StringAttr form) { return form ? " in " + form.getValue().str() : std::string(); }

/// What stands for a value: a buffer; a table read at some open loops; rows of a constant not yet taken.
struct Place {
  int buffer = -1;
  int table = -1;
  llvm::SmallVector<int> loops; // of a table: the loops that have indexed it
};

class ProgramEmitter {
public:
  ProgramEmitter(func::FuncOp function, const SymbolTable &symbols, const std::map<std::string, int> &kernelIndex, json &kernels, std::string &constants)
      : function(function), symbols(symbols), kernelIndex(kernelIndex), kernels(kernels), constants(constants) {}

  FailureOr<json> emit();

private:
  LogicalResult emitBlock(Block &block);
  LogicalResult emitLoop(rx::rxt::LoopOp loop);
  LogicalResult emitCond(rx::rxt::CondOp cond);
  LogicalResult emitBranch(rx::rxt::CondOp cond, Block &body, const json &out);
  LogicalResult emitLaunch(rx::rxk::LaunchOp launch);
  LogicalResult emitHost(rx::rxt::LinalgOp decomposition);
  LogicalResult emitParam(rx::rxt::ParamOp param);
  LogicalResult emitConstant(rx::rxt::ConstantOp constant);
  LogicalResult emitReturn(func::ReturnOp last);
  /// The plan binds arguments and results by name.
  LogicalResult checkNames();

  int addBuffer(StringRef kind, const std::string &type, StringRef name = "") {
    json buffer = {{"kind", kind.str()}, {"type", type}};
    if (!name.empty())
      buffer["name"] = name.str();
    buffers.push_back(buffer);
    return buffers.size() - 1;
  }
  void addCode(json instruction, Location location) {
    if (std::string place = rx::compiler::placeOf(location); !place.empty())
      instruction["location"] = place;
    code.push_back(std::move(instruction));
  }
  StringAttr formOf(FlatSymbolRefAttr buffer) const {
    return symbols.lookup(buffer.getValue())->getAttrOfType<StringAttr>(rx::compiler::formAttribute);
  }
  int bufferOf(Value value) { return places.at(value).buffer; }
  json buffersOf(ValueRange values) {
    json list = json::array();
    for (Value value : values)
      list.push_back(bufferOf(value));
    return list;
  }
  /// New temporaries for what an instruction computes.
  json makeResults(ResultRange results);
  /// The place of the input that the kernel updates, of which nothing else may be read.
  FailureOr<Place> updatedPlace(rx::rxk::LaunchOp launch);
  /// The input of the launch that its kernel updates; none for most.
  std::optional<unsigned> updatedInput(rx::rxk::LaunchOp launch);
  /// Whether an instruction made the value in a buffer that is nothing else, so that it may be made elsewhere.
  bool hasOwnBuffer(Value value);
  /// Whether all that trips do to carried value `index` is to update it.
  bool isOnlyUpdated(rx::rxt::LoopOp loop, unsigned index);
  /// Writes what was to go to buffer `made` into `to`, and reads it from there, in the code so far and later.
  void redirect(int made, int to);

  func::FuncOp function;
  const SymbolTable &symbols; // of the module
  const std::map<std::string, int> &kernelIndex;
  json &kernels;
  std::string &constants;
  json buffers = json::array(), tables = json::array(), code = json::array();
  std::map<std::string, int> parameters; // a buffer of the manifest stands once in a program
  llvm::DenseMap<Value, Place> places;
  json results;
  int openLoops = 0;
};

LogicalResult ProgramEmitter::emitParam(rx::rxt::ParamOp param) {
  Place place;
  if (auto table = dyn_cast<rx::rxt::TableType>(param.getType())) {
    json names = json::array();
    llvm::SmallVector<StringAttr> forms;
    for (auto buffer : param.getBuffers().getAsRange<FlatSymbolRefAttr>()) {
      names.push_back(buffer.getValue().str());
      forms.push_back(formOf(buffer));
    }
    json entry = {{"trips", std::vector<int64_t>(table.getTrips().begin(), table.getTrips().end())}, {"buffers", names}};
    if (llvm::all_equal(forms)) {
      entry["type"] = typeText(table.getEntry()) + (forms.empty() ? "" : formText(forms[0]));
    } else {
      entry["type"] = typeText(table.getEntry()) + " in any form";
      for (StringAttr form : forms)
        entry["forms"].push_back(form ? form.getValue().str() : "dense");
    }
    tables.push_back(std::move(entry));
    place.table = tables.size() - 1;
  } else {
    std::string name = cast<FlatSymbolRefAttr>(param.getBuffers()[0]).getValue().str();
    auto [it, isNew] = parameters.try_emplace(name, -1);
    if (isNew)
      it->second = addBuffer("parameter", typeText(cast<rx::rxt::TensorType>(param.getType())) + formText(formOf(cast<FlatSymbolRefAttr>(param.getBuffers()[0]))), name);
    place.buffer = it->second;
  }
  places[param.getResult()] = place;
  return success();
}

LogicalResult ProgramEmitter::emitConstant(rx::rxt::ConstantOp constant) {
  auto value = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!value || value.getElementType().isInteger(1))
    return constant.emitError("this constant cannot be stored in the plan");
  llvm::SmallVector<std::string> dims;
  for (int64_t n : value.getType().getShape())
    dims.push_back(std::to_string(n));
  constants.resize((constants.size() + 63) / 64 * 64);
  int buffer = addBuffer("constant", typeText(value.getElementType(), dims));
  buffers[buffer]["offset"] = constants.size();
  auto append = [&](const auto &numbers) {
    for (auto number : numbers)
      constants.append(reinterpret_cast<const char *>(&number), sizeof number);
  };
  if (value.getElementType().isF32())
    append(value.getValues<float>());
  else if (value.getElementType().isF64())
    append(value.getValues<double>());
  else if (value.getElementType().isInteger(32))
    append(value.getValues<int32_t>());
  else
    append(value.getValues<int64_t>());
  Place place;
  place.buffer = buffer;
  places[constant.getResult()] = place;
  return success();
}

json ProgramEmitter::makeResults(ResultRange results) {
  for (Value result : results) {
    Place place;
    place.buffer = addBuffer("temporary", typeText(cast<rx::rxt::TensorType>(result.getType())));
    places[result] = place;
  }
  return buffersOf(results);
}

LogicalResult ProgramEmitter::emitLaunch(rx::rxk::LaunchOp launch) {
  int kernel = kernelIndex.at(launch.getKernel().str());
  json in = buffersOf(launch.getInputs()), out;
  if (updatedInput(launch)) {
    FailureOr<Place> place = updatedPlace(launch);
    if (failed(place))
      return failure();
    places[launch->getResult(0)] = *place;
    out = buffersOf(launch->getResults());
  } else {
    out = makeResults(launch->getResults());
  }
  json instruction = {{"op", "launch"}, {"kernel", kernel}, {"in", in}, {"out", out}, {"sizes", kernels[kernel]["sizes"]}};
  if (auto variants = launch->getAttrOfType<ArrayAttr>(rx::compiler::variantsAttribute))
    for (auto variant : variants.getAsRange<FlatSymbolRefAttr>())
      instruction["variants"].push_back(kernelIndex.at(variant.getValue().str()));
  addCode(std::move(instruction), launch.getLoc());
  return success();
}

std::optional<unsigned> ProgramEmitter::updatedInput(rx::rxk::LaunchOp launch) {
  const json &kernel = kernels[kernelIndex.at(launch.getKernel().str())];
  return kernel.contains("updates") ? std::optional<unsigned>(kernel["updates"]) : std::nullopt;
}

bool ProgramEmitter::hasOwnBuffer(Value value) {
  auto launch = value.getDefiningOp<rx::rxk::LaunchOp>();
  return launch ? !updatedInput(launch) : isa_and_nonnull<rx::rxt::LinalgOp>(value.getDefiningOp());
}

FailureOr<Place> ProgramEmitter::updatedPlace(rx::rxk::LaunchOp launch) {
  Value base = launch.getInputs()[*updatedInput(launch)];
  auto argument = dyn_cast<BlockArgument>(base);
  Place place = places.at(base);
  StringRef kind = buffers[place.buffer]["kind"].get_ref<const std::string &>();
  // Who reads the value after the branch, or in the other one, must not see the change.
  if (argument && isa<rx::rxt::CondOp>(argument.getOwner()->getParentOp()))
    return launch.emitError("a branch cannot update what lies outside of it in place yet");
  if (!argument || !base.hasOneUse() || kind != "state")
    return launch.emitError("what is updated in place must be a state and not be read afterwards");
  return place;
}

bool ProgramEmitter::isOnlyUpdated(rx::rxt::LoopOp loop, unsigned index) {
  Block &body = loop->getRegion(0).front();
  Value value = cast<rx::rxt::YieldOp>(body.getTerminator()).getValues()[index];
  while (value != body.getArgument(loop.firstCarriedArgument() + index)) {
    auto launch = value.getDefiningOp<rx::rxk::LaunchOp>();
    auto inner = value.getDefiningOp<rx::rxt::LoopOp>();
    unsigned result = isa<OpResult>(value) ? cast<OpResult>(value).getResultNumber() : 0;
    if (launch && updatedInput(launch))
      value = launch.getInputs()[*updatedInput(launch)];
    else if (inner && result < inner.getCarried().size() && isOnlyUpdated(inner, result))
      value = inner.getCarried()[result];
    else
      return false;
  }
  return true;
}

LogicalResult ProgramEmitter::emitHost(rx::rxt::LinalgOp decomposition) {
  std::string function = rx::rxt::stringifyLinalgKind(decomposition.getKind()).str();
  json in = buffersOf(decomposition.getInputs()), out = makeResults(decomposition->getResults());
  addCode({{"op", "host"}, {"function", function}, {"in", in}, {"out", out}}, decomposition.getLoc());
  return success();
}

void ProgramEmitter::redirect(int made, int to) {
  auto change = [&](json &buffer) {
    if (buffer == made)
      buffer = to;
  };
  for (json &instruction : code) {
    for (const char *list : {"in", "out"})
      if (instruction.contains(list))
        llvm::for_each(instruction[list], change);
    for (const char *field : {"from", "condition"})
      if (instruction.contains(field))
        change(instruction[field]);
    if (instruction.contains("carried"))
      for (json &carried : instruction["carried"])
        change(carried["initial"]);
  }
  for (auto &[value, place] : places)
    if (place.buffer == made)
      place.buffer = to;
}

LogicalResult ProgramEmitter::emitLoop(rx::rxt::LoopOp loop) {
  Block &body = loop->getRegion(0).front();
  int level = openLoops;
  Place trip;
  trip.buffer = addBuffer("temporary", "i32[]");
  places[body.getArgument(0)] = trip;
  json carried = json::array();
  unsigned firstCarried = loop.firstCarriedArgument();
  llvm::SmallVector<int> next; // where each yielded value goes; -1 for what is updated where it lies
  for (auto [i, initial] : llvm::enumerate(loop.getCarried())) {
    if (initial.hasOneUse() && buffers[bufferOf(initial)]["kind"] == "state" && isOnlyUpdated(loop, i)) {
      Place place = places.at(initial); // a copy: what is inserted moves the others
      places[body.getArgument(firstCarried + i)] = place;
      places[loop.getResult(i)] = place;
      next.push_back(-1);
      continue;
    }
    Place argument;
    std::string type = typeText(cast<rx::rxt::TensorType>(initial.getType()));
    argument.buffer = addBuffer("temporary", type);
    places[body.getArgument(firstCarried + i)] = argument;
    places[loop.getResult(i)] = argument; // after the loop it holds the last value
    next.push_back(addBuffer("temporary", type));
    carried.push_back({{"argument", argument.buffer}, {"initial", bufferOf(initial)}, {"next", next.back()}});
  }
  json stacked = makeResults(loop->getResults().drop_front(loop.getCarried().size()));
  addCode({{"op", "loop"}, {"trips", loop.getTrips()}, {"trip", trip.buffer}, {"carried", carried}, {"stacked", stacked}}, loop.getLoc());
  ++openLoops;
  auto yield = cast<rx::rxt::YieldOp>(body.getTerminator());
  for (auto [buffer, value] : llvm::zip(stacked, yield.getValues().drop_front(loop.getCarried().size()))) {
    next.push_back(addBuffer("alias", typeText(cast<rx::rxt::TensorType>(value.getType()))));
    addCode({{"op", "view"}, {"from", buffer}, {"loop", level}, {"to", next.back()}}, loop.getLoc());
  }
  for (auto [i, shared] : llvm::enumerate(loop.getShared())) {
    Place place = places.at(shared); // a copy: what is inserted moves the others
    places[body.getArgument(1 + i)] = place;
  }
  for (auto [i, indexed] : llvm::enumerate(loop.getIndexed())) {
    BlockArgument argument = body.getArgument(loop.firstIndexedArgument() + i);
    Place place = places.at(indexed);
    if (place.table >= 0) {
      place.loops.push_back(level);
      if (isa<rx::rxt::TensorType>(argument.getType())) {
        int alias = addBuffer("alias", tables[place.table]["type"]);
        addCode({{"op", "entry"}, {"table", place.table}, {"loops", std::vector<int>(place.loops.begin(), place.loops.end())}, {"to", alias}}, loop.getLoc());
        place = Place();
        place.buffer = alias;
      }
    } else { // a row of a constant or tensor
      std::string type;
      if (auto row = dyn_cast<rx::rxt::TensorType>(argument.getType()))
        type = typeText(row);
      else {
        auto table = cast<rx::rxt::TableType>(argument.getType());
        llvm::SmallVector<std::string> dims;
        for (int64_t n : table.getTrips())
          dims.push_back(std::to_string(n));
        for (auto &dim : dimsOf(table.getEntry()))
          dims.push_back(dim);
        type = typeText(table.getEntry().getElementType(), dims);
      }
      int alias = addBuffer("alias", type);
      addCode({{"op", "view"}, {"from", place.buffer}, {"loop", level}, {"to", alias}}, loop.getLoc());
      place = Place();
      place.buffer = alias;
    }
    places[argument] = place;
  }
  if (failed(emitBlock(body)))
    return failure();
  // A value that an instruction of this body has just made is written straight into `next`.
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    if (next[i] < 0)
      continue; // it was updated where it lies
    int made = bufferOf(value);
    bool direct = value.getParentBlock() == &body && hasOwnBuffer(value) && llvm::count(yield.getValues(), value) == 1;
    if (!direct) {
      addCode({{"op", "copy"}, {"from", made}, {"to", next[i]}}, loop.getLoc());
      continue;
    }
    redirect(made, next[i]);
  }
  --openLoops;
  addCode({{"op", "end"}}, loop.getLoc());
  return success();
}

LogicalResult ProgramEmitter::emitCond(rx::rxt::CondOp cond) {
  json out = makeResults(cond->getResults());
  addCode({{"op", "branch"}, {"condition", bufferOf(cond.getCondition())}}, cond.getLoc());
  if (failed(emitBranch(cond, cond.getThenBody().front(), out)))
    return failure();
  addCode({{"op", "else"}}, cond.getLoc());
  if (failed(emitBranch(cond, cond.getElseBody().front(), out)))
    return failure();
  addCode({{"op", "end"}}, cond.getLoc());
  return success();
}

/// The instructions of one branch, which leave its values in the buffers `out`.
LogicalResult ProgramEmitter::emitBranch(rx::rxt::CondOp cond, Block &body, const json &out) {
  for (auto [argument, input] : llvm::zip(body.getArguments(), cond.getInputs())) {
    Place place = places.at(input); // a copy: what is inserted moves the others
    places[argument] = place;
  }
  if (failed(emitBlock(body)))
    return failure();
  auto yield = cast<rx::rxt::YieldOp>(body.getTerminator());
  for (auto [value, to] : llvm::zip(yield.getValues(), out)) {
    int made = bufferOf(value);
    bool direct = value.getParentBlock() == &body && hasOwnBuffer(value) && llvm::count(yield.getValues(), value) == 1;
    if (direct)
      redirect(made, to);
    else
      addCode({{"op", "copy"}, {"from", made}, {"to", to}}, cond.getLoc());
  }
  return success();
}

LogicalResult ProgramEmitter::emitReturn(func::ReturnOp last) {
  json outputs = json::array(), nextStates = json::array();
  std::set<std::string> states;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto role = function.getArgAttrOfType<StringAttr>(i, "rx.role"); role && role.getValue() == "state")
      states.insert(function.getArgAttrOfType<StringAttr>(i, "rx.name").getValue().str());
  for (auto [i, value] : llvm::enumerate(last.getOperands())) {
    std::string name = function.getResultAttrOfType<StringAttr>(i, "rx.name").getValue().str();
    int made = bufferOf(value);
    if (buffers[made]["kind"] == "state" && buffers[made]["name"] == name)
      continue; // it was updated where it lies
    int output = addBuffer("output", typeText(cast<rx::rxt::TensorType>(value.getType())));
    bool direct = hasOwnBuffer(value) && llvm::count(last.getOperands(), value) == 1;
    if (direct)
      redirect(made, output);
    else
      addCode({{"op", "copy"}, {"from", made}, {"to", output}}, last.getLoc());
    (states.count(name) ? nextStates : outputs).push_back({{"name", name}, {"buffer", output}});
  }
  results["outputs"] = outputs;
  results["nextStates"] = nextStates;
  return success();
}

LogicalResult ProgramEmitter::emitBlock(Block &block) {
  for (Operation &op : block) {
    LogicalResult done = llvm::TypeSwitch<Operation *, LogicalResult>(&op)
                             .Case([&](rx::rxt::ParamOp o) { return emitParam(o); })
                             .Case([&](rx::rxt::ConstantOp o) { return emitConstant(o); })
                             .Case([&](rx::rxk::LaunchOp o) { return emitLaunch(o); })
                             .Case([&](rx::rxt::LinalgOp o) { return emitHost(o); })
                             .Case([&](rx::rxt::LoopOp o) { return emitLoop(o); })
                             .Case([&](rx::rxt::CondOp o) { return emitCond(o); })
                             .Case([&](func::ReturnOp o) { return emitReturn(o); })
                             .Case([&](rx::rxt::YieldOp) { return success(); })
                             .Default([&](Operation *o) { return o->emitError("has no place in a plan yet"); });
    if (failed(done))
      return failure();
  }
  return success();
}

LogicalResult ProgramEmitter::checkNames() {
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (!function.getArgAttrOfType<StringAttr>(i, "rx.name") || !function.getArgAttrOfType<StringAttr>(i, "rx.role"))
      return function.emitError() << "argument " << i << " of a program has no rx.name or no rx.role";
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    if (!function.getResultAttrOfType<StringAttr>(i, "rx.name"))
      return function.emitError() << "result " << i << " of a program has no rx.name";
  return success();
}

FailureOr<json> ProgramEmitter::emit() {
  if (failed(checkNames()))
    return failure();
  std::set<std::string> symbols;
  for (BlockArgument argument : function.getArguments()) {
    auto type = cast<rx::rxt::TensorType>(argument.getType());
    StringRef name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "rx.name").getValue();
    StringRef role = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "rx.role").getValue();
    Place place;
    place.buffer = addBuffer(role, typeText(type), name);
    if (auto below = function.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(), "rx.below"); below && role == "input")
      buffers[place.buffer]["below"] = below.getInt();
    if (auto slots = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), rx::rxt::slotsAttribute); slots && role == "state")
      buffers[place.buffer]["slots"] = slots.getValue().str();
    if (auto reach = function.getArgAttrOfType<DenseI64ArrayAttr>(argument.getArgNumber(), rx::rxt::reachAttribute); reach && role == "state")
      buffers[place.buffer]["reach"] = std::vector<int64_t>(reach.asArrayRef().begin(), reach.asArrayRef().end());
    places[argument] = place;
    for (auto &size : type.sizes())
      for (auto &symbol : size.symbols())
        symbols.insert(symbol);
  }
  if (failed(emitBlock(function.getBody().front())))
    return failure();
  json program = {{"symbols", symbols}, {"buffers", buffers}, {"tables", tables}, {"code", code}};
  program.update(results);
  return program;
}

} // namespace

FailureOr<rx::compiler::EmittedPlan> rx::compiler::emitPlan(ModuleOp module, const std::map<std::string, KernelFacts> &facts) {
  EmittedPlan emitted;
  json kernels = json::array();
  std::map<std::string, int> kernelIndex;
  for (auto kernel : module.getOps<rxk::KernelOp>()) {
    std::string name = kernel.getSymName().str();
    auto &fact = facts.at(name);
    json operands = json::array();
    for (auto [i, type] : llvm::enumerate(kernel.getArgumentTypes()))
      operands.push_back(typeText(cast<rxt::TensorType>(type)) + formText(kernel.getArgAttrOfType<StringAttr>(i, formAttribute)));
    for (Type type : kernel.getResultTypes())
      operands.push_back(typeText(cast<rxt::TensorType>(type)));
    kernelIndex[name] = kernels.size();
    kernels.push_back({{"name", name}, {"symbol", name}, {"location", placeOf(kernel.getLoc())}, {"sizes", fact.sizes}, {"operands", operands},
                       {"inputs", kernel.getArgumentTypes().size()}, {"rows", fact.rows}, {"scratch", fact.scratchBytes.str()}, {"grain", fact.grain}});
    if (fact.passed != fact.sizes)
      kernels.back()["passed"] = fact.passed;
    if (fact.unit != 1)
      kernels.back()["unit"] = fact.unit;
    if (fact.updated)
      kernels.back()["updates"] = *fact.updated;
  }
  json programs = json::object();
  SymbolTable symbols(module);
  llvm::StringSet<> via;
  for (auto buffer : module.getOps<rxt::BufferOp>())
    if (buffer.getVia())
      via.insert(*buffer.getVia());
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isPrivate() && !via.contains(function.getSymName()))
      continue; // its calls are inlined
    auto program = ProgramEmitter(function, symbols, kernelIndex, kernels, emitted.constants).emit();
    if (failed(program))
      return failure();
    programs[function.getSymName().str()] = *program;
  }
  emitted.plan = {{"format", 1}, {"kernels", kernels}, {"programs", programs}};
  emitted.buffers = json::array();
  for (auto buffer : module.getOps<rxt::BufferOp>()) {
    json entry = {{"name", buffer.getSymName().str()}, {"type", typeText(cast<rxt::TensorType>(buffer.getType())) + formText(buffer->getAttrOfType<StringAttr>(formAttribute))}};
    if (buffer.getFile())
      entry["file"] = buffer.getFile()->str();
    if (buffer.getTensor())
      entry["tensor"] = buffer.getTensor()->str();
    if (buffer.getVia()) {
      entry["via"] = buffer.getVia()->str();
      json &inputs = entry["inputs"] = json::array();
      for (auto input : buffer.getInputs().getAsRange<FlatSymbolRefAttr>())
        inputs.push_back(input.getValue().str());
    }
    emitted.buffers.push_back(entry);
  }
  return emitted;
}
