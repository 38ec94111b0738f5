#include "runtime/report/MetricRunner.h"

#include "runtime/report/Forecast.h"
#include "runtime/report/MemoryPlan.h"
#include "runtime/report/Progress.h"
#include "runtime/report/Table.h"

#include <algorithm>
#include <set>

namespace rx::runtime {

using nlohmann::json;

namespace {

/// Under which values of one run are shared between cells.
std::string textKey(const json &metric) {
  return metric.at("step").get<std::string>() + metric.at("data").dump();
}

Expected<TensorMap> inputsOf(const DataRows &rows, int64_t index) {
  auto batch = rows.batch(index);
  if (!batch)
    return std::move(batch).status();
  return TensorMap{{"x", (*batch)[0]}, {"y", (*batch)[1]}};
}

/// A line for every program whose weights take more than a second to decompose.
ComputeProgress weightsProgress(std::FILE *out) {
  auto line = std::make_shared<std::optional<Progress>>();
  return [out, line](int64_t done, int64_t total) {
    if (done == 0)
      line->emplace("weights", out, "matrices decomposed");
    if ((*line)->seconds() > 1)
      (*line)->update(done, total, 0);
    if (done == total && (*line)->seconds() > 1)
      (*line)->finish("done");
    if (done == total)
      line->reset();
  };
}

/// Tells once that values cannot be kept for later runs.
void warn(std::FILE *out, const Status &problem) {
  if (out)
    fmt::print(out, "rxc: warning: values are not kept for later runs: {}\n", problem.message());
}

} // namespace

double scalarOf(const HostTensor &value) {
  switch (value.dtype()) {
  case RX_F64:
    return value.values<double>()[0];
  case RX_F32:
    return value.values<float>()[0];
  case RX_I64:
    return static_cast<double>(value.values<int64_t>()[0]);
  default:
    return value.values<int32_t>()[0];
  }
}

MetricRunner::MetricRunner(const Bundle &bundle, Device &device, RunFiles &files,
                           MetricOptions options)
    : bundle(bundle), files(files), options(std::move(options)),
      keys(bundle, [&files](const std::string &file) { return files.identity(file); }),
      parameters(bundle, files.weights().loader(), files.weights().rowLoader()),
      decompositions(files.fetch().cache / "linalg",
                     [out = this->options.progress](const Status &problem) { warn(out, problem); }),
      executor(bundle, device, parameters) {
  executor.setMemo(&decompositions);
  executor.setComputeProgress(weightsProgress(this->options.progress));
  executor.setBudget(this->options.memory);
}

Expected<const DataRows *> MetricRunner::rowsOf(const json &metric) {
  std::string key = metric.at("tokenizer").get<std::string>() + metric.at("data").dump();
  if (auto it = rows.find(key); it != rows.end())
    return const_cast<const DataRows *>(it->second.get());
  auto opened = DataRows::open(metric.at("data"), metric.at("tokenizer"), files);
  if (!opened)
    return std::move(opened).status();
  auto kept = std::make_unique<DataRows>(std::move(*opened));
  return const_cast<const DataRows *>((rows[key] = std::move(kept)).get());
}

Expected<Hash128> MetricRunner::keyOf(const json &metric, const DataRows &rows) {
  CacheHash hash;
  hash.add("metric").add(rows.identity());
  for (const char *program : {"step", "value_program"}) {
    auto key = keys.program(metric.at(program));
    if (!key)
      return key;
    hash.add(*key);
  }
  return hash.key();
}

Expected<const Measured *> MetricRunner::recall(const json &metric) {
  const Measured *none = nullptr;
  std::string key = textKey(metric);
  if (auto it = known.find(key); it != known.end())
    return const_cast<const Measured *>(&it->second);
  if (!options.memo)
    return none;
  auto data = rowsOf(metric);
  if (!data)
    return std::move(data).status();
  auto memoKey = keyOf(metric, **data);
  if (!memoKey)
    return std::move(memoKey).status();
  auto found = options.memo->find(*memoKey);
  if (!found)
    return none;
  return const_cast<const Measured *>(&(known[key] = {std::move(*found), true}));
}

Expected<const Measured *> MetricRunner::measure(const json &metric, const std::string &what) {
  auto recalled = recall(metric);
  if (!recalled || *recalled)
    return recalled;
  const Measured *stopped = nullptr;
  if (options.shouldStop && options.shouldStop())
    return stopped;
  auto data = rowsOf(metric);
  if (!data)
    return std::move(data).status();
  auto computed = compute(metric, **data, what);
  if (!computed)
    return std::move(computed).status();
  if (!*computed)
    return stopped;
  if (options.memo) {
    auto key = keyOf(metric, **data);
    if (!key)
      return std::move(key).status();
    if (Status kept = options.memo->store(*key, **computed); !kept)
      warn(options.progress, kept);
  }
  return const_cast<const Measured *>(&(known[textKey(metric)] = {std::move(**computed), false}));
}

Expected<std::vector<PlannedRun>> MetricRunner::plannedRuns(const json &metric) {
  auto recalled = recall(metric);
  if (!recalled)
    return std::move(recalled).status();
  if (*recalled)
    return std::vector<PlannedRun>();
  auto data = rowsOf(metric);
  if (!data)
    return std::move(data).status();
  auto first = (*data)->batch(0); // the largest
  if (!first)
    return std::move(first).status();
  return runsOfMetric(bundle, metric, (*first)[0].shape());
}

Expected<int64_t> MetricRunner::admit(std::vector<PlannedRun> runs) {
  if (runs.empty())
    return 0;
  MemoryLimit limit{options.memory, files.memoryBytes(), options.progress};
  auto planned = admitRuns(executor.place(), runs, "the experiment", limit);
  if (!planned)
    return std::move(planned).status();
  if (options.memory)
    executor.setBudget(options.memory - limit.tokenizers);
  pending = std::move(runs);
  return planned->total();
}

void MetricRunner::finishStage(std::string_view program) {
  auto over = std::ranges::find_if(
      pending, [&](const PlannedRun &run) { return run.program->name == program; });
  if (over == pending.end())
    return;
  std::erase_if(pending, [stage = over->stage](auto &run) { return run.stage == stage; });
  std::set<std::string> weights;
  for (const PlannedRun &run : pending)
    weights.merge(weightsOf(*run.program));
  executor.keepWeightsFor(weights);
}

Expected<int64_t> MetricRunner::plannedBytes(std::span<const PlannedRun> runs) const {
  auto planned = planMemory(executor.place(), runs);
  if (!planned)
    return std::move(planned).status();
  return planned->total();
}

Expected<int64_t> MetricRunner::plannedBytes(const std::string &step,
                                             const TensorMap &inputs) const {
  auto memory = executor.plannedMemory(step, shapesOf(inputs));
  if (!memory)
    return std::move(memory).status();
  return memory->total();
}

MetricCounts MetricRunner::counts() const {
  MetricCounts counts;
  counts.batches = batchesRun;
  for (const auto &[key, value] : known)
    ++(value.isRemembered ? counts.remembered : counts.computed);
  return counts;
}

Expected<HostTensor> MetricRunner::finish(const json &metric) {
  TensorMap sums;
  for (const json &state : metric.at("states")) {
    auto name = state.at("name").get<std::string>();
    auto sum = executor.state(name);
    if (!sum)
      return std::move(sum).status();
    sums[name] = std::move(*sum);
  }
  auto results = executor.run(metric.at("value_program").get<std::string>(), sums);
  if (!results)
    return std::move(results).status();
  return results->at("value");
}

Expected<std::optional<MemoEntry>> MetricRunner::compute(const json &metric, const DataRows &rows,
                                                         const std::string &what) {
  auto step = metric.at("step").get<std::string>();
  Progress progress(what, options.progress);
  MemoEntry entry;
  entry.what = what;
  for (int64_t i = 0; i < rows.batches(); ++i) {
    auto inputs = inputsOf(rows, i);
    if (!inputs)
      return std::move(inputs).status();
    entry.tokens += inputs->at("x").elementCount();
    if (i ==
        0) { // the first batch also sets the sums to zero; the executor keeps them from then on
      auto planned = plannedBytes(step, *inputs);
      if (!planned)
        return std::move(planned).status();
      entry.plannedBytes = *planned;
      auto zeros = zeroStates(bundle.plan().programs.find(step)->second, *inputs);
      if (!zeros)
        return std::move(zeros).status();
      inputs->merge(*zeros);
    }
    if (auto done = executor.run(step, *inputs); !done)
      return std::move(done).status();
    ++batchesRun;
    progress.update(i + 1, rows.batches(), entry.tokens);
    if (options.shouldStop && i + 1 < rows.batches() && options.shouldStop())
      return std::optional<MemoEntry>();
  }
  auto value = finish(metric);
  if (!value)
    return std::move(value).status();
  finishStage(step);
  entry.value = std::move(*value);
  entry.batches = rows.batches();
  entry.seconds = progress.seconds();
  progress.finish(entry.value.shape().empty() ? formatNumber(scalarOf(entry.value))
                                              : "a distribution");
  return std::optional<MemoEntry>(std::move(entry));
}

Expected<MetricForecast> MetricRunner::forecast(const json &metric) {
  auto data = rowsOf(metric);
  if (!data)
    return std::move(data).status();
  auto recalled = recall(metric);
  if (!recalled)
    return std::move(recalled).status();
  auto inputs = inputsOf(**data, 0);
  if (!inputs)
    return std::move(inputs).status();
  auto step = metric.at("step").get<std::string>();
  const Program &program = bundle.plan().programs.find(step)->second;
  MetricForecast forecast;
  forecast.batches = (*data)->batches();
  forecast.tokens = (*data)->tokens();
  forecast.parameters = parametersRead(bundle, program);
  forecast.isRemembered = *recalled != nullptr;
  forecast.seconds = *recalled ? (*recalled)->entry.seconds : 0;
  auto memory = plannedBytes(step, *inputs);
  auto moved = bytesMoved(bundle, program, shapesOf(*inputs));
  if (!memory || !moved)
    return !memory ? std::move(memory).status() : std::move(moved).status();
  forecast.plannedBytes = *memory;
  forecast.bytesPerBatch = *moved;
  return forecast;
}

} // namespace rx::runtime
