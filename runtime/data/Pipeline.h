// Runs a text pipeline: documents in, packed rows out. The order of the rows is fixed by the
// documents' order alone, so every model and every run sees the same rows.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/data/Packages.h"
#include "runtime/data/Stages.h"
#include "runtime/data/TokenCache.h"
#include "runtime/data/TokenRows.h"

#include <filesystem>
#include <optional>

namespace rx::runtime {

/// What a pipeline needs from its surroundings.
struct PipelineInputs {
  TokenEncoder encoder;
  std::filesystem::path folder; ///< what relative paths of `text` are relative to
  std::optional<LockFile> lock; ///< needed by text("name")
  FetchOptions fetch;           ///< cache and progress
};

struct PipelineOutput {
  TokenRows rows;
  int64_t batchSize = 0;             ///< 0 if the pipeline does not end in `batches`
  int64_t documents = 0, tokens = 0; ///< read, before packing and splitting

  TokenBatches batches(int64_t size) const { return TokenBatches(rows, size); }
};

/// Reads, tokenises and packs. Documents are tokenised one by one and joined without separators.
/// Errors: those of fetchText() and of the encoder, unreadable files, no BOS, a pipeline that does
/// not reach rows, no row at all.
Expected<PipelineOutput> runPipeline(const std::vector<Stage> &stages,
                                     const PipelineInputs &inputs);

/// Rows of `total` that split(valid = share) gives to the valid part: the nearest whole number,
/// and at least one if the share is above zero and there are two rows or more.
int64_t validRows(int64_t total, double share);

} // namespace rx::runtime
