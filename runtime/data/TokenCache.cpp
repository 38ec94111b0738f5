#include "runtime/data/TokenCache.h"

#include "runtime/core/Hash.h"
#include "runtime/data/Cache.h"

#include <bit>
#include <cstring>
#include <optional>

namespace rx::runtime {

namespace fs = std::filesystem;

namespace {

static_assert(std::endian::native == std::endian::little, "the token files are little-endian");

constexpr std::string_view magic = "RXTOKEN1";
constexpr size_t hexDigits = 32;
constexpr size_t headerBytes = magic.size() + sizeof(uint64_t) + hexDigits;
constexpr uint64_t largestFile = uint64_t(16) << 30;

std::string checksum(std::string_view payload) { return CacheHash().add(payload).key().hex(); }

std::string serialise(const std::vector<int32_t> &tokens) {
  std::string_view payload(reinterpret_cast<const char *>(tokens.data()),
                           tokens.size() * sizeof(int32_t));
  uint64_t count = tokens.size();
  std::string file(magic);
  file.append(reinterpret_cast<const char *>(&count), sizeof count);
  file += checksum(payload);
  file += payload;
  return file;
}

/// Nothing if any byte is not as it was written.
std::optional<std::vector<int32_t>> deserialise(std::string_view file) {
  if (file.size() < headerBytes || !file.starts_with(magic))
    return std::nullopt;
  uint64_t count = 0;
  std::memcpy(&count, file.data() + magic.size(), sizeof count);
  std::string_view payload = file.substr(headerBytes);
  std::string_view digest = file.substr(headerBytes - hexDigits, hexDigits);
  if (payload.size() % sizeof(int32_t) != 0 || count != payload.size() / sizeof(int32_t) ||
      checksum(payload) != digest)
    return std::nullopt;
  std::vector<int32_t> tokens(count);
  std::memcpy(tokens.data(), payload.data(), payload.size());
  return tokens;
}

} // namespace

TokenEncoder encoderOf(const Tokenizer &tokenizer) {
  return {tokenizer.identity().hex(), tokenizer.bos().value_or(-1),
          [tokenizer](std::string_view text) -> Expected<std::vector<int32_t>> {
            return tokenizer.encode(text);
          }};
}

Expected<std::vector<int32_t>> encodeOnce(const TokenEncoder &encoder, std::string_view document,
                                          const fs::path &cache) {
  std::string key = CacheHash().add(magic).add(encoder.identity).add(document).key().hex();
  fs::path file = cache / "tokens" / (key + ".i32");
  if (auto bytes = readWhole(file, largestFile))
    if (auto tokens = deserialise(*bytes))
      return std::move(*tokens);

  auto tokens = encoder.encode(document);
  if (!tokens)
    return tokens.status();
  if (Status written = writeWhole(file, serialise(*tokens)); !written)
    return written;
  return tokens;
}

} // namespace rx::runtime
