// The batches that metrics read: packed rows of a corpus, or one prompt.
#pragma once

#include "runtime/core/Hash.h"
#include "runtime/core/HostTensor.h"
#include "runtime/data/TokenRows.h"
#include "runtime/report/RunFiles.h"

#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rx::runtime {

class DataRows {
public:
  /// Runs the pipeline `stages` of the manifest with the tokenizer in the file `tokenizer`.
  static Expected<DataRows> open(const nlohmann::json &stages, const std::string &tokenizer,
                                 RunFiles &files);

  int64_t batches() const;
  /// Of all batches.
  int64_t tokens() const;
  /// i32[rows, time]: x, then y.
  Expected<std::vector<HostTensor>> batch(int64_t index) const;
  /// Of every batch, in order, whatever text and tokenizer they came from.
  Hash128 identity() const;

private:
  TokenBatch read(int64_t index) const;

  std::optional<TokenRows> packed;
  std::vector<int32_t> prompt;
  int64_t batchSize = 1;
};

} // namespace rx::runtime
