// Continues texts token by token.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/infer/Sampler.h"
#include "runtime/infer/TextStream.h"

#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// Appends tokens to the texts of a batch, and gives logits f32[texts, 1, vocabulary] after the
/// last token of each text that got some: CachedDecoder, or WholeText.
using AppendTokens =
    std::function<Expected<HostTensor>(std::span<const std::vector<int32_t>> tokens)>;

struct GenerationSettings {
  int64_t tokens = 100; ///< at most, for every text
  SamplingSettings sampling = {};
  std::vector<std::string> stop = {}; ///< texts that end a text; they do not belong to it
};

/// What followed one prompt.
struct Continuation {
  std::vector<int32_t> tokens; ///< every one that was chosen, those without text included
  std::string text;
  StopReason reason = StopReason::None;
};

struct Generation {
  std::vector<Continuation> texts; ///< in the order of the prompts
  int64_t promptTokens = 0;        ///< of all prompts
  double promptSeconds = 0;        ///< until the logits after them were known
  int64_t steps = 0;               ///< after the prompts: one token for every text that goes on
  int64_t stepTokens = 0;          ///< read in these steps
  double stepSeconds = 0;

  int64_t generatedTokens() const {
    int64_t sum = 0;
    for (const Continuation &text : texts)
      sum += std::ssize(text.tokens);
    return sum;
  }
  double promptRate() const { return promptSeconds > 0 ? promptTokens / promptSeconds : 0; }
  double stepRate() const { return stepSeconds > 0 ? stepTokens / stepSeconds : 0; }
};

/// What somebody who waits for the texts is told, and may say.
struct GenerationWatcher {
  /// Text `index` has grown, by nothing when it only ended: then `reason` is not None.
  std::function<void(size_t index, std::string_view text, StopReason reason)> grown;
  std::function<bool()> shouldStop; ///< asked before every step
};

/// Texts of one batch end at different times: one that has ended gets no further token. A text's
/// tokens depend on its own prompt and the settings alone; of equal prompts, also on how many stand
/// before it.
class Generator {
public:
  /// `capacity` is how many positions a text may have, prompt included.
  Generator(AppendTokens append, Tokenizer tokenizer, int64_t capacity)
      : append(std::move(append)), tokenizer(std::move(tokenizer)), capacity(capacity) {}

  /// Fails for a prompt without tokens or with more than `capacity`.
  Expected<Generation> run(std::span<const std::vector<int32_t>> prompts,
                           const GenerationSettings &settings, const GenerationWatcher &watcher);

private:
  AppendTokens append;
  Tokenizer tokenizer;
  int64_t capacity;
};

} // namespace rx::runtime
