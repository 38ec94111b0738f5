// Runs what `show generate(..)` and the command `generate` ask for.
#pragma once

#include "runtime/infer/Generator.h"
#include "runtime/plan/Executor.h"
#include "runtime/report/RunFiles.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rx::runtime {

/// Texts that a model is to continue.
struct GenerationRequest {
  std::string model;     ///< as the program writes it
  std::string program;   ///< the stem of its programs in the bundle
  std::string tokenizer; ///< the weight file that holds it
  std::vector<std::string> prompts;
  GenerationSettings settings;
  bool readsWhole = false; ///< the whole text again for every token, without caches

  /// Of the bundle, that generate the texts.
  std::vector<std::string> programs() const;
  /// "source continues, greedy, at most 100 tokens"
  std::string title() const;
};

/// A `generate` of the manifest's reports.
GenerationRequest requestOf(const nlohmann::json &shown);
/// The model called `name` among those that the bundle generates from, without prompts; an empty
/// name chooses the only one.
Expected<GenerationRequest> requestFor(const Bundle &bundle, std::string_view name);

/// What texts will take, without generating them.
struct TextForecast {
  int64_t promptTokens = 0, newTokens = 0; ///< of all texts together; new ones at most
  int64_t parameters = 0;                  ///< elements of the distinct buffers that a step reads
  int64_t cacheBytes = 0;                  ///< of what later positions read of earlier ones
  int64_t bytesPerStep = 0;                ///< moved, see bytesMoved(); at the end of the texts
  std::vector<PlannedRun> runs;
};

class GenerationRunner {
public:
  /// All references outlive this object.
  GenerationRunner(const Bundle &bundle, Executor &executor, RunFiles &files)
      : bundle(bundle), executor(executor), files(files) {}

  /// For the memory plan.
  Expected<std::vector<PlannedRun>> plannedRuns(const GenerationRequest &request);
  /// Loads no weights. For texts that are read step by step.
  Expected<TextForecast> forecast(const GenerationRequest &request);

  Expected<Generation> run(const GenerationRequest &request, const GenerationWatcher &watcher);

private:
  /// The prompts as tokens, and how many positions each text may get. Encoded once: a plan, the
  /// memory for it and the run ask for the same ones.
  struct Texts {
    std::vector<std::vector<int32_t>> prompts;
    int64_t longest = 0, capacity = 0;
    int64_t count() const { return std::ssize(prompts); }
  };
  Expected<Texts> encode(const GenerationRequest &request);
  Expected<std::vector<int32_t>> encode(const std::string &prompt, const std::string &tokenizer);
  /// Tokens that a text of the model in this file may have, as far as the file says.
  Expected<int64_t> contextLength(const std::string &file);
  Expected<AppendTokens> reader(const GenerationRequest &request, const Texts &texts);

  const Bundle &bundle;
  Executor &executor;
  RunFiles &files;
  std::map<std::pair<std::string, std::string>, std::vector<int32_t>> encoded; ///< by both
};

} // namespace rx::runtime
