#include "bench/probe/Fma.h"

#include "bench/probe/Together.h"

#include <algorithm>
#include <immintrin.h>

namespace rx::bench {

// Enough independent chains for two units with a latency of five cycles, and few enough for the 16
// registers of AVX2 to hold them beside the two constants.
constexpr int chains = 12;
constexpr long trips = 2'000'000;
constexpr int rounds = 8;

/// Stops the compiler from removing a computation whose result nobody reads.
template <typename T> static void keep(const T &value) { asm volatile("" : : "m"(value)); }

__attribute__((target("avx2,fma"))) static void chains256() {
  __m256 factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f), sum[chains];
  std::fill(sum, sum + chains, term);
  for (long i = 0; i < trips; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sum[c] = _mm256_fmadd_ps(sum[c], factor, term);
  for (const __m256 &s : sum)
    keep(s);
}

__attribute__((target("avx512f"))) static void chains512() {
  __m512 factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f), sum[chains];
  std::fill(sum, sum + chains, term);
  for (long i = 0; i < trips; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sum[c] = _mm512_fmadd_ps(sum[c], factor, term);
  for (const __m512 &s : sum)
    keep(s);
}

static double gigaflops(int threads, int lanes, void (*spin)()) {
  double seconds = secondsTogether(threads, rounds, [&](int) { spin(); }, [&](int) { spin(); });
  return 2.0 * lanes * chains * trips * threads / seconds * 1e-9;
}

double fmaGigaflops(int threads) {
  double best = 0;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    best = gigaflops(threads, 8, chains256);
  if (__builtin_cpu_supports("avx512f"))
    best = std::max(best, gigaflops(threads, 16, chains512));
  return best;
}

} // namespace rx::bench
