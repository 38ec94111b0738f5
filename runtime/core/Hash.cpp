#include "runtime/core/Hash.h"

#include <openssl/evp.h>

// Inlined, the library needs no linking and picks the vector code of our own target flags.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace rx::runtime {

namespace {

struct FileCloser {
  void operator()(std::FILE *file) const { std::fclose(file); }
};

std::array<std::byte, 8> littleEndianBytes(uint64_t number) {
  std::array<std::byte, 8> bytes;
  for (int i = 0; i < 8; ++i)
    bytes[i] = static_cast<std::byte>(number >> (8 * i));
  return bytes;
}

} // namespace

struct Sha256::State {
  EVP_MD_CTX *context = EVP_MD_CTX_new();

  State() { restart(); }
  ~State() { EVP_MD_CTX_free(context); }

  // OpenSSL fails here only without memory or without its built-in digests: nothing to recover.
  void restart() {
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      std::abort();
  }
};

Sha256::Sha256() : state(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256 &&) noexcept = default;
Sha256 &Sha256::operator=(Sha256 &&) noexcept = default;

void Sha256::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state->context, bytes.data(), bytes.size()) != 1)
    std::abort();
}

void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text))); }

std::string Sha256::finishHex() {
  std::array<unsigned char, 32> digest;
  if (EVP_DigestFinal_ex(state->context, digest.data(), nullptr) != 1)
    std::abort();
  state->restart();
  std::string hex;
  hex.reserve(2 * digest.size());
  for (unsigned char byte : digest)
    fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  return hex;
}

Expected<std::string> sha256OfFile(const std::string &path) {
  std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rb"));
  if (!file)
    return makeError("{}: cannot open: {}", path, std::strerror(errno));
  Sha256 hash;
  std::vector<std::byte> buffer(1 << 20);
  while (size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    hash.update(std::span(buffer).first(count));
  if (std::ferror(file.get()))
    return makeError("{}: cannot read: {}", path, std::strerror(errno));
  return hash.finishHex();
}

uint64_t hash64(std::string_view text, uint64_t seed) {
  return XXH3_64bits_withSeed(text.data(), text.size(), seed);
}

std::string Hash128::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

struct CacheHash::State {
  XXH3_state_t xxh;
};

CacheHash::CacheHash(uint64_t seed) : state(std::make_unique<State>()) {
  XXH3_INITSTATE(&state->xxh);
  XXH3_128bits_reset_withSeed(&state->xxh, seed);
}
CacheHash::~CacheHash() = default;
CacheHash::CacheHash(CacheHash &&) noexcept = default;
CacheHash &CacheHash::operator=(CacheHash &&) noexcept = default;

CacheHash &CacheHash::add(std::span<const std::byte> bytes) {
  std::array<std::byte, 8> length = littleEndianBytes(bytes.size());
  XXH3_128bits_update(&state->xxh, length.data(), length.size());
  XXH3_128bits_update(&state->xxh, bytes.data(), bytes.size());
  return *this;
}

CacheHash &CacheHash::add(std::string_view text) { return add(std::as_bytes(std::span(text))); }

CacheHash &CacheHash::add(uint64_t number) {
  return add(std::span<const std::byte>(littleEndianBytes(number)));
}

CacheHash &CacheHash::add(const Hash128 &hash) { return add(hash.hex()); }

Hash128 CacheHash::key() const {
  XXH128_hash_t digest = XXH3_128bits_digest(&state->xxh);
  return {digest.high64, digest.low64};
}

} // namespace rx::runtime
