#include "runtime/plan/Interpreter.h"

#include "runtime/plan/HostFunctions.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace rx::runtime {

namespace {

/// Bytes that an instruction reads and writes; none for those that only steer.
int64_t bytesMoved(const Instruction &instruction, const std::vector<int64_t> &bytes) {
  auto sum = [&](const std::vector<BufferId> &buffers) {
    int64_t total = 0;
    for (BufferId buffer : buffers)
      total += bytes[buffer];
    return total;
  };
  if (const auto *launch = std::get_if<Launch>(&instruction.op))
    return sum(launch->inputs) + sum(launch->outputs);
  if (const auto *host = std::get_if<Host>(&instruction.op))
    return sum(host->inputs) + sum(host->outputs);
  if (const auto *copy = std::get_if<Copy>(&instruction.op))
    return 2 * bytes[copy->to];
  return 0;
}

} // namespace

Interpreter::Interpreter(const BoundProgram &bound, Device &device, ProgramMemory memory,
                         const Observer &observer, Memo *memo)
    : bound(bound), program(*bound.program), device(device), memory(std::move(memory)),
      home(this->memory.buffers), bytes(bound.bytes), observer(observer), memo(memo) {
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    forms.push_back(program.buffers[i].type.form);
    bytes[i] /= tripsSharing(program, static_cast<BufferId>(i));
  }
}

Status Interpreter::run() {
  for (at = 0; at < program.code.size(); at = next) {
    next = at + 1;
    if (Status status = step(); !status)
      return std::move(status).withContext(fmt::format("program {}, {} at {}", program.name,
                                                       opName(program.code[at]),
                                                       program.code[at].location));
  }
  Expected<Event> done = device.record(queue);
  return done ? device.wait(*done) : std::move(done).status();
}

Status Interpreter::step() {
  const Instruction &instruction = program.code[at];
  auto execute = [&] {
    return std::visit([&](const auto &op) { return this->execute(op); }, instruction.op);
  };
  if (!observer)
    return execute();
  auto begin = std::chrono::steady_clock::now();
  Status status = execute();
  if (Expected<Event> done = device.record(queue); status && done)
    status = device.wait(*done);
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  if (int64_t moved = bytesMoved(instruction, bytes))
    observer(instruction, time.count(), moved);
  return status;
}

const BoundLaunch *Interpreter::variant(size_t instruction) const {
  const std::vector<BoundLaunch> &variants = bound.launches[instruction];
  if (variants.size() == 1)
    return &variants.front();
  auto fits = [&](const BoundLaunch &launch) {
    const std::vector<BufferType> &operands = bound.plan->kernels[launch.kernel].operands;
    for (size_t i = 0; i < operands.size(); ++i)
      if (operands[i].form != forms[launch.buffers[i]])
        return false;
    return true;
  };
  auto found = std::find_if(variants.begin(), variants.end(), fits);
  return found == variants.end() ? nullptr : &*found;
}

Status Interpreter::chooseVariant(size_t instruction) {
  chosen.push_back(variant(instruction));
  if (chosen.back())
    return Status::ok();
  const auto &launch = std::get<Launch>(program.code[instruction].op);
  return makeError("no variant of kernel {} takes these forms of its inputs together",
                   bound.plan->kernels[launch.kernels.front()].name);
}

/// This launch and those that run together with it; one by one where each is observed.
Status Interpreter::execute(const Launch &) {
  chosen.clear();
  if (Status found = chooseVariant(at); !found)
    return found;
  for (; !observer && next < program.code.size() && bound.together[next] == at; ++next)
    if (Status found = chooseVariant(next); !found)
      return found;
  operands.clear();
  for (const BoundLaunch *launch : chosen)
    for (size_t i = 0; i < launch->operands.size(); ++i) {
      operands.push_back(launch->operands[i]);
      operands.back().data = memory.buffers[launch->buffers[i]];
    }
  calls.clear();
  std::span<const rx_operand> left = operands;
  for (const BoundLaunch *launch : chosen) {
    calls.push_back({memory.kernels[launch->kernel],
                     launch->shape,
                     {left.first(launch->operands.size()), launch->sizes}});
    left = left.subspan(launch->operands.size());
  }
  return device.launch(calls, queue);
}

Status Interpreter::execute(const Loop &op) {
  for (const Carried &carried : op.carried) {
    memory.buffers[carried.argument] = memory.buffers[carried.initial];
    memory.buffers[carried.next] = home[carried.next];
  }
  if (op.trips == 0) {
    next = bound.partners[at] + 1;
    return Status::ok();
  }
  frames.push_back({&op, at, 0});
  return startTrip();
}

