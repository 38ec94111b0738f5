#include "runtime/plan/BoundProgram.h"

#include "runtime/plan/Together.h"

#include <fmt/format.h>

#include <algorithm>

namespace rx::runtime {

namespace {

/// No buffer, and no dimension of a launch, is larger; sums over a program then fit 63 bits.
constexpr int64_t largest = int64_t(1) << 42;

std::string bindingsText(const Bindings &bindings) {
  std::string text;
  for (const auto &[name, value] : bindings)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  return text;
}

Expected<int64_t> evaluate(const SizeExpr &size, const Bindings &bindings) {
  std::optional<int64_t> value = size.evaluate(bindings);
  if (!value || *value < 0 || *value > largest)
    return makeError("the size {} is negative or too large for {}", size.str(),
                     bindingsText(bindings));
  return *value;
}

Expected<Shape> evaluate(const BufferType &type, const Bindings &bindings) {
  Shape shape;
  for (const SizeExpr &dim : type.dims) {
    Expected<int64_t> size = evaluate(dim, bindings);
    if (!size)
      return std::move(size).status();
    shape.push_back(*size);
  }
  return shape;
}

rx_operand denseOperand(const Shape &shape) {
  rx_operand operand = {};
  uint64_t stride = 1; // may wrap where another axis is empty; then nothing is read
  for (size_t axis = shape.size(); axis-- > 0; stride *= static_cast<uint64_t>(shape[axis]))
    operand.strides[axis] = static_cast<int64_t>(stride);
  return operand;
}

class LaunchBinder {
public:
  LaunchBinder(const Plan &plan, const BoundProgram &bound) : plan(plan), bound(bound) {}

  Expected<BoundLaunch> bind(const Launch &launch, int32_t variant) const {
    const KernelInfo &kernel = plan.kernels[variant];
    BoundLaunch result;
    result.kernel = variant;
    Bindings kernelSizes;
    for (size_t i = 0; i < launch.sizes.size(); ++i) {
      Expected<int64_t> size = evaluate(launch.sizes[i], bound.bindings);
      if (!size)
        return std::move(size).status();
      kernelSizes[kernel.sizes[i]] = *size;
    }
    for (const SizeExpr &passed : kernel.passed) {
      Expected<int64_t> size = evaluate(passed, kernelSizes);
      if (!size)
        return std::move(size).status();
      result.sizes.push_back(*size);
    }
    result.buffers = launch.inputs;
    result.buffers.insert(result.buffers.end(), launch.outputs.begin(), launch.outputs.end());
    for (size_t i = 0; i < result.buffers.size(); ++i)
      if (Status status = bindOperand(kernel, i, kernelSizes, result); !status)
        return status;
    if (Status status = bindShape(kernel, kernelSizes, result.shape); !status)
      return status;
    return result;
  }

private:
  /// A kernel trusts its sizes: an operand of any other shape would be read past its end.
  Status bindOperand(const KernelInfo &kernel, size_t index, const Bindings &sizes,
                     BoundLaunch &launch) const {
    const Shape &shape = bound.shapes[launch.buffers[index]];
    Expected<Shape> expected = evaluate(kernel.operands[index], sizes);
    if (!expected)
      return std::move(expected).status();
    if (*expected != shape)
      return makeError("operand {} of kernel {} is {}, but buffer {} is {}", index, kernel.name,
                       tensorText(kernel.operands[index].dtype, *expected), launch.buffers[index],
                       tensorText(kernel.operands[index].dtype, shape));
    launch.operands.push_back(denseOperand(shape));
    return Status::ok();
  }

  static Status bindShape(const KernelInfo &kernel, const Bindings &sizes, LaunchShape &shape) {
    Expected<int64_t> rows = evaluate(kernel.rows, sizes);
    if (!rows)
      return std::move(rows).status();
    Expected<int64_t> scratch = evaluate(kernel.scratch, sizes);
    if (!scratch)
      return std::move(scratch).status();
    shape.grid.x = *rows;
    shape.block = {kernel.unit, kernel.grain};
    shape.smem = *scratch;
    return Status::ok();
  }

  const Plan &plan;
  const BoundProgram &bound;
};

/// Where a symbol got its value, for the message about a second one.
struct Origin {
  int64_t value;
  std::string place;
};

Status bindAxis(const SizeExpr &dim, int64_t size, const std::string &place,
                std::map<std::string, Origin> &origins) {
  std::optional<std::string> symbol = dim.asSymbol();
  if (!symbol)
    return Status::ok();
  auto [known, isNew] = origins.try_emplace(*symbol, Origin{size, place});
  if (isNew || known->second.value == size)
    return Status::ok();
  return makeError("{} = {} by {}, but {} by {}", *symbol, known->second.value, known->second.place,
                   size, place);
}

} // namespace

int64_t SizedBuffers::bytesOf(const Program &program, BufferKind kind) const {
  int64_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i)
    if (program.buffers[i].kind == kind)
      sum += bytes[i];
  return sum;
}

