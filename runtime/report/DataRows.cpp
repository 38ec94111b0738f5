#include "runtime/report/DataRows.h"

#include "runtime/data/LockFile.h"
#include "runtime/data/Pipeline.h"

#include <algorithm>

namespace rx::runtime {

using nlohmann::json;

Expected<DataRows> DataRows::open(const json &stages, const std::string &tokenizerName,
                                  RunFiles &files) {
  auto tokenizer = files.tokenizer(tokenizerName);
  if (!tokenizer)
    return std::move(tokenizer).status();
  DataRows rows;
  if (stages.at(0).at("stage") == "prompt") {
    rows.prompt =
        (*tokenizer)
            ->encode(stages[0].at("text").get<std::string>(), {.addBos = (*tokenizer)->addsBos()});
    return rows;
  }
  auto parsed = parseStages(stages.dump());
  if (!parsed)
    return std::move(parsed).status();
  PipelineInputs inputs;
  inputs.folder = files.folder();
  inputs.fetch = files.fetch();
  if (auto lockPath = findLockFile(files.folder())) // only a named text needs it
    if (auto lock = LockFile::load(*lockPath))
      inputs.lock = std::move(*lock);
  inputs.encoder = encoderOf(**tokenizer);
  auto output = runPipeline(*parsed, inputs);
  if (!output)
    return std::move(output).status();
  rows.batchSize = std::max<int64_t>(output->batchSize, 1);
  rows.packed.emplace(std::move(output->rows));
  return rows;
}

int64_t DataRows::batches() const { return packed ? TokenBatches(*packed, batchSize).count() : 1; }

int64_t DataRows::tokens() const {
  return packed ? packed->count() * packed->time() : std::ssize(prompt);
}

TokenBatch DataRows::read(int64_t index) const {
  TokenBatch tokens;
  if (packed) {
    TokenBatches(*packed, batchSize).copy(index, tokens);
    return tokens;
  }
  tokens.rows = 1;
  tokens.time = std::ssize(prompt);
  tokens.x = prompt;
  tokens.y.assign(prompt.size(), 0);
  return tokens;
}

Expected<std::vector<HostTensor>> DataRows::batch(int64_t index) const {
  TokenBatch batch = read(index);
  std::vector<HostTensor> both;
  for (const auto *ids : {&batch.x, &batch.y}) {
    auto tensor = HostTensor::of<int32_t>({batch.rows, batch.time}, *ids);
    if (!tensor)
      return std::move(tensor).status();
    both.push_back(std::move(*tensor));
  }
  return both;
}

Hash128 DataRows::identity() const {
  CacheHash hash;
  for (int64_t i = 0; i < batches(); ++i) {
    TokenBatch batch = read(i);
    hash.add(static_cast<uint64_t>(batch.rows)).add(static_cast<uint64_t>(batch.time));
    hash.add(std::as_bytes(std::span<const int32_t>(batch.x)));
    hash.add(std::as_bytes(std::span<const int32_t>(batch.y)));
  }
  return hash.key();
}

} // namespace rx::runtime
