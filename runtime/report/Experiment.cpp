#include "runtime/report/Experiment.h"

#include "runtime/data/Pipeline.h"
#include "runtime/io/Tokenizer.h"
#include "runtime/report/MemoryPlan.h"
#include "runtime/report/Table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <unistd.h>

using nlohmann::json;

namespace rx::runtime {

namespace {

/// "WHAT: 3/9 UNIT, 40 s left" on a terminal; one line at the end where the output is piped.
class ProgressLine {
public:
  /// What takes less than `patience` seconds is not worth a line.
  ProgressLine(std::FILE *out, std::string what, std::string unit, double patience = 0)
      : out(out), what(std::move(what)), unit(std::move(unit)), patience(patience), terminal(out && isatty(fileno(out))), start(std::chrono::steady_clock::now()) {}
  void show(int64_t done, int64_t total) {
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!out || seconds < patience || (!terminal && done != total))
      return;
    if (!terminal)
      fmt::print(out, "{}: {} {} in {:.1f} s\n", what, total, unit, seconds);
    else
      fmt::print(out, "\r\033[K{}: {}/{} {}, {:.0f} s left{}", what, done, total, unit, done ? seconds / done * (total - done) : 0, done == total ? "\r\033[K" : "");
    std::fflush(out);
  }

private:
  std::FILE *out;
  std::string what, unit;
  double patience;
  bool terminal;
  std::chrono::steady_clock::time_point start;
};

/// A line for every program whose weights take more than a second to decompose.
ComputeProgress weightsLine(std::FILE *out) {
  return [out, line = std::make_shared<std::optional<ProgressLine>>()](int64_t done, int64_t total) {
    if (done == 0)
      line->emplace(out, "weights", "matrices decomposed", 1.0);
    (*line)->show(done, total);
  };
}

} // namespace

/// The batches of one data pipeline: packed rows of a corpus, or one prompt.
struct Experiment::Rows {
  std::optional<TokenRows> packed;
  std::vector<int32_t> prompt;
  int64_t batchSize = 1;
  int64_t count() const { return packed ? (packed->count() + batchSize - 1) / batchSize : 1; }
};

Experiment::Experiment(const Bundle &bundle, Device &device, ExperimentOptions options)
    : bundle(bundle), options(std::move(options)), files(this->options.programFolder, {this->options.cache, this->options.progress}),
      parameters(bundle, [this](const std::string &file, const std::string &tensor, std::span<float> out) { return files.load(file, tensor, out); }),
      decompositions(this->options.cache / "linalg",
                     [this](const Status &problem) {
                       if (this->options.progress)
                         fmt::print(this->options.progress, "decompositions are not kept: {}\n", problem.message());
                     }),
      executor(bundle, device, parameters) {
  executor.setMemo(&decompositions);
  executor.setComputeProgress(weightsLine(this->options.progress));
}

Experiment::~Experiment() = default;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

Expected<const Tokenizer *> Experiment::tokenizer(const std::string &name) {
  if (auto it = tokenizers.find(name); it != tokenizers.end())
    return const_cast<const Tokenizer *>(it->second.get());
  auto file = files.open(name);
  if (!file)
    return std::move(file).status();
  auto made = Tokenizer::fromGguf(**file);
  if (!made)
    return std::move(made).status();
  return const_cast<const Tokenizer *>((tokenizers[name] = std::make_unique<Tokenizer>(std::move(*made))).get());
}

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

Expected<std::vector<HostTensor>> Experiment::batch(const json &metric, int64_t index, int64_t &count) {
  std::string key = metric.at("data").dump();
  auto &known = rows[key];
  if (!known) {
    known = std::make_unique<Rows>();
    auto words = tokenizer(metric.at("tokenizer").get<std::string>());
    if (!words)
      return std::move(words).status();
    json stages = metric.at("data");
    if (stages[0]["stage"] == "prompt")
      known->prompt = (*words)->encode(stages[0]["text"].get<std::string>(), {.addBos = (*words)->addsBos()});
    else {
      auto parsed = parseStages(stages.dump());
      if (!parsed)
        return std::move(parsed).status();
      PipelineInputs inputs;
      inputs.folder = options.programFolder;
      inputs.fetch = {options.cache, options.progress};
      if (auto lockPath = findLockFile(options.programFolder))
        if (auto lock = LockFile::load(*lockPath))
          inputs.lock = std::move(*lock);
      inputs.encoder = encoderOf(**words);
      auto output = runPipeline(*parsed, inputs);
      if (!output)
        return std::move(output).status();
      known->batchSize = std::max<int64_t>(output->batchSize, 1);
      known->packed.emplace(std::move(output->rows));
    }
  }
  count = known->count();
  TokenBatch tokens;
  if (known->packed)
    TokenBatches(*known->packed, known->batchSize).copy(index, tokens);
  else {
    tokens.rows = 1;
    tokens.time = known->prompt.size();
    tokens.x = known->prompt;
    tokens.y.assign(tokens.x.size(), 0);
  }
  std::vector<HostTensor> both;
  for (auto *ids : {&tokens.x, &tokens.y}) {
    auto tensor = HostTensor::of<int32_t>({tokens.rows, tokens.time}, *ids);
    if (!tensor)
      return std::move(tensor).status();
    both.push_back(std::move(*tensor));
  }
  return both;
}

