#include "runtime/plan/Budget.h"

#include "runtime/plan/ComputeJobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace rx::runtime {

namespace {

constexpr std::string_view units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"}; ///< powers of 1000
constexpr int64_t unlimited = std::numeric_limits<int64_t>::max();

int64_t fixedBytes(const BufferType &type) {
  Shape shape;
  for (const SizeExpr &dim : type.dims)
    shape.push_back(dim.constant());
  return allocatedBytes(type.bytes(shape).value_or(0));
}

/// The weights that runs need, stage by stage, as the executor will load and release them.
class WeightPlan {
public:
  WeightPlan(const RunPlace &place, std::span<const PlannedRun> runs) : place(place) {
    for (const PlannedRun &run : runs)
      stages[run.stage].merge(weightsOf(*run.program));
  }

  /// Sets `parameters` and `computing` to those of the largest stage.
  void measure(MemoryReport &report) {
    report.parameters = place.parameters.residentBytes();
    for (auto stage = stages.begin(); stage != stages.end(); ++stage) {
      enter(stage->second, report);
      leave(std::next(stage));
    }
  }

private:
  using Stages = std::map<int, std::set<std::string>>;

  bool holds(const std::string &name) const {
    return loaded.contains(name) || place.parameters.holds(name);
  }

  void enter(const std::set<std::string> &weights, MemoryReport &report) {
    auto isThere = [this](const std::string &name) { return holds(name); };
    int64_t computing =
        bytesToCompute(place.bundle, computeJobs(place.bundle, weights, isThere), place.threads);
    for (const std::string &name : buffersFor(place.bundle, weights, isThere))
      if (!place.parameters.holds(name))
        loaded.insert(name);
    int64_t parameters = place.parameters.residentBytes();
    for (const std::string &name : loaded)
      parameters += fixedBytes(place.bundle.findBuffer(name)->type);
    if (parameters + computing > report.parameters + report.computing) {
      report.parameters = parameters;
      report.computing = computing;
    }
  }

  void leave(Stages::const_iterator next) {
    std::set<std::string> later;
    for (; next != stages.end(); ++next)
      later.insert(next->second.begin(), next->second.end());
    auto kept = buffersFor(place.bundle, later, [this](auto &name) { return holds(name); });
    std::erase_if(loaded, [&](const std::string &name) { return !kept.contains(name); });
  }

  const RunPlace &place;
  Stages stages;
  std::set<std::string> loaded; ///< by the stages so far
};

/// A plan with as many threads as `budget` allows, or with one.
Expected<MemoryReport> planWithin(RunPlace place, std::span<const PlannedRun> runs,
                                  int64_t budget) {
  for (;; --place.threads) {
    Expected<MemoryReport> report = planMemory(place, runs);
    if (!report || report->total() <= budget || place.threads <= 1)
      return report;
  }
}

/// The sizes that a user chooses: symbols that are an axis of an input, first axes (what a user
/// calls the batch) before the others.
std::vector<std::string> inputSymbols(std::span<const PlannedRun> runs) {
  std::vector<std::string> symbols;
  for (size_t axis = 0; axis < RX_MAX_RANK; ++axis)
    for (const PlannedRun &run : runs)
      for (const BufferInfo &buffer : run.program->buffers) {
        if (buffer.kind != BufferKind::Input || buffer.type.dims.size() <= axis)
          continue;
        std::optional<std::string> symbol = buffer.type.dims[axis].asSymbol();
        if (symbol && std::find(symbols.begin(), symbols.end(), *symbol) == symbols.end())
          symbols.push_back(*symbol);
      }
  return symbols;
}

/// The runs with no size called `symbol` above `most`.
std::vector<PlannedRun> limited(std::span<const PlannedRun> runs, const std::string &symbol,
                                int64_t most) {
  std::vector<PlannedRun> smaller(runs.begin(), runs.end());
  for (PlannedRun &run : smaller)
    if (auto found = run.bindings.find(symbol); found != run.bindings.end())
      found->second = std::min(found->second, most);
  return smaller;
}

int64_t largestValue(std::span<const PlannedRun> runs, const std::string &symbol) {
  int64_t largest = 0;
  for (const PlannedRun &run : runs)
    if (auto found = run.bindings.find(symbol); found != run.bindings.end())
      largest = std::max(largest, found->second);
  return largest;
}

/// The largest value of `symbol` with which the runs fit, 0 for none.
int64_t largestThatFits(const RunPlace &place, std::span<const PlannedRun> runs,
                        const std::string &symbol, int64_t budget) {
  int64_t fits = 0, tooLarge = largestValue(runs, symbol);
  while (tooLarge - fits > 1) {
    int64_t middle = fits + (tooLarge - fits) / 2;
    Expected<MemoryReport> report = planMemory(place, limited(runs, symbol, middle));
    (report && report->total() <= budget ? fits : tooLarge) = middle;
  }
  return fits;
}

/// What to do about runs that do not fit, in words; empty where no size can be chosen.
std::string proposal(const RunPlace &place, std::span<const PlannedRun> runs,
                     const MemoryReport &report, int64_t budget) {
  if (report.parameters + report.computing > budget)
    return "; the weights alone do not fit";
  std::string smallest;
  for (const std::string &symbol : inputSymbols(runs)) {
    if (int64_t fits = largestThatFits(place, runs, symbol, budget))
      return fmt::format("; {} = {} instead of {} would fit", symbol, fits,
                         largestValue(runs, symbol));
    smallest += fmt::format("{}{} = 1", smallest.empty() ? "" : " or ", symbol);
  }
  return smallest.empty() ? "" : fmt::format("; even {} does not fit", smallest);
}

std::optional<int64_t> readNumber(const char *path) {
  std::ifstream file(path);
  int64_t number = 0;
  if (file >> number)
    return number;
  return std::nullopt;
}

/// The number behind `field` in a file of /proc.
std::optional<int64_t> kilobytesOf(const char *path, std::string_view field) {
  std::ifstream file(path);
  std::string word;
  int64_t kilobytes = 0;
  while (file >> word)
    if (word == field && file >> kilobytes)
      return kilobytes;
  return std::nullopt;
}

} // namespace

