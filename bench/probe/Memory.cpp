#include "bench/probe/Memory.h"

#include "bench/probe/Together.h"

#include <algorithm>
#include <cstring>
#include <emmintrin.h>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace rx::bench {

constexpr int streams = 4;
constexpr int rounds = 8;
constexpr size_t line = 64;
constexpr size_t hugePage = size_t(2) << 20;

namespace {
/// Memory on huge pages where the system grants them, not yet touched.
class Pages {
public:
  explicit Pages(size_t bytes) : bytes(bytes) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);
  }
  ~Pages() { munmap(memory, bytes); }
  Pages(const Pages &) = delete;
  Pages &operator=(const Pages &) = delete;
  char *data() const { return static_cast<char *>(memory); }

private:
  void *memory;
  size_t bytes;
};
} // namespace

/// What one stream of one thread covers: whole huge pages, so that streams share none.
static size_t streamBytes(int threads, size_t bytes) {
  return std::max(bytes / threads / streams / hugePage, size_t(1)) * hugePage;
}

using Vector16 = int __attribute__((vector_size(16)));
using Vector64 = int __attribute__((vector_size(64)));

/// Sums `length` bytes in Streams equal parts side by side.
template <typename Vector, int Streams>
[[gnu::always_inline]] static inline void readParts(const char *from, size_t length) {
  Vector sum[Streams] = {};
  size_t part = length / Streams;
  for (size_t at = 0; at < part; at += line)
    for (int s = 0; s < Streams; ++s) {
      auto *vector = reinterpret_cast<const Vector *>(from + s * part + at);
      for (size_t i = 0; i < line / sizeof *vector; ++i)
        sum[s] += vector[i];
    }
  for (const Vector &s : sum)
    asm volatile("" : : "m"(s));
}

static void readOne16(const char *from, size_t length) { readParts<Vector16, 1>(from, length); }
static void readFour16(const char *from, size_t length) { readParts<Vector16, 4>(from, length); }
__attribute__((target("avx512f"))) static void readOne64(const char *from, size_t length) {
  readParts<Vector64, 1>(from, length);
}
__attribute__((target("avx512f"))) static void readFour64(const char *from, size_t length) {
  readParts<Vector64, 4>(from, length);
}

/// Stores past the caches: an ordinary store reads its line first, which is no part of a copy.
static void copyStreams(const char *from, char *to, size_t length) {
  for (size_t at = 0; at < length; at += line)
    for (int s = 0; s < streams; ++s) {
      auto *source = reinterpret_cast<const __m128i *>(from + s * length + at);
      auto *target = reinterpret_cast<__m128i *>(to + s * length + at);
      for (size_t i = 0; i < line / sizeof *source; ++i)
        _mm_stream_si128(target + i, _mm_load_si128(source + i));
    }
  _mm_sfence();
}

double readBandwidth(int threads, size_t bytes) {
  size_t part = streamBytes(threads, bytes) * streams;
  Pages pages(part * threads);
  auto touch = [&](int i) { std::memset(pages.data() + i * part, 1, part); };
  std::vector<void (*)(const char *, size_t)> ways = {readOne16, readFour16};
  if (__builtin_cpu_supports("avx512f"))
    ways.insert(ways.end(), {readOne64, readFour64});
  double seconds = 1e30;
  for (auto way : ways)
    seconds = std::min(seconds, secondsTogether(threads, rounds, touch, [&](int i) {
                         way(pages.data() + i * part, part);
                       }));
  return static_cast<double>(part * threads) / seconds * 1e-9;
}

double copyBandwidth(int threads, size_t bytes) {
  size_t length = streamBytes(threads, bytes / 2), part = length * streams;
  Pages source(part * threads), target(part * threads);
  auto touch = [&](int i) {
    std::memset(source.data() + i * part, 1, part);
    std::memset(target.data() + i * part, 2, part);
  };
  double streamed = secondsTogether(threads, rounds, touch, [&](int i) {
    copyStreams(source.data() + i * part, target.data() + i * part, length);
  });
  double plain = secondsTogether(threads, rounds, touch, [&](int i) {
    std::memcpy(target.data() + i * part, source.data() + i * part, part);
  });
  return 2.0 * static_cast<double>(part * threads) / std::min(streamed, plain) * 1e-9;
}

} // namespace rx::bench
