// Tokenised documents, memoised by content: the same text under the same tokenizer is encoded once.
//
//   <cache>/tokens/<key>.i32     key = hash of (format, tokenizer identity, text)
//   "RXTOKEN1", u64 count, 32 hex digits (hash of what follows), count x i32; little-endian
#pragma once

#include "runtime/core/Status.h"
#include "runtime/io/Tokenizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// What the pipeline needs of a tokenizer.
struct TokenEncoder {
  /// Changes whenever any text might be encoded differently: a checksum of vocabulary and settings.
  std::string identity;
  /// The token before the first; negative if the vocabulary has none.
  int32_t bos = -1;
  /// The tokens of a text alone: no BOS or EOS added, no control token recognised in the text.
  std::function<Expected<std::vector<int32_t>>(std::string_view)> encode;
};

/// `tokenizer` as a pipeline sees it.
TokenEncoder encoderOf(const Tokenizer &tokenizer);

/// The tokens of one document, from the cache if they are there. A damaged cache file is replaced.
Expected<std::vector<int32_t>> encodeOnce(const TokenEncoder &encoder, std::string_view document,
                                          const std::filesystem::path &cache);

} // namespace rx::runtime