std::string bytesText(int64_t bytes) {
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, decimals, units[unit]);
}

Expected<int64_t> parseBytes(std::string_view text) {
  double value = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view unit(rest, static_cast<size_t>(text.data() + text.size() - rest));
  unit.remove_prefix(std::min(unit.find_first_not_of(' '), unit.size()));
  const auto *known = std::find(std::begin(units), std::end(units), unit.empty() ? "B" : unit);
  double bytes = value * std::pow(1000.0, known - std::begin(units));
  bool isAmount = error == std::errc() && known != std::end(units) && bytes >= 1 && bytes < 1e18;
  if (!isAmount)
    return makeError("`{}` is no amount of memory; write 8GB, 1.5GB or 100MB", text);
  return static_cast<int64_t>(std::llround(bytes));
}

std::string MemoryReport::text() const {
  auto named = [](std::string_view name, int64_t bytes) {
    return bytes ? fmt::format(", {} {}", name, bytesText(bytes)) : std::string();
  };
  return fmt::format("{} (weights {}{}, temporaries {}, inputs and outputs {}, states {}{})",
                     bytesText(total()), bytesText(parameters),
                     named("computing weights", computing), bytesText(arena), bytesText(inputs),
                     bytesText(states), named("tokenizer", tokenizers));
}

Expected<PlannedRun> planRun(const Program &program, const std::map<std::string, Shape> &shapes) {
  auto shapeOf = [&](BufferId id) -> const Shape * {
    const BufferInfo &buffer = program.buffers[id];
    bool isGiven = buffer.kind == BufferKind::Input || buffer.kind == BufferKind::State;
    auto found = isGiven ? shapes.find(buffer.name) : shapes.end();
    return found == shapes.end() ? nullptr : &found->second;
  };
  Expected<Bindings> bindings = bindSymbols(program, shapeOf);
  if (!bindings)
    return std::move(bindings).status().withContext(program.name);
  return PlannedRun{&program, std::move(*bindings)};
}

Expected<MemoryReport> planMemory(const RunPlace &place, std::span<const PlannedRun> runs) {
  MemoryReport report;
  report.threads = place.threads;
  WeightPlan(place, runs).measure(report);
  std::map<std::string, int64_t> states;
  for (const PlannedRun &run : runs) {
    const Program &program = *run.program;
    Expected<SizedBuffers> sizes = sizeBuffers(program, run.bindings);
    if (!sizes)
      return std::move(sizes).status();
    Expected<Placement> placement = placeTemporaries(program, *sizes);
    if (!placement)
      return std::move(placement).status();
    report.arena = std::max(report.arena, allocatedBytes(placement->bytes));
    report.inputs = std::max(report.inputs, sizes->bytesOf(program, BufferKind::Input) +
                                                sizes->bytesOf(program, BufferKind::Output));
    for (size_t i = 0; i < program.buffers.size(); ++i)
      if (program.buffers[i].kind == BufferKind::State) {
        int64_t &bytes = states[program.buffers[i].name];
        bytes = std::max(bytes, sizes->bytes[i]);
      }
  }
  for (const auto &[name, bytes] : states)
    report.states += bytes;
  return report;
}

Expected<MemoryReport> admitRuns(const RunPlace &place, std::span<const PlannedRun> runs,
                                 std::string_view what, const MemoryLimit &limit) {
  int64_t budget = memoryBudget(limit.bytes, place.parameters.residentBytes() + limit.tokenizers);
  Expected<MemoryReport> report = planWithin(place, runs, budget - limit.tokenizers);
  if (!report)
    return report;
  report->tokenizers = limit.tokenizers;
  if (limit.announce)
    fmt::print(limit.announce, "memory: {} at the peak, {} available\n", report->text(),
               bytesText(budget));
  if (report->total() <= budget)
    return report;
  RunPlace alone = {place.bundle, place.parameters, 1};
  return makeError("{} needs {}, but {} are available{}", what, report->text(), bytesText(budget),
                   proposal(alone, runs, *report, budget - limit.tokenizers));
}

int64_t memoryBudget(int64_t bytes, int64_t held) {
  if (bytes)
    return bytes;
  std::optional<int64_t> kilobytes = kilobytesOf("/proc/meminfo", "MemAvailable:");
  int64_t available = kilobytes ? *kilobytes * 1024 : unlimited;
  std::optional<int64_t> limit = readNumber("/sys/fs/cgroup/memory.max");
  std::optional<int64_t> used = readNumber("/sys/fs/cgroup/memory.current");
  if (limit && used)
    available = std::min(available, std::max<int64_t>(*limit - *used, 0));
  return available > unlimited - held ? unlimited : available + held;
}

// ru_maxrss would not do: it begins with the memory of the process that started this one.
int64_t peakMemory() { return kilobytesOf("/proc/self/status", "VmHWM:").value_or(0) * 1024; }

void sayPeak(std::FILE *out, int64_t planned) {
  fmt::print(out, "memory: {} at the peak of the whole process, {} planned\n",
             bytesText(peakMemory()), bytesText(planned));
}

} // namespace rx::runtime
