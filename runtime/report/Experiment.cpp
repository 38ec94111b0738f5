#include "runtime/report/Experiment.h"

#include "runtime/io/GgufValue.h"
#include "runtime/report/GenerationMemo.h"
#include "runtime/report/GenerationText.h"
#include "runtime/report/Table.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <numeric>
#include <set>

using nlohmann::json;

namespace rx::runtime {

namespace {

/// "2026-01-31T17:05:09+0100"
std::string nowText() { return fmt::format("{:%FT%T%z}", fmt::localtime(std::time(nullptr))); }

} // namespace

Experiment::Experiment(const Bundle &bundle, Device &device, ExperimentOptions given)
    : bundle(bundle), options(std::move(given)),
      files(options.programFolder, {options.cache, options.progress}), memo(options.cache / "memo"),
      metrics(bundle, device, files,
              {options.progress, options.memory, options.remember ? &memo : nullptr,
               options.shouldStop}),
      texts(bundle, metrics.programs(), files), start(std::chrono::steady_clock::now()) {}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Status Experiment::compute(CellResult &cell) {
  if (cell.isKnown())
    return Status::ok();
  auto measured = metrics.measure(*cell.form, cell.what);
  if (!measured)
    return std::move(measured).status().withContext(cell.what);
  if (!*measured) // stopped
    return Status::ok();
  const MemoEntry &entry = (*measured)->entry;
  cell.origin = (*measured)->isRemembered ? Origin::Remembered : Origin::Computed;
  cell.isDistribution = !entry.value.shape().empty();
  if (!cell.isDistribution)
    cell.value = scalarOf(entry.value);
  cell.seconds = entry.seconds;
  cell.batches = entry.batches;
  cell.tokens = entry.tokens;
  cell.plannedBytes = entry.plannedBytes;
  return cell.origin == Origin::Computed ? save() : Status::ok();
}

Status Experiment::rank(RankingResult &ranking) {
  if (Status done = compute(ranking.cell); !done || !ranking.cell.isKnown())
    return done;
  auto measured = metrics.measure(*ranking.cell.form, ranking.title);
  auto words = files.tokenizer(ranking.cell.form->at("tokenizer").get<std::string>());
  if (!measured || !words)
    return !measured ? std::move(measured).status() : std::move(words).status();
  auto probabilities = (*measured)->entry.value.values<float>();
  std::vector<int32_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  auto count = std::min<int64_t>(ranking.count, std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int32_t a, int32_t b) {
    return probabilities[a] > probabilities[b] || (probabilities[a] == probabilities[b] && a < b);
  });
  for (int64_t i = 0; i < count; ++i) {
    std::string token = (*words)->decode(std::span(&order[i], 1), {});
    ranking.entries.push_back({quoteForMessage(token), order[i], probabilities[order[i]]});
  }
  return Status::ok();
}

Status Experiment::recall(GenerationResult &shown) {
  if (!options.remember || shown.generation)
    return Status::ok();
  auto key = generationKey(shown.request, metrics.contentKeys(), files);
  if (!key)
    return std::move(key).status().withContext(shown.request.model);
  shown.generation = findGeneration(memo, *key);
  shown.isRemembered = shown.generation.has_value();
  return Status::ok();
}

Status Experiment::keep(const GenerationResult &shown) {
  if (!options.remember)
    return Status::ok();
  auto key = generationKey(shown.request, metrics.contentKeys(), files);
  if (!key)
    return std::move(key).status().withContext(shown.request.model);
  // A cache that cannot be written makes later runs slower, no worse; values told so already.
  (void)keepGeneration(memo, *key, shown.request, *shown.generation);
  return Status::ok();
}

Status Experiment::generate(GenerationResult &shown) {
  if (shown.generation) {
    GenerationPrinter(options.out, shown.request, true).whole(*shown.generation);
    return Status::ok();
  }
  if (options.shouldStop && options.shouldStop()) {
    fmt::print(options.out, "{}", textOf(ShowResult(shown)));
    return Status::ok();
  }
  GenerationPrinter printer(options.out, shown.request, true);
  auto grown = [&](size_t index, std::string_view text, StopReason reason) {
    printer.grow(index, text, reason);
  };
  auto found = texts.run(shown.request, {grown, options.shouldStop});
  if (!found)
    return std::move(found).status().withContext(shown.request.model);
  metrics.finishStage(shown.request.programs().front());
  if (options.progress)
    fmt::print(options.progress, "{}: {}\n", shown.request.model, ratesText(*found));
  shown.generation = std::move(*found);
  if (Status kept = keep(shown); !kept)
    return kept;
  return save();
}

