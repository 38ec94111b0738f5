#include "runtime/plan/Executor.h"

#include "runtime/core/JsonFields.h"
#include "runtime/plan/DeviceTensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

namespace rx::runtime {

/// A program with sizes and weights: everything that successive runs share.
struct Executor::Prepared {
  BoundProgram bound;
  ProgramMemory memory;            ///< parameters, constants and tables; the rest is set per run
  std::vector<HostTensor> weights; ///< keeps what `memory` points to, over device memory
  uint64_t version = ~uint64_t(0); ///< of the store, when the weights were bound
};

namespace {

constexpr size_t mostPrepared = 8; ///< sets of sizes kept per program

template <typename Map> std::vector<std::string> namesOf(const Map &map) {
  std::vector<std::string> names;
  for (const auto &[name, value] : map)
    names.push_back(name);
  return names;
}

bool isGiven(BufferKind kind) { return kind == BufferKind::Input || kind == BufferKind::State; }

/// Kernels read at the positions they are given: one outside would read foreign memory.
Status checkPositions(const BufferInfo &buffer, const HostTensor &tensor) {
  auto positions = tensor.values<int32_t>();
  auto bad = std::find_if(positions.begin(), positions.end(),
                          [&](int32_t at) { return at < 0 || at >= *buffer.below; });
  if (bad == positions.end())
    return Status::ok();
  return makeError(
      "{} holds {} as its element {}, but what it counts into has {} entries: such as a "
      "tokenizer with more tokens than the model",
      buffer.name, *bad, bad - positions.begin(), *buffer.below);
}

} // namespace

std::map<std::string, Shape> shapesOf(const TensorMap &tensors) {
  std::map<std::string, Shape> shapes;
  for (const auto &[name, tensor] : tensors)
    shapes.emplace(name, tensor.shape());
  return shapes;
}

Expected<TensorMap> zeroStates(const Program &program, const TensorMap &inputs) {
  Expected<PlannedRun> run = planRun(program, shapesOf(inputs));
  if (!run)
    return std::move(run).status();
  TensorMap states;
  Expected<SizedBuffers> sizes = sizeBuffers(program, run->bindings);
  for (size_t i = 0; sizes && i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    if (buffer.kind != BufferKind::State || inputs.contains(buffer.name))
      continue;
    Expected<HostTensor> zeros = HostTensor::zeros(buffer.type.dtype, sizes->shapes[i]);
    if (!zeros)
      return std::move(zeros).status().withContext(fmt::format("state {}", buffer.name));
    states.emplace(buffer.name, std::move(*zeros));
  }
  return states;
}

Executor::Executor(const Bundle &bundle, Device &device, ParameterStore &parameters)
    : bundle(bundle), device(device), parameters(parameters),
      kernels(bundle.plan().kernels.size()) {}

Executor::~Executor() = default;

Expected<const Program *> Executor::findProgram(std::string_view name) const {
  const auto &programs = bundle.plan().programs;
  if (auto found = programs.find(name); found != programs.end())
    return &found->second;
  return makeError("{} has no program called {}{}", bundle.folder(), name,
                   didYouMean(name, namesOf(programs)));
}

//===----------------------------------------------------------------------===//
// Inputs and states
//===----------------------------------------------------------------------===//

Status Executor::acceptInput(const BufferInfo &buffer, const TensorMap &inputs) {
  auto given = inputs.find(buffer.name);
  bool isState = buffer.kind == BufferKind::State;
  if (given == inputs.end()) {
    if (isState && states.contains(buffer.name))
      return Status::ok();
    return makeError("the {} {} ({}) was not given", isState ? "first value of state" : "input",
                     buffer.name, buffer.type.text());
  }
  if (given->second.dtype() != buffer.type.dtype)
    return makeError("{} is {}, but {} was given", buffer.name, buffer.type.text(),
                     given->second.text());
  if (buffer.below)
    if (Status inside = checkPositions(buffer, given->second); !inside)
      return inside;
  return isState ? setState(buffer.name, given->second) : Status::ok();
}

/// Every input is there and of its type; states that are given take their place.
Status Executor::acceptInputs(const Program &program, const TensorMap &inputs) {
  std::vector<std::string> known;
  for (const BufferInfo &buffer : program.buffers) {
    if (!isGiven(buffer.kind))
      continue;
    known.push_back(buffer.name);
    if (Status status = acceptInput(buffer, inputs); !status)
      return status;
  }
  for (const auto &[name, tensor] : inputs)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return makeError("there is no input called {}{}", name, didYouMean(name, known));
  return Status::ok();
}

Expected<HostTensor> Executor::state(const std::string &name) const {
  auto found = states.find(name);
  if (found == states.end())
    return makeError("state {} has no value yet", name);
  return download(device, found->second.now);
}

Status Executor::setState(const std::string &name, const HostTensor &value) {
  Expected<HostTensor> uploaded = upload(device, value);
  if (!uploaded)
    return std::move(uploaded).status().withContext(name);
  StateValue &state = states[name];
  state.now = std::move(*uploaded);
  if (value.dtype() == RX_I32 && value.elementCount() > 0) {
    auto elements = value.values<int32_t>();
    auto [least, most] = std::minmax_element(elements.begin(), elements.end());
    state.least = *least;
    state.most = *most;
  }
  return Status::ok();
}

/// Kernels read and write caches where their slot tables say.
Status Executor::checkSlots(const Program &program, const Bindings &bindings) const {
  for (const BufferInfo &buffer : program.buffers) {
    if (!buffer.slots)
      continue;
    const StateValue &table = states.at(buffer.name);
    int64_t places = bindings.at(buffer.slots->places);
    if (table.least < 0 || table.most >= places)
      return makeError("{} holds slots from {} to {}, but its caches have {} places", buffer.name,
                       table.least, table.most, places);
  }
  return Status::ok();
}

//===----------------------------------------------------------------------===//
// Preparation: sizes, memory, weights
//===----------------------------------------------------------------------===//

Status Executor::loadKernels(const Program &program) {
  for (const Instruction &instruction : program.code) {
    if (const auto *launch = std::get_if<Launch>(&instruction.op))
      for (int32_t kernel : launch->kernels)
        if (Status loaded = loadKernel(kernel); !loaded)
          return loaded;
  }
  return Status::ok();
}

Status Executor::loadKernel(int32_t index) {
  if (kernels[index])
    return Status::ok();
  // Devices of this process may bring their kernels along.
  if (std::filesystem::exists(bundle.kernelsPath()))
    if (Status loaded = device.load(bundle.kernelsPath()); !loaded)
      return loaded;
  Expected<KernelHandle> kernel = device.findKernel(bundle.plan().kernels[index].symbol);
  if (!kernel)
    return std::move(kernel).status().withContext(bundle.kernelsPath());
  kernels[index] = *kernel;
  return Status::ok();
}

Expected<std::byte *> Executor::bindParameter(const std::string &name, Prepared &prepared) {
  Expected<HostTensor> value = parameters.get(name);
  if (!value)
    return std::move(value).status();
  Expected<HostTensor> uploaded = upload(device, *value);
  if (!uploaded)
    return std::move(uploaded).status();
  prepared.weights.push_back(std::move(*uploaded));
  return prepared.weights.back().data();
}

Status Executor::bindParameters(Prepared &prepared) {
  const Program &program = *prepared.bound.program;
  Status computed = computeBuffers(bundle, device, parameters, weightsOf(program), compute);
  if (!computed)
    return computed;
  prepared.weights.clear();
  for (size_t i = 0; i < program.buffers.size(); ++i)
    if (program.buffers[i].kind == BufferKind::Parameter) {
      Expected<std::byte *> value = bindParameter(program.buffers[i].name, prepared);
      if (!value)
        return std::move(value).status();
      prepared.memory.buffers[i] = *value;
    }
  prepared.memory.tables.clear();
  for (const TableInfo &table : program.tables) {
    std::vector<std::byte *> &entries = prepared.memory.tables.emplace_back();
    for (const std::string &buffer : table.buffers) {
      Expected<std::byte *> value = bindParameter(buffer, prepared);
      if (!value)
        return std::move(value).status();
      entries.push_back(*value);
    }
  }
  prepared.version = parameters.version();
  return Status::ok();
}

void Executor::keepWeightsFor(const std::set<std::string> &names) {
  parameters.keepFor(names);
  for (auto &[program, sizes] : prepared)
    for (auto &one : sizes)
      if (one->version != parameters.version()) // bound again before its next run
        one->weights.clear();
}

Expected<std::unique_ptr<Executor::Prepared>> Executor::makePrepared(const Program &program,
                                                                     Bindings bindings) {
  int64_t limit = memoryBudget(budget, parameters.residentBytes() + arena.bytes());
  const PlannedRun run = {&program, bindings};
  Expected<MemoryReport> fits = admitRuns(place(), {&run, 1}, "this run", {.bytes = limit});
  if (!fits)
    return std::move(fits).status();
  compute.threads = fits->threads;
  if (Status loaded = loadKernels(program); !loaded)
    return loaded;
  Expected<BoundProgram> bound = bindProgram(bundle.plan(), program, std::move(bindings));
  if (!bound)
    return std::move(bound).status();
  if (!constants.data()) {
    Expected<HostTensor> uploaded = upload(device, bundle.constants());
    if (!uploaded)
      return std::move(uploaded).status();
    constants = std::move(*uploaded);
  }
  auto result = std::make_unique<Prepared>();
  result->bound = std::move(*bound);
  result->memory.buffers.resize(program.buffers.size());
  result->memory.kernels = kernels;
  for (size_t i = 0; i < program.buffers.size(); ++i)
    if (program.buffers[i].kind == BufferKind::Constant)
      result->memory.buffers[i] = constants.data() + program.buffers[i].offset;
  return result;
}

Expected<Executor::Prepared *> Executor::prepare(const Program &program, const TensorMap &inputs) {
  auto shapeOf = [&](BufferId id) -> const Shape * {
    const BufferInfo &buffer = program.buffers[id];
    if (buffer.kind == BufferKind::State)
      return &states.find(buffer.name)->second.now.shape();
    return buffer.kind == BufferKind::Input ? &inputs.find(buffer.name)->second.shape() : nullptr;
  };
  Expected<Bindings> bindings = bindSymbols(program, shapeOf);
  if (!bindings)
    return std::move(bindings).status();
  if (Status inside = checkSlots(program, *bindings); !inside)
    return inside;
  auto &known = prepared[program.name];
  auto found = std::find_if(known.begin(), known.end(), [&](const auto &candidate) {
    return candidate->bound.bindings == *bindings;
  });
  if (found == known.end()) {
    Expected<std::unique_ptr<Prepared>> made = makePrepared(program, std::move(*bindings));
    if (!made)
      return std::move(made).status();
    if (known.size() == mostPrepared)
      known.erase(known.begin());
    found = known.insert(known.end(), std::move(*made));
  }
  Prepared *result = found->get();
  if (result->version != parameters.version())
    if (Status bound = bindParameters(*result); !bound)
      return bound;
  return result;
}

Expected<MemoryReport> Executor::plannedMemory(std::string_view name,
                                               const std::map<std::string, Shape> &shapes) const {
  Expected<const Program *> program = findProgram(name);
  if (!program)
    return std::move(program).status();
  Expected<PlannedRun> run = planRun(**program, shapes);
  if (!run)
    return std::move(run).status();
  return planMemory(place(), {&*run, 1});
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

Status Executor::growArena(int64_t bytes) {
  if (bytes <= arena.bytes())
    return Status::ok();
  arena = HostTensor(); // before the larger one is allocated
  Expected<HostTensor> larger = allocateOn(device, RX_U8, {bytes});
  if (!larger)
    return std::move(larger).status().withContext("temporaries");
  arena = std::move(*larger);
  return Status::ok();
}

/// Memory for an output: that of an earlier run's, or of the state's last but one value, where
/// nobody else holds it.
Expected<HostTensor> Executor::outputTensor(const Program &program, BufferId buffer,
                                            const Shape &shape) {
  DType dtype = program.buffers[buffer].type.dtype;
  HostTensor spare = std::exchange(last.tensors[buffer], HostTensor());
  for (const ResultInfo &next : program.nextStates)
    if (next.buffer == buffer)
      spare = std::exchange(states[next.name].spare, HostTensor());
  if (spare.storage().use_count() == 1 && spare.dtype() == dtype && spare.shape() == shape)
    return spare;
  return allocateOn(device, dtype, shape);
}

Expected<Executor::Held> Executor::holdTensors(const Prepared &prepared, const TensorMap &inputs) {
  const Program &program = *prepared.bound.program;
  Held held;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    auto id = static_cast<BufferId>(i);
    if (buffer.kind == BufferKind::State)
      held[id] = states[buffer.name].now;
    if (buffer.kind != BufferKind::Input && buffer.kind != BufferKind::Output)
      continue;
    Expected<HostTensor> tensor = buffer.kind == BufferKind::Input
                                      ? upload(device, inputs.find(buffer.name)->second)
                                      : outputTensor(program, id, prepared.bound.shapes[i]);
    if (!tensor)
      return std::move(tensor).status();
    held[id] = std::move(*tensor);
  }
  return held;
}

/// Hands out the outputs and the next states, and moves states on.
Expected<TensorMap> Executor::collect(const Program &program, Held &held) {
  TensorMap results;
  for (const auto *list : {&program.outputs, &program.nextStates})
    for (const ResultInfo &result : *list) {
      Expected<HostTensor> tensor = download(device, held[result.buffer]);
      if (!tensor)
        return std::move(tensor).status();
      results[result.name] = std::move(*tensor);
    }
  for (const ResultInfo &output : program.outputs)
    last.tensors[output.buffer] = held[output.buffer];
  for (const ResultInfo &next : program.nextStates) {
    StateValue &state = states[next.name];
    state.spare = std::exchange(state.now, std::move(held[next.buffer]));
  }
  return results;
}

Expected<TensorMap> Executor::run(std::string_view name, const TensorMap &inputs) {
  Expected<const Program *> found = findProgram(name);
  if (!found)
    return std::move(found).status();
  const Program &program = **found;
  auto context = [&](Status status) { return std::move(status).withContext(program.name); };
  if (Status accepted = acceptInputs(program, inputs); !accepted)
    return context(std::move(accepted));
  if (last.program != &program)
    last = {&program, {}};
  Expected<Prepared *> prepared = prepare(program, inputs);
  if (!prepared)
    return context(std::move(prepared).status());
  const BoundProgram &bound = (*prepared)->bound;
  if (Status grown = growArena(bound.arenaBytes); !grown)
    return context(std::move(grown));
  Expected<Held> held = holdTensors(**prepared, inputs);
  if (!held)
    return context(std::move(held).status());
  ProgramMemory memory = (*prepared)->memory;
  for (auto &[buffer, tensor] : *held)
    memory.buffers[buffer] = tensor.data();
  for (size_t i = 0; i < bound.arenaOffsets.size(); ++i)
    if (bound.arenaOffsets[i] >= 0)
      memory.buffers[i] = arena.data() + bound.arenaOffsets[i];
  if (Status ran =
          Interpreter(bound, device, std::move(memory), compute.observer, compute.memo).run();
      !ran)
    return ran;
  return collect(program, *held);
}

} // namespace rx::runtime
