#include "bench/gemm/Probes.h"
#include <chrono>
#include <cstring>
#include <immintrin.h>
#include <memory>

namespace rx::bench {
namespace {

double seconds(const std::function<void()> &work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double best(int rounds, const std::function<void()> &work) {
  double least = 1e9;
  for (int i = 0; i < rounds; ++i)
    least = std::min(least, seconds(work));
  return least;
}

constexpr long fmaTrips = 2'000'000;
constexpr int chains = 12; // covers two units of five stages

__attribute__((target("avx512f"))) float spin512() {
  __m512 sums[chains], factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f);
  for (__m512 &sum : sums)
    sum = term;
  for (long i = 0; i < fmaTrips; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm512_fmadd_ps(sums[c], factor, term);
  for (int c = 1; c < chains; ++c)
    sums[0] = _mm512_add_ps(sums[0], sums[c]);
  return _mm512_cvtss_f32(sums[0]);
}

__attribute__((target("avx2,fma"))) float spin256() {
  __m256 sums[chains], factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f);
  for (__m256 &sum : sums)
    sum = term;
  for (long i = 0; i < fmaTrips; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm256_fmadd_ps(sums[c], factor, term);
  for (int c = 1; c < chains; ++c)
    sums[0] = _mm256_add_ps(sums[0], sums[c]);
  return _mm256_cvtss_f32(sums[0]);
}

constexpr size_t probeBytes = size_t(256) << 20; // several times the caches of one machine

volatile float sink;

} // namespace

double probeFma(Workers &workers) {
  bool wide = __builtin_cpu_supports("avx512f");
  double time = best(5, [&] { workers.run([&](int) { sink = wide ? spin512() : spin256(); }); });
  return workers.count() * double(fmaTrips) * chains * (wide ? 16 : 8) * 2 / time / 1e9;
}

double probeCopy(Workers &workers) {
  std::unique_ptr<char[]> from(new char[probeBytes]), to(new char[probeBytes]);
  std::memset(from.get(), 1, probeBytes);
  std::memset(to.get(), 2, probeBytes);
  size_t part = probeBytes / workers.count();
  double time = best(5, [&] {
    workers.run([&](int i) { std::memcpy(to.get() + i * part, from.get() + i * part, part); });
  });
  return 2.0 * probeBytes / time / 1e9;
}

double probeRead(Workers &workers) {
  size_t count = probeBytes / sizeof(long);
  std::unique_ptr<long[]> data(new long[count]);
  std::memset(data.get(), 1, probeBytes);
  size_t part = count / workers.count();
  double time = best(5, [&] {
    workers.run([&](int i) {
      long sum = 0;
      for (const long *p = data.get() + i * part, *end = p + part; p < end; ++p)
        sum += *p;
      sink = static_cast<float>(sum);
    });
  });
  return double(probeBytes) / time / 1e9;
}

} // namespace rx::bench