Status Experiment::compute(ShowResult &shown) {
  if (auto *ranking = std::get_if<RankingResult>(&shown))
    return rank(*ranking);
  for (CellResult *cell : cellsOf(shown))
    if (Status done = compute(*cell); !done)
      return done;
  return Status::ok();
}

//===----------------------------------------------------------------------===//
// The run
//===----------------------------------------------------------------------===//

Status Experiment::save() {
  found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  found.measuredBytes = peakMemory();
  found.inputs.assign(files.identities().begin(), files.identities().end());
  return options.save ? options.save(found) : Status::ok();
}

/// What the cell will run; nothing if an earlier one shares its value.
Expected<std::vector<PlannedRun>> Experiment::plannedRuns(const CellResult &cell,
                                                          std::set<json> &seen) {
  if (cell.isKnown() || !seen.insert(*cell.form).second)
    return std::vector<PlannedRun>();
  auto runs = metrics.plannedRuns(*cell.form);
  if (!runs)
    return std::move(runs).status().withContext(cell.what);
  return runs;
}

/// None for texts from an earlier run, which are taken here.
Expected<std::vector<PlannedRun>> Experiment::plannedRuns(GenerationResult &shown) {
  if (Status recalled = recall(shown); !recalled)
    return recalled;
  if (shown.isRemembered)
    return std::vector<PlannedRun>();
  auto runs = texts.plannedRuns(shown.request);
  if (!runs)
    return std::move(runs).status().withContext(shown.request.model);
  return runs;
}

/// In the order of the run: every value, and the texts of every `generate`, are a stage.
Expected<std::vector<PlannedRun>> Experiment::plannedRuns() {
  std::vector<PlannedRun> all;
  std::set<json> seen;
  int stage = 0;
  auto add = [&](Expected<std::vector<PlannedRun>> runs) {
    if (!runs)
      return std::move(runs).status();
    for (PlannedRun &run : *runs) {
      run.stage = stage;
      all.push_back(std::move(run));
    }
    ++stage;
    return Status::ok();
  };
  for (ReportResult &report : found.reports) {
    for (ShowResult &shown : report.shows) {
      if (auto *generation = std::get_if<GenerationResult>(&shown))
        if (Status added = add(plannedRuns(*generation)); !added)
          return added;
      for (const CellResult *cell : cellsOf(shown))
        if (Status added = add(plannedRuns(*cell, seen)); !added)
          return added;
    }
    for (const ClaimResult &claim : report.claims)
      for (const CellResult *side : {&claim.left, &claim.right})
        if (Status added = add(plannedRuns(*side, seen)); !added)
          return added;
  }
  return all;
}

Status Experiment::admit() {
  auto runs = plannedRuns();
  if (!runs)
    return std::move(runs).status();
  auto planned = metrics.admit(std::move(*runs));
  if (!planned)
    return std::move(planned).status();
  found.plannedBytes = *planned;
  return Status::ok();
}

Status Experiment::runReports() {
  if (Status saved = save(); !saved) // a folder that cannot be written is told before any work
    return saved;
  if (Status fits = admit(); !fits)
    return fits;
  for (ReportResult &report : found.reports) {
    fmt::print(options.out, "{}, report {}\n", found.experiment, report.name);
    for (ShowResult &shown : report.shows) {
      if (auto *generation = std::get_if<GenerationResult>(&shown)) {
        if (Status done = generate(*generation); !done)
          return done;
        continue;
      }
      if (Status done = compute(shown); !done)
        return done;
      fmt::print(options.out, "{}", textOf(shown));
    }
    for (ClaimResult &claim : report.claims) {
      for (CellResult *side : {&claim.left, &claim.right})
        if (Status done = compute(*side); !done)
          return done;
      fmt::print(options.out, "{}", textOf(claim));
    }
  }
  return Status::ok();
}

