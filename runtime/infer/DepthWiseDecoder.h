// Texts read step by step, each at a depth of its own.
#pragma once

#include "runtime/infer/CachedDecoder.h"

#include <optional>

namespace rx::runtime {

/// A batch of texts of one recursive model, whose rows take trips together although they are in
/// different ones: continuous depth-wise batching (Bae et al., Relaxed Recursive Transformers,
/// 2024). A text that has made all trips leaves with its logits and may enter with its next token
/// while others are still on their way. By the programs NAME_enter, NAME_trip and NAME_leave
/// (compiler/passes/DeriveDepths.h), over the caches of a CachedDecoder; a text's logits have the
/// same bits whatever stands beside it, and at whatever depth.
class DepthWiseDecoder {
public:
  /// As a CachedDecoder is.
  static Expected<DepthWiseDecoder> create(const Bundle &bundle, Executor &executor,
                                           std::string_view model, int64_t texts, int64_t capacity,
                                           const CacheSettings &settings = {});

  /// Whether the bundle has the programs for it.
  static bool isDerivedFor(const Bundle &bundle, std::string_view model);

  /// Appends tokens to every text that has some, none of which is on its way. All but the last are
  /// read at once; the last one stands before the first trip.
  Status enter(std::span<const std::vector<int32_t>> tokens);
  /// Takes every text that is on its way, and has not arrived, through its next trip.
  Status trip();
  /// Logits [texts, 1, vocabulary] of those that have arrived, which are on their way no more; rows
  /// of others mean nothing.
  Expected<HostTensor> leave();

  /// The trips that the last token of each text has made; none where it is not on its way.
  std::span<const std::optional<int32_t>> depths() const { return made; }
  /// Those there are.
  int32_t trips() const { return all; }
  bool hasArrived(size_t text) const { return made[text] == all; }
  /// Tokens read so far, per text, with those on their way.
  std::span<const int32_t> positions() const { return decoder.positions(); }

private:
  DepthWiseDecoder(CachedDecoder decoder, const Bundle &bundle, Executor &executor,
                   std::string_view model, int32_t all);

  /// Of those on their way, which have arrived or have not.
  std::vector<bool> textsThat(bool haveArrived) const;
  /// Runs a program on what it reads of the last tokens, where they stand, their depths and what
  /// is carried. Texts that take no part stand beyond the caches.
  Expected<TensorMap> run(const Program &program, const std::vector<bool> &takesPart);
  /// The same, of which texts that take part carry on the result.
  Status advance(const Program &program, const std::vector<bool> &takesPart);

  CachedDecoder decoder;
  Executor *executor;
  const Program *enterProgram, *tripProgram, *leaveProgram;
  int32_t all;
  std::vector<std::optional<int32_t>> made;
  std::vector<int32_t> places, ids; ///< of the last token of each text
  HostTensor carried;               ///< by the loop, a row per text
};

} // namespace rx::runtime