namespace {

/// A state before the first batch: zeros of the shape its type says, whose symbols stand nowhere but in the batch.
Expected<HostTensor> zeroState(const json &state) {
  Shape shape;
  for (auto &dim : state.at("shape")) {
    auto size = SizeExpr::parse(dim.get<std::string>());
    if (!size || !size->isConstant())
      return makeError("`accumulate {}` keeps a tensor whose size depends on the batch ({})", state.at("name").get<std::string>(), dim.get<std::string>());
    shape.push_back(size->constant());
  }
  return HostTensor::zeros(*plainDtype(state.at("dtype").get<std::string>()), shape);
}

} // namespace

Expected<Experiment::Value> Experiment::metric(const json &metric, const std::string &what) {
  std::string key = metric.at("step").get<std::string>() + metric.at("data").dump();
  if (auto it = values.find(key); it != values.end())
    return it->second;
  TensorMap inputs; // the first batch also sets the sums to zero; the executor keeps them from then on
  std::vector<std::string> sums;
  for (auto &state : metric.at("states")) {
    auto zero = zeroState(state);
    if (!zero)
      return std::move(zero).status();
    sums.push_back(state.at("name"));
    inputs[sums.back()] = std::move(*zero);
  }
  int64_t count = 1;
  ProgressLine progress(options.progress, what, "batches");
  for (int64_t i = 0; i < count; ++i) {
    auto tokens = batch(metric, i, count);
    if (!tokens)
      return std::move(tokens).status();
    inputs["x"] = (*tokens)[0];
    inputs["y"] = (*tokens)[1];
    auto next = executor.run(metric.at("step").get<std::string>(), inputs);
    if (!next)
      return std::move(next).status();
    inputs.clear();
    progress.show(i + 1, count);
  }
  for (auto &name : sums) {
    auto sum = executor.state(name);
    if (!sum)
      return std::move(sum).status();
    inputs[name] = std::move(*sum);
  }
  auto last = executor.run(metric.at("value_program").get<std::string>(), inputs);
  if (!last)
    return std::move(last).status();
  const HostTensor &result = last->at("value");
  Value value;
  value.isDistribution = metric.at("rank").get<int>() > 0;
  if (value.isDistribution)
    value.distribution = result;
  else
    value.number = result.dtype() == RX_F64 ? result.values<double>()[0] : result.dtype() == RX_F32 ? result.values<float>()[0] : result.values<int32_t>()[0];
  return values[key] = value;
}

Expected<Experiment::Value> Experiment::cell(const json &cell, const std::string &what) {
  if (!cell.contains("value"))
    return metric(cell, what);
  Value value;
  value.number = cell.at("value").get<double>();
  return value;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

Status Experiment::showTable(const json &shown) {
  Table table;
  table.header.push_back("");
  for (auto &column : shown.at("columns"))
    table.header.push_back(column.get<std::string>());
  for (auto &row : shown.at("rows")) {
    std::vector<std::string> line = {row.at("name").get<std::string>()};
    for (size_t i = 0; i < row.at("cells").size(); ++i) {
      std::string what = line[0] + ", " + table.header[i + 1];
      auto value = cell(row.at("cells")[i], what);
      if (!value)
        return Status::error(fmt::format("{}: {}", what, value.message()));
      line.push_back(value->isDistribution ? "a distribution" : formatNumber(value->number));
    }
    table.rows.push_back(std::move(line));
  }
  fmt::print(options.out, "{}", table.text());
  return Status::ok();
}

Status Experiment::showMostLikely(const json &shown) {
  auto value = cell(shown.at("cell"), shown.at("title"));
  if (!value)
    return std::move(value).status();
  auto words = tokenizer(shown.at("cell").at("tokenizer").get<std::string>());
  if (!words)
    return std::move(words).status();
  auto probabilities = std::as_const(value->distribution).values<float>();
  std::vector<int32_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  size_t count = std::min<size_t>(shown.at("count").get<size_t>(), order.size());
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](int32_t a, int32_t b) { return probabilities[a] > probabilities[b] || (probabilities[a] == probabilities[b] && a < b); });
  Table table;
  table.header = {"token", "id", "probability"};
  for (size_t i = 0; i < count; ++i)
    table.rows.push_back({quoteForMessage((*words)->decode(std::span(&order[i], 1), {})), std::to_string(order[i]), fmt::format("{:.4f}", probabilities[order[i]])});
  fmt::print(options.out, "{}\n{}", shown.at("title").get<std::string>(), table.text());
  return Status::ok();
}

