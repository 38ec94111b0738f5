// Texts read step by step, with caches of what later positions need of earlier ones.
#pragma once

#include "runtime/infer/SlotLayout.h"
#include "runtime/plan/Executor.h"

#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

/// The last token of each text of a batch that has some, and its position. Others have token 0
/// beyond the caches: what they write lies nowhere.
struct LastTokens {
  std::vector<int32_t> ids, begin;
};

/// A batch of texts of one model. The programs NAME_prefill and NAME_step (compiler/passes/
/// DeriveDecode.h) read positions into caches that this keeps as the executor's states, each trip's
/// as long as later positions read (SlotLayout). A text's logits have the same bits whatever stands
/// beside it and however long the caches are. Positions that are read many at a time and those that
/// are read one by one may go through other products: of each the bits differ by their rounding.
class CachedDecoder {
public:
  /// `texts` empty texts, each of up to `capacity` positions. The executor outlives the decoder,
  /// and runs no other batch of this model meanwhile.
  static Expected<CachedDecoder> create(const Bundle &bundle, Executor &executor,
                                        std::string_view model, int64_t texts, int64_t capacity,
                                        const CacheSettings &settings = {});

  /// The programs that a model is read by.
  static std::vector<std::string> programsOf(std::string_view model);
  /// Whether the bundle has the programs for it.
  static bool isDerivedFor(const Bundle &bundle, std::string_view model);
  /// Bytes of the caches.
  static Expected<int64_t> cacheBytes(const Bundle &bundle, std::string_view model, int64_t texts,
                                      int64_t capacity, const CacheSettings &settings = {});

  /// The runs of a batch whose longest prompt has `longest` tokens, for the memory plan: the step,
  /// and the largest run that reads prompts.
  static Expected<std::vector<PlannedRun>> plannedRuns(const Bundle &bundle, std::string_view model,
                                                       int64_t texts, int64_t capacity,
                                                       int64_t longest,
                                                       const CacheSettings &settings = {});

  /// Loads the weights, by a step that no text sees: for who measures time.
  Status load();

  /// Appends tokens to every text that has some. Returns logits [texts, 1, vocabulary] after the
  /// last token of each; rows of texts that got no token mean nothing.
  Expected<HostTensor> append(std::span<const std::vector<int32_t>> tokens);

  /// Reads all tokens but the last of every text that has some. That one counts as read: the caller
  /// takes it through the programs that are left.
  Expected<LastTokens> readButLast(std::span<const std::vector<int32_t>> tokens);

  /// Tokens read so far, per text.
  std::span<const int32_t> positions() const { return starts; }
  int64_t capacity() const { return mostPositions; }

private:
  CachedDecoder(Executor &executor, std::string model, int64_t texts, int64_t capacity,
                int64_t chunk)
      : executor(&executor), model(std::move(model)), starts(texts), mostPositions(capacity),
        chunk(chunk) {}

  Status checkFits(std::span<const std::vector<int32_t>> tokens) const;
  /// Reads tokens [from, from + count) of each text, as far as they go before its last one.
  Status prefill(std::span<const std::vector<int32_t>> tokens, int64_t from, int64_t count);

  /// Reads the token `ids[i]` at position `begin[i]` of each text. Gives its logits.
  Expected<HostTensor> step(const std::vector<int32_t> &ids, const std::vector<int32_t> &begin);
  /// As many ids of each text, one text after the other, from position `begin[i]` on.
  Expected<TensorMap> run(const std::string &program, const std::vector<int32_t> &ids,
                          const std::vector<int32_t> &begin);

  Executor *executor;
  std::string model;
  std::vector<int32_t> starts;
  int64_t mostPositions, chunk;
};

} // namespace rx::runtime
