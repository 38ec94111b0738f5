// Runs what a bundle's reports show.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/report/MetricRunner.h"
#include "runtime/report/Profile.h"
#include "runtime/report/Results.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace rx::runtime {

struct ExperimentOptions {
  std::filesystem::path programFolder; ///< where relative paths and the lock file are looked for
  std::filesystem::path cache;
  std::FILE *out = stdout;      ///< the reports
  std::FILE *progress = stderr; ///< null: silent
  int64_t memory = 0;           ///< bytes that a run may use; 0: what the system has available
  bool profile = false;         ///< after the reports, time and bytes per place in the program
  bool remember = true;         ///< take values from earlier runs, and keep new ones for later runs
  std::function<bool()> shouldStop; ///< asked after every batch; empty: never
  /// Called with the results at the start, after every value that was computed, and at the end.
  std::function<Status(const RunResult &)> save;
  /// For the report: where and with what the run takes place, and the text of the program.
  std::vector<std::pair<std::string, std::string>> circumstances;
  std::string program;
};

/// Every cell is computed when its turn comes, and a table is printed when its turn is over.
/// Weights are loaded before the first value that needs them and released after the last one;
/// tokenised texts come from the cache.
class Experiment {
public:
  /// `bundle` and `device` outlive this object.
  Experiment(const Bundle &bundle, Device &device, ExperimentOptions options);

  /// All reports, in order. The first error ends the run; what was printed before stays. A run that
  /// was stopped is no error: result().state says so, and what is missing is marked.
  Status run();

  /// Prints what run() would do for every value, without computing any: whether it is remembered,
  /// its batches and tokens, parameters, planned memory, and bytes moved per batch.
  Status printPlan();

  const RunResult &result() const { return found; }
  MetricCounts counts() const { return metrics.counts(); }

private:
  Status layOutReports();
  Status runReports();
  Status compute(ShowResult &shown);
  Status compute(CellResult &cell);
  Status rank(RankingResult &ranking);
  /// Prints it too, as the texts grow.
  Status generate(GenerationResult &shown);
  /// Takes texts from an earlier run, if it left them.
  Status recall(GenerationResult &shown);
  /// Keeps them for later runs.
  Status keep(const GenerationResult &shown);
  /// Says what memory the whole run needs, and refuses what does not fit.
  Status admit();
  Expected<std::vector<PlannedRun>> plannedRuns();
  Expected<std::vector<PlannedRun>> plannedRuns(const CellResult &cell,
                                                std::set<nlohmann::json> &seen);
  Expected<std::vector<PlannedRun>> plannedRuns(GenerationResult &shown);
  Status save();
  void finish(const Status &status);
  Status printTextPlan();

  const Bundle &bundle;
  ExperimentOptions options;
  RunFiles files;
  ValueMemo memo;
  MetricRunner metrics;
  GenerationRunner texts;
  Profile profile;
  RunResult found;
  std::chrono::steady_clock::time_point start;
};

} // namespace rx::runtime