Status Experiment::show(const json &shown) {
  if (shown.at("kind") == "table")
    return showTable(shown);
  if (shown.at("kind") == "most_likely")
    return showMostLikely(shown);
  auto value = cell(shown.at("cell"), shown.at("title"));
  if (!value)
    return std::move(value).status();
  fmt::print(options.out, "{} = {}\n", shown.at("title").get<std::string>(), formatNumber(value->number));
  return Status::ok();
}

/// A claim whose two sides depend on no draw is decided exactly.
Status Experiment::judge(const json &claim) {
  auto left = cell(claim.at("left"), claim.at("expression")), right = cell(claim.at("right"), claim.at("expression"));
  if (!left || !right)
    return !left ? std::move(left).status() : std::move(right).status();
  std::string sign = claim.at("operator");
  double a = left->number, b = right->number;
  bool holds = sign == "<" ? a < b : sign == "<=" ? a <= b : sign == ">" ? a > b : sign == ">=" ? a >= b : a == b;
  fmt::print(options.out, "claim \"{}\" {}: {} {} {}\n", claim.at("text").get<std::string>(), holds ? "holds" : "fails", formatNumber(a), sign, formatNumber(b));
  return Status::ok();
}

/// Where the time went, most first; the rest below a thousandth is left out.
void Experiment::printProfile() {
  double total = 0;
  std::vector<std::pair<std::string, Spent>> order(spent.begin(), spent.end());
  for (auto &[place, s] : order)
    total += s.seconds;
  std::sort(order.begin(), order.end(), [](auto &a, auto &b) { return a.second.seconds > b.second.seconds; });
  Table table;
  table.header = {"where", "runs", "ms", "share", "GB/s"};
  for (auto &[place, s] : order)
    if (s.seconds > total / 1000)
      table.rows.push_back({place, std::to_string(s.runs), fmt::format("{:.1f}", s.seconds * 1e3), fmt::format("{:.1f} %", 100 * s.seconds / total),
                            fmt::format("{:.2f}", s.bytes / s.seconds / 1e9)});
  fmt::print(options.out, "{}", table.text());
}

/// Says what memory the reports need before any weight is loaded, and refuses what does not fit.
Status Experiment::admit() {
  auto runs = runsOfReports(bundle, [this](const json &metric) -> Expected<Shape> {
    int64_t count = 0;
    auto first = batch(metric, 0, count);
    return first ? Expected<Shape>((*first)[0].shape()) : std::move(first).status();
  });
  if (!runs)
    return std::move(runs).status();
  int64_t vocabularies = files.memoryBytes();
  for (auto &[name, words] : tokenizers)
    vocabularies += words->memoryBytes();
  executor.setBudget(options.memory);
  return admitRuns(bundle, parameters, *runs, "the experiment", {options.memory, vocabularies, options.progress});
}

Status Experiment::run() {
  if (options.profile)
    executor.setObserver([this](const Instruction &instruction, double seconds, int64_t bytes) {
      std::string what(opName(instruction));
      if (auto *launch = std::get_if<Launch>(&instruction.op))
        what = bundle.plan().kernels[launch->kernel].name;
      Spent &s = spent[what + " " + instruction.location];
      s.seconds += seconds;
      s.bytes += bytes;
      ++s.runs;
    });
  const json &experiment = bundle.experiment();
  if (!experiment.contains("reports"))
    return Status::error("this bundle holds no experiment");
  if (Status fits = admit(); !fits)
    return fits;
  for (auto &report : experiment.at("reports")) {
    fmt::print(options.out, "{}, report {}\n", experiment.at("experiment").get<std::string>(), report.at("name").get<std::string>());
    for (auto &shown : report.at("shows"))
      if (Status done = show(shown); !done)
        return done;
    for (auto &claim : report.at("claims"))
      if (Status done = judge(claim); !done)
        return done;
  }
  if (options.profile)
    printProfile();
  return Status::ok();
}

} // namespace rx::runtime