void Experiment::finish(const Status &status) {
  bool isWhole = found.isWhole();
  found.state = !status ? RunState::Failed : isWhole ? RunState::Complete : RunState::Interrupted;
  found.error = status.message();
  for (const BufferSource &source : bundle.buffers()) // of a run without memo, nobody asked yet
    if (source.hasFile() && isWhole)
      (void)files.identity(source.file).hasValue();
}

Status Experiment::layOutReports() {
  const json &experiment = bundle.experiment();
  if (!experiment.contains("reports"))
    return makeError("{}: this bundle holds no experiment", bundle.folder());
  try { // its shape is the compiler's business; a damaged one must not end the process
    found = layOut(experiment);
  } catch (const json::exception &error) {
    return makeError("{}/manifest.json: experiment: {}", bundle.folder(), error.what());
  }
  return Status::ok();
}

Status Experiment::run() {
  if (Status made = layOutReports(); !made)
    return made;
  found.started = nowText();
  found.circumstances = options.circumstances;
  found.program = options.program;
  if (options.profile)
    profile.attach(metrics.programs(), bundle.plan());
  Status done = runReports();
  finish(done);
  Status saved = save();
  if (options.progress && found.plannedBytes)
    sayPeak(options.progress, found.plannedBytes);
  if (options.profile)
    fmt::print(options.out, "{}", profile.text());
  return done ? saved : done;
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

Status Experiment::printPlan() {
  if (Status made = layOutReports(); !made)
    return made;
  Table table;
  table.header = {"value", "", "batches", "tokens", "parameters", "peak memory", "moved per batch"};
  std::set<json> seen; // cells that share a value count once
  int64_t remembered = 0, batches = 0;
  for (const CellResult *cell : found.cells()) {
    if (cell->isKnown() || !seen.insert(*cell->form).second)
      continue;
    auto forecast = metrics.forecast(*cell->form);
    if (!forecast)
      return std::move(forecast).status().withContext(cell->what);
    remembered += forecast->isRemembered;
    batches += forecast->isRemembered ? 0 : forecast->batches;
    table.rows.push_back(
        {cell->what,
         forecast->isRemembered ? fmt::format("from an earlier run ({:.3g} s)", forecast->seconds)
                                : "to compute",
         std::to_string(forecast->batches), formatNumber(static_cast<double>(forecast->tokens)),
         formatNumber(static_cast<double>(forecast->parameters)), bytesText(forecast->plannedBytes),
         bytesText(forecast->bytesPerBatch)});
  }
  int64_t computed = std::ssize(table.rows) - remembered;
  fmt::print(options.out, "{}{} value{} to compute in {} batch{}, {} from earlier runs\n",
             table.rows.empty() ? "" : table.text(), computed, computed == 1 ? "" : "s", batches,
             batches == 1 ? "" : "es", remembered);
  return printTextPlan();
}

/// What texts take: a step reads one token of every text.
Status Experiment::printTextPlan() {
  Table table;
  table.header = {"texts", "", "tokens", "parameters", "peak memory", "caches", "moved per step"};
  for (ReportResult &report : found.reports)
    for (ShowResult &shown : report.shows)
      if (auto *generation = std::get_if<GenerationResult>(&shown)) {
        if (Status recalled = recall(*generation); !recalled)
          return recalled;
        auto forecast = texts.forecast(generation->request);
        if (!forecast)
          return std::move(forecast).status().withContext(generation->request.model);
        auto peak = metrics.plannedBytes(forecast->runs);
        if (!peak)
          return std::move(peak).status().withContext(generation->request.model);
        table.rows.push_back({generation->request.title(),
                              generation->isRemembered ? "from an earlier run" : "to generate",
                              fmt::format("{} + {}", forecast->promptTokens, forecast->newTokens),
                              formatNumber(static_cast<double>(forecast->parameters)),
                              bytesText(*peak), bytesText(forecast->cacheBytes),
                              bytesText(forecast->bytesPerStep)});
      }
  if (!table.rows.empty())
    fmt::print(options.out, "{}", table.text());
  return Status::ok();
}

} // namespace rx::runtime
