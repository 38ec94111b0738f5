// Which token comes next, from the logits after the last one.
#pragma once

#include "runtime/core/Status.h"

#include <cstdint>
#include <span>

namespace rx::runtime {

/// The likeliest token, or a draw: logits are divided by the temperature, then the `topK` highest
/// are kept, then of these the likeliest whose probabilities add up to `topP`.
struct SamplingSettings {
  double temperature = 0; ///< 0: the likeliest token
  int64_t topK = 0;       ///< 0: all tokens
  double topP = 1;        ///< in (0, 1]
  int64_t seed = 1;
};

class Sampler {
public:
  /// Fails for settings that mean nothing, and says which.
  static Expected<Sampler> create(const SamplingSettings &settings);

  /// The token after `step` generated ones of the text called `item`. A draw depends on these two, the seed
  /// and the logits alone: Philox with key (seed, hash of "generate") and counter (item, step). Of
  /// equal logits the lowest id counts as the likelier one. Fails for logits that are not a number
  /// or +inf, or all -inf.
  Expected<int32_t> pick(std::span<const float> logits, int64_t item, int64_t step) const;

private:
  explicit Sampler(const SamplingSettings &settings) : settings(settings) {}

  int32_t draw(std::span<const float> logits, float top, double unit) const;

  SamplingSettings settings;
};

} // namespace rx::runtime
