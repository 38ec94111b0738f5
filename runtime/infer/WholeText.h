// Texts read again from their beginning at every step: slow, without caches, for comparison.
#pragma once

#include "runtime/plan/Executor.h"

#include <span>
#include <string>
#include <vector>

namespace rx::runtime {

/// A batch of texts of one model that gives what CachedDecoder gives, by the program NAME_logits
/// over all tokens.
class WholeText {
public:
  /// The program that a model is read by.
  static std::string programOf(std::string_view model) { return std::string(model) + "_logits"; }
  /// Fails where the bundle has no such program.
  static Expected<WholeText> create(const Bundle &bundle, Executor &executor,
                                    std::string_view model, int64_t texts);

  /// As CachedDecoder::append; rows of texts that got no token mean nothing.
  Expected<HostTensor> append(std::span<const std::vector<int32_t>> tokens);

private:
  WholeText(Executor &executor, std::string program, int64_t texts)
      : executor(&executor), program(std::move(program)), texts(texts) {}

  Executor *executor;
  std::string program;
  std::vector<std::vector<int32_t>> texts;
};

} // namespace rx::runtime
