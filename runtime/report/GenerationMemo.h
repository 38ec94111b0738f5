// Texts that an earlier run generated, by all they depend on.
#pragma once

#include "runtime/report/ContentKeys.h"
#include "runtime/report/GenerationRunner.h"
#include "runtime/report/RunFiles.h"
#include "runtime/report/ValueMemo.h"

#include <optional>

namespace rx::runtime {

/// Of the programs that generate with their weights, kernels and target, the tokenizer, the prompts
/// and the settings. Names of models do not count.
Expected<Hash128> generationKey(const GenerationRequest &request, ContentKeys &keys,
                                RunFiles &files);

/// Nothing where the key is unknown or its file is damaged.
std::optional<Generation> findGeneration(const ValueMemo &memo, const Hash128 &key);

/// Texts that were interrupted are not kept.
Status keepGeneration(const ValueMemo &memo, const Hash128 &key, const GenerationRequest &request,
                      const Generation &generation);

} // namespace rx::runtime