Expected<SizedBuffers> sizeBuffers(const Program &program, const Bindings &bindings) {
  SizedBuffers sizes;
  for (const BufferInfo &buffer : program.buffers) {
    Expected<Shape> shape = evaluate(buffer.type, bindings);
    if (!shape)
      return std::move(shape).status();
    std::optional<int64_t> bytes = buffer.type.bytes(*shape);
    if (!bytes || *bytes > largest)
      return makeError("{} is too large", tensorText(buffer.type.dtype, *shape));
    sizes.shapes.push_back(std::move(*shape));
    sizes.bytes.push_back(*bytes);
  }
  // An entry of any form counts as the largest of its table's.
  for (const Instruction &instruction : program.code)
    if (const auto *entry = std::get_if<Entry>(&instruction.op);
        entry && program.buffers[entry->to].type.anyForm) {
      const TableInfo &table = program.tables[entry->table];
      int64_t largestEntry = 0;
      for (size_t i = 0; i < table.forms.size(); ++i)
        largestEntry = std::max(
            largestEntry, table.entryType(i).bytes(sizes.shapes[entry->to]).value_or(0));
      sizes.bytes[entry->to] = largestEntry;
    }
  return sizes;
}

Expected<Placement> placeTemporaries(const Program &program, const SizedBuffers &sizes) {
  std::vector<Lifetime> lifetimes = lifetimesOf(program);
  std::vector<MemoryRequest> requests;
  for (size_t i = 0; i < lifetimes.size(); ++i)
    requests.push_back({lifetimes[i], sizes.bytes[i]});
  return placeRequests(requests);
}

std::vector<size_t> partnersOf(const Program &program) {
  std::vector<size_t> partners(program.code.size()), open;
  for (size_t i = 0; i < program.code.size(); ++i) {
    const auto &op = program.code[i].op;
    bool opens = std::holds_alternative<Loop>(op) || std::holds_alternative<Branch>(op);
    bool closes = std::holds_alternative<End>(op), turns = std::holds_alternative<Else>(op);
    if (closes || turns) {
      partners[i] = open.back();
      partners[open.back()] = i;
      open.pop_back();
    }
    if (opens || turns)
      open.push_back(i);
  }
  return partners;
}

Expected<Bindings> bindSymbols(const Program &program,
                               const std::function<const Shape *(BufferId)> &shapeOf) {
  std::map<std::string, Origin> origins;
  std::vector<std::pair<BufferId, const Shape *>> given;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    const Shape *shape = shapeOf(static_cast<BufferId>(i));
    if (!shape)
      continue;
    if (shape->size() != buffer.type.dims.size())
      return makeError("{} is {}, but a tensor with {} axes was given", buffer.name,
                       buffer.type.text(), shape->size());
    for (size_t axis = 0; axis < shape->size(); ++axis) {
      std::string place = fmt::format("axis {} of {}", axis, buffer.name);
      if (Status status = bindAxis(buffer.type.dims[axis], (*shape)[axis], place, origins); !status)
        return status;
    }
    given.emplace_back(i, shape);
  }
  Bindings bindings;
  for (const auto &[symbol, origin] : origins)
    bindings[symbol] = origin.value;
  for (auto [buffer, shape] : given) {
    const BufferInfo &info = program.buffers[buffer];
    Expected<Shape> expected = evaluate(info.type, bindings);
    if (!expected)
      return std::move(expected).status().withContext(info.name);
    if (*expected != *shape)
      return makeError("{} is {}: with {} that is {}, but {} was given", info.name,
                       info.type.text(), bindingsText(bindings),
                       tensorText(info.type.dtype, *expected), tensorText(info.type.dtype, *shape));
  }
  return bindings;
}

Expected<BoundProgram> bindProgram(const Plan &plan, const Program &program, Bindings bindings) {
  BoundProgram bound;
  Expected<SizedBuffers> sizes = sizeBuffers(program, bindings);
  if (!sizes)
    return std::move(sizes).status();
  static_cast<SizedBuffers &>(bound) = std::move(*sizes);
  Expected<Placement> placement = placeTemporaries(program, bound);
  if (!placement)
    return std::move(placement).status();
  bound.program = &program;
  bound.plan = &plan;
  bound.bindings = std::move(bindings);
  bound.arenaOffsets = std::move(placement->offsets);
  bound.arenaBytes = placement->bytes;
  bound.partners = partnersOf(program);
  bound.together = togetherSince(program);
  bound.launches.resize(program.code.size());
  LaunchBinder binder(plan, bound);
  for (size_t i = 0; i < program.code.size(); ++i)
    if (const auto *launch = std::get_if<Launch>(&program.code[i].op))
      for (int32_t variant : launch->kernels) {
        Expected<BoundLaunch> result = binder.bind(*launch, variant);
        if (!result)
          return std::move(result).status().withContext(
              fmt::format("code[{}], launch at {}", i, program.code[i].location));
        bound.launches[i].push_back(std::move(*result));
      }
  return bound;
}

} // namespace rx::runtime
