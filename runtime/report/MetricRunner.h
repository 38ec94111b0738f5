// Computes the metrics of a bundle: a step program over every batch of the data, then a formula
// over what the steps have summed.
#pragma once

#include "runtime/data/DiskMemo.h"
#include "runtime/plan/Executor.h"
#include "runtime/report/ContentKeys.h"
#include "runtime/report/DataRows.h"
#include "runtime/report/RunFiles.h"
#include "runtime/report/ValueMemo.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace rx::runtime {

struct MetricOptions {
  std::FILE *progress = stderr;     ///< null: silent
  int64_t memory = 0;               ///< bytes that may be used; 0: what the system has available
  const ValueMemo *memo = nullptr;  ///< null: nothing is looked up or kept
  std::function<bool()> shouldStop; ///< asked after every batch; empty: never
};

struct Measured {
  MemoEntry entry;
  bool isRemembered = false; ///< found in the memo: nothing was run
};

/// What a metric will take, without running it.
struct MetricForecast {
  bool isRemembered = false;
  double seconds = 0; ///< that a remembered value took
  int64_t batches = 0, tokens = 0;
  int64_t parameters = 0;    ///< elements of the distinct buffers that a step reads
  int64_t plannedBytes = 0;  ///< memory of a step, if nothing else is loaded
  int64_t bytesPerBatch = 0; ///< moved, see bytesMoved()
};

/// Over a whole run.
struct MetricCounts {
  int64_t computed = 0, remembered = 0; ///< values
  int64_t batches = 0;                  ///< that were run, those of unfinished values included
};

class MetricRunner {
public:
  /// All references outlive this object.
  MetricRunner(const Bundle &bundle, Device &device, RunFiles &files, MetricOptions options);

  /// What a metric will run; nothing if its value is known or remembered.
  Expected<std::vector<PlannedRun>> plannedRuns(const nlohmann::json &metric);
  /// Before the first run: says what memory these need, and refuses what does not fit. Gives the
  /// bytes.
  Expected<int64_t> admit(std::vector<PlannedRun> runs);
  /// Of the runs that were admitted, the first stage with this program is over: weights that none
  /// of the others needs are released.
  void finishStage(std::string_view program);
  /// What these runs hold in memory at their peak, without tokenizers.
  Expected<int64_t> plannedBytes(std::span<const PlannedRun> runs) const;

  /// The value of a metric of the manifest; nothing if the run was stopped before it was complete.
  /// The pointer lives as long as this object. `what` names the value in messages.
  Expected<const Measured *> measure(const nlohmann::json &metric, const std::string &what);
  /// Reads and tokenises the data, since their number decides; loads no weights.
  Expected<MetricForecast> forecast(const nlohmann::json &metric);

  Executor &programs() { return executor; }
  ContentKeys &contentKeys() { return keys; }
  MetricCounts counts() const;

private:
  /// A value that this run or an earlier one has computed, or null.
  Expected<const Measured *> recall(const nlohmann::json &metric);
  Expected<const DataRows *> rowsOf(const nlohmann::json &metric);
  Expected<Hash128> keyOf(const nlohmann::json &metric, const DataRows &rows);
  Expected<std::optional<MemoEntry>> compute(const nlohmann::json &metric, const DataRows &rows,
                                             const std::string &what);
  Expected<HostTensor> finish(const nlohmann::json &metric);
  Expected<int64_t> plannedBytes(const std::string &step, const TensorMap &inputs) const;

  const Bundle &bundle;
  RunFiles &files;
  MetricOptions options;
  ContentKeys keys;
  ParameterStore parameters;
  DiskMemo decompositions;
  Executor executor;
  std::vector<PlannedRun> pending;                       ///< of those that were admitted
  std::map<std::string, std::unique_ptr<DataRows>> rows; ///< by the text of their pipeline
  std::map<std::string, Measured> known;                 ///< by step program and data
  int64_t batchesRun = 0;
};

/// The one element of a value that is no distribution.
double scalarOf(const HostTensor &value);

} // namespace rx::runtime
