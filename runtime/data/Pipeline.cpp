#include "runtime/data/Pipeline.h"

#include "runtime/data/Texts.h"

#include <algorithm>
#include <cmath>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t largestDocument = uint64_t(1) << 30;

/// Carries the state from stage to stage; one overload per stage.
class Runner {
public:
  explicit Runner(const PipelineInputs &inputs) : inputs(inputs) {}

  Status apply(const TextStage &stage) {
    auto paths = pathsOf(stage);
    if (!paths)
      return paths.status();
    for (const fs::path &path : *paths) {
      auto text = readWhole(path, largestDocument);
      if (!text)
        return text.status().withContext("text");
      documents.push_back(std::move(*text));
    }
    return Status::ok();
  }

  Status apply(const TokenizeStage &) {
    for (const std::string &document : documents) {
      auto encoded = encodeOnce(inputs.encoder, document, inputs.fetch.cache);
      if (!encoded)
        return encoded.status().withContext("tokenize");
      tokens.insert(tokens.end(), encoded->begin(), encoded->end());
    }
    documentCount = static_cast<int64_t>(documents.size());
    documents.clear();
    return Status::ok();
  }

  Status apply(const PackStage &stage) {
    if (inputs.encoder.bos < 0)
      return makeError("pack: the tokenizer has no beginning-of-sequence token to open a row with");
    tokenCount = static_cast<int64_t>(tokens.size());
    rows.emplace(std::move(tokens), stage.time, inputs.encoder.bos);
    if (rows->count() == 0)
      return makeError("pack: {} tokens do not fill one row of time = {}", tokenCount, stage.time);
    return Status::ok();
  }

  Status apply(const SplitStage &stage) {
    int64_t total = rows->count(), valid = validRows(total, stage.valid), train = total - valid;
    if (stage.part == SplitPart::Train)
      return keepRows(0, train, fmt::format("split: valid = {} leaves no `.train`", stage.valid));
    if (stage.part == SplitPart::Valid)
      return keepRows(train, valid,
                      fmt::format("split: valid = {} leaves no `.valid`", stage.valid));
    return Status::ok();
  }

  Status apply(const TakeStage &stage) {
    return keepRows(0, stage.rows, fmt::format("take({}) leaves none", stage.rows));
  }

  Status apply(const SkipStage &stage) {
    return keepRows(stage.rows, rows->count(), fmt::format("skip({}) leaves none", stage.rows));
  }

  Status apply(const BatchesStage &stage) {
    batchSize = stage.size;
    return Status::ok();
  }

  PipelineOutput output() { return {std::move(*rows), batchSize, documentCount, tokenCount}; }

private:
  /// `problem` if there are none of these rows: nothing could be computed of them.
  Status keepRows(int64_t first, int64_t count, const std::string &problem) {
    int64_t before = rows->count();
    rows = rows->slice(first, count);
    return rows->count() > 0 ? Status::ok() : makeError("{} of {} rows", problem, before);
  }

  Expected<std::vector<fs::path>> pathsOf(const TextStage &stage) {
    if (!stage.paths.empty()) {
      std::vector<fs::path> paths;
      for (const std::string &path : stage.paths)
        paths.push_back(inputs.folder / path);
      return paths;
    }
    if (!inputs.lock)
      return makeError("text(\"{}\"): a named text needs an rxc.lock beside the program",
                       stage.name);
    return fetchText(*inputs.lock, stage.name, inputs.fetch);
  }

  const PipelineInputs &inputs;
  std::vector<std::string> documents;
  std::vector<int32_t> tokens;
  std::optional<TokenRows> rows;
  int64_t batchSize = 0, documentCount = 0, tokenCount = 0;
};

} // namespace

int64_t validRows(int64_t total, double share) {
  int64_t valid = std::llround(static_cast<double>(total) * share);
  return std::clamp<int64_t>(valid, share > 0 && total >= 2 ? 1 : 0, total);
}

Expected<PipelineOutput> runPipeline(const std::vector<Stage> &stages,
                                     const PipelineInputs &inputs) {
  if (Flow end = flowOf(stages); end < Flow::Rows)
    return makeError("data pipeline: it ends in {}, but training and metrics read rows; add `pack`",
                     flowName(end));
  Runner runner(inputs);
  for (const Stage &stage : stages)
    if (Status done = std::visit([&](const auto &s) { return runner.apply(s); }, stage); !done)
      return done;
  return runner.output();
}

} // namespace rx::runtime