Status Interpreter::startTrip() {
  const Frame &frame = frames.back();
  auto trip = static_cast<int32_t>(frame.trip);
  next = frame.begin + 1;
  return device.copy(memory.buffers[frame.loop->trip], &trip, sizeof trip, CopyKind::HostToDevice,
                     queue);
}

/// What this trip wrote becomes the argument; the next trip writes to the other of the two places.
void Interpreter::passCarried(const Loop &loop) {
  for (const Carried &carried : loop.carried) {
    std::byte *written = memory.buffers[carried.next];
    memory.buffers[carried.argument] = written;
    memory.buffers[carried.next] =
        written == home[carried.next] ? home[carried.argument] : home[carried.next];
  }
}

Status Interpreter::execute(const End &) {
  if (frames.empty() || bound.partners[at] != frames.back().begin)
    return Status::ok(); // of a branch
  Frame &frame = frames.back();
  passCarried(*frame.loop);
  if (++frame.trip < frame.loop->trips)
    return startTrip();
  frames.pop_back();
  return Status::ok();
}

Status Interpreter::execute(const Branch &op) {
  Expected<HostTensor> condition = toHost(op.condition);
  if (!condition)
    return std::move(condition).status();
  if (*condition->data() == std::byte(0))
    next = bound.partners[at] + 1;
  return Status::ok();
}

/// Reached at the end of the first branch.
Status Interpreter::execute(const Else &) {
  next = bound.partners[at];
  return Status::ok();
}

Status Interpreter::execute(const Copy &op) {
  return device.copy(memory.buffers[op.to], memory.buffers[op.from], bound.bytes[op.to],
                     CopyKind::DeviceToDevice, queue);
}

Status Interpreter::execute(const Entry &op) {
  const TableInfo &table = program.tables[op.table];
  int64_t index = 0;
  for (size_t i = 0; i < op.at.size(); ++i)
    index = index * table.trips[i] + frames[op.at[i]].trip;
  memory.buffers[op.to] = memory.tables[op.table][index];
  if (table.type.anyForm) {
    forms[op.to] = table.forms[index];
    bytes[op.to] = table.entryType(index).bytes(bound.shapes[op.to]).value_or(0);
  }
  return Status::ok();
}

Status Interpreter::execute(const View &op) {
  memory.buffers[op.to] = memory.buffers[op.from] + frames[op.at].trip * bound.bytes[op.to];
  return Status::ok();
}

/// A buffer's value where the host can read it; the same memory if the device shares the host's.
Expected<HostTensor> Interpreter::toHost(BufferId buffer) {
  DType dtype = program.buffers[buffer].type.dtype;
  const Shape &shape = bound.shapes[buffer];
  if (device.sharesHostMemory()) // not owned: the run keeps it alive
    return HostTensor::over(dtype, shape, {std::shared_ptr<void>(), memory.buffers[buffer]});
  Expected<HostTensor> tensor = HostTensor::allocate(dtype, shape);
  if (!tensor)
    return tensor;
  if (Status copied = device.copy(tensor->data(), memory.buffers[buffer], tensor->bytes(),
                                  CopyKind::DeviceToHost, queue);
      !copied)
    return copied;
  Expected<Event> done = device.record(queue);
  if (Status waited = done ? device.wait(*done) : std::move(done).status(); !waited)
    return waited;
  return tensor;
}

Status Interpreter::execute(const Host &op) {
  std::vector<HostTensor> inputs, outputs;
  auto gather = [&](const std::vector<BufferId> &buffers, std::vector<HostTensor> &tensors) {
    for (BufferId buffer : buffers) {
      Expected<HostTensor> tensor = toHost(buffer);
      if (!tensor)
        return std::move(tensor).status();
      tensors.push_back(std::move(*tensor));
    }
    return Status::ok();
  };
  if (Status gathered = gather(op.inputs, inputs); !gathered)
    return gathered;
  if (Status gathered = gather(op.outputs, outputs); !gathered)
    return gathered;
  if (Status called = callHost(op.function, inputs, outputs, memo); !called)
    return called;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (Status copied = device.copy(memory.buffers[op.outputs[i]], outputs[i].data(),
                                    outputs[i].bytes(), CopyKind::HostToDevice, queue);
        !copied)
      return copied;
  return Status::ok();
}

} // namespace rx::runtime
