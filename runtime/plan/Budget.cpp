#include "runtime/plan/Budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace rx::runtime {

namespace {

constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();

int64_t fixedBytes(const BufferType &type) {
  Shape shape;
  for (const SizeExpr &dim : type.dims)
    shape.push_back(dim.constant());
  return tensorBytes(type.dtype, shape).value_or(0);
}

/// Weights that `program` reads and that are not loaded yet.
int64_t missingWeights(const Bundle &bundle, const ParameterStore &parameters,
                       const Program &program) {
  int64_t bytes = 0;
  for (const std::string &name : weightsOf(program))
    if (!parameters.holds(name))
      bytes += fixedBytes(bundle.findBuffer(name)->type);
  return bytes;
}

/// The symbol of the first axis of an input: what a user calls the batch.
std::optional<std::string> batchSymbol(const Program &program) {
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input && !buffer.type.dims.empty())
      if (std::optional<std::string> symbol = buffer.type.dims[0].asSymbol())
        return symbol;
  return std::nullopt;
}

/// The largest batch below the present one that fits, in words; empty when there is none.
std::string proposal(const Bundle &bundle, const ParameterStore &parameters, const Program &program,
                     Bindings bindings, int64_t budget) {
  std::optional<std::string> symbol = batchSymbol(program);
  if (!symbol)
    return "";
  int64_t fits = 0, tooLarge = bindings[*symbol];
  while (tooLarge - fits > 1) {
    int64_t middle = fits + (tooLarge - fits) / 2;
    bindings[*symbol] = middle;
    Expected<MemoryReport> report = planMemory(bundle, parameters, program, bindings);
    (report && report->total() <= budget ? fits : tooLarge) = middle;
  }
  if (fits == 0)
    return fmt::format("; even {} = 1 does not fit", *symbol);
  return fmt::format("; {} = {} would fit", *symbol, fits);
}

std::optional<int64_t> readNumber(const char *path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (file >> number)
    return number;
  return std::nullopt;
}

int64_t systemMemory() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  int64_t kilobytes = 0;
  while (file >> word)
    if (word == "MemAvailable:" && file >> kilobytes)
      return kilobytes * 1024;
  return unlimited;
}

} // namespace

std::string bytesText(int64_t bytes) {
  constexpr const char *units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}

std::string MemoryReport::text() const {
  return fmt::format("{} (weights {}, temporaries {}, inputs and outputs {}, states {})",
                     bytesText(total()), bytesText(parameters), bytesText(arena), bytesText(inputs),
                     bytesText(states));
}

Expected<MemoryReport> planMemory(const Bundle &bundle, const ParameterStore &parameters,
                                  const Program &program, const Bindings &bindings) {
  Expected<SizedBuffers> sizes = sizeBuffers(program, bindings);
  if (!sizes)
    return std::move(sizes).status();
  Expected<Placement> placement = placeTemporaries(program, *sizes);
  if (!placement)
    return std::move(placement).status();
  MemoryReport report;
  report.parameters = parameters.residentBytes() + missingWeights(bundle, parameters, program);
  report.arena = placement->bytes;
  report.inputs =
      sizes->bytesOf(program, BufferKind::Input) + sizes->bytesOf(program, BufferKind::Output);
  report.states = sizes->bytesOf(program, BufferKind::State);
  return report;
}

Status checkBudget(const Bundle &bundle, const ParameterStore &parameters, const Program &program,
                   const Bindings &bindings, int64_t budget) {
  Expected<MemoryReport> report = planMemory(bundle, parameters, program, bindings);
  if (!report)
    return std::move(report).status();
  if (report->total() <= budget)
    return Status::ok();
  return makeError("program {} needs {}, but the budget is {}{}", program.name, report->text(),
                   bytesText(budget), proposal(bundle, parameters, program, bindings, budget));
}

int64_t availableMemory() {
  int64_t available = systemMemory();
  std::optional<int64_t> limit = readNumber("/sys/fs/cgroup/memory.max");
  std::optional<int64_t> used = readNumber("/sys/fs/cgroup/memory.current");
  if (limit && used)
    available = std::min(available, std::max<int64_t>(*limit - *used, 0));
  return available;
}

} // namespace rx::runtime
