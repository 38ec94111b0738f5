// Two hashes with two jobs: SHA-256 where a stranger chose the bytes (downloaded packages, lock
// files), XXH3 where only our own runs did (cache and memo keys).
#pragma once

#include "runtime/core/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rx::runtime {

/// SHA-256 of a stream of bytes (OpenSSL).
class Sha256 {
public:
  Sha256();
  ~Sha256();
  Sha256(Sha256 &&) noexcept;
  Sha256 &operator=(Sha256 &&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  /// 64 lower-case hex digits; the object starts over afterwards.
  std::string finishHex();

private:
  struct State;
  std::unique_ptr<State> state;
};

/// SHA-256 of a file, read in bounded pieces; fails when the file cannot be read.
Expected<std::string> sha256OfFile(const std::string &path);

/// XXH3 in 64 bits, for tables in memory.
uint64_t hash64(std::string_view text, uint64_t seed);

/// 128 bits, printed as 32 lower-case hex digits.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;

  std::string hex() const;
  friend bool operator==(const Hash128 &, const Hash128 &) = default;
  friend auto operator<=>(const Hash128 &, const Hash128 &) = default;
};

/// A cache key built from fields. Every field is framed by its length, so that ("ab", "c") and
/// ("a", "bc") are different keys. The result does not depend on the machine's byte order.
class CacheHash {
public:
  explicit CacheHash(uint64_t seed = 0);
  ~CacheHash();
  CacheHash(CacheHash &&) noexcept;
  CacheHash &operator=(CacheHash &&) noexcept;

  CacheHash &add(std::string_view text);
  CacheHash &add(std::span<const std::byte> bytes);
  CacheHash &add(uint64_t number);
  CacheHash &add(const Hash128 &hash);

  /// The key of the fields so far; more may be added afterwards.
  Hash128 key() const;

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace rx::runtime
