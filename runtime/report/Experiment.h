//===- Experiment.h - run what a bundle's reports show ------------*- C++ -*-===//
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/DiskMemo.h"
#include "runtime/data/WeightFiles.h"
#include "runtime/plan/Executor.h"

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace rx::runtime {

class Tokenizer;

struct ExperimentOptions {
  std::filesystem::path programFolder; ///< what relative paths and the lock file are looked for from
  std::filesystem::path cache;
  std::FILE *out = stdout;      ///< the report
  std::FILE *progress = stderr; ///< null: silent
  int64_t memory = 0;           ///< bytes that a run may use; 0: what the system has available
  bool profile = false;         ///< after the reports, time and bytes per place in the program
};

/// Runs the reports of a bundle: every cell is computed when its turn comes, and a table is printed when it is
/// complete. Weights are loaded once, tokenised texts come from the cache.
class Experiment {
public:
  Experiment(const Bundle &bundle, Device &device, ExperimentOptions options);
  ~Experiment();

  /// All reports, in order. The first error ends the run; what was printed before stays.
  Status run();

private:
  struct Value {
    bool isDistribution = false;
    double number = 0;
    HostTensor distribution;
  };

  Status admit();
  Status show(const nlohmann::json &shown);
  void printProfile();
  Status showTable(const nlohmann::json &shown);
  Status showMostLikely(const nlohmann::json &shown);
  Status judge(const nlohmann::json &claim);
  Expected<Value> cell(const nlohmann::json &cell, const std::string &what);
  Expected<Value> metric(const nlohmann::json &metric, const std::string &what);
  Expected<std::vector<HostTensor>> batch(const nlohmann::json &metric, int64_t index, int64_t &count);
  Expected<const Tokenizer *> tokenizer(const std::string &name);

  const Bundle &bundle;
  ExperimentOptions options;
  WeightFiles files;
  std::map<std::string, std::unique_ptr<Tokenizer>> tokenizers;
  struct Rows;
  std::map<std::string, std::unique_ptr<Rows>> rows; ///< by the text of their pipeline
  std::map<std::string, Value> values;               ///< metrics already computed, by step program and data
  struct Spent {
    double seconds = 0;
    int64_t bytes = 0, runs = 0;
  };
  std::map<std::string, Spent> spent; ///< by instruction and place
  ParameterStore parameters;
  DiskMemo decompositions;
  Executor executor;
};

} // namespace rx::runtime
