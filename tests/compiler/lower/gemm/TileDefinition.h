// What rxk.tile_multiply means with bf16, number by number and without MXCSR.
//
// Intel SDM, VDPBF16PS and TDPBF16PS: subnormal operands are zeros, results round to nearest even,
// and a result that is subnormal *after* rounding as if exponents had no end becomes zero. The last
// is not the same as flushing what fmaf gives: just below 2^-126, fmaf has less than 24 bits to
// round to, and rounds up to 2^-126 what has 24 bits of its own.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rx::compiler {

inline constexpr float leastNormal = 0x1p-126f;

inline float flushed(float x) { return std::fabs(x) < leastNormal ? std::copysign(0.0f, x) : x; }

inline float fusedFlushing(float a, float b, float c) {
  a = flushed(a), b = flushed(b), c = flushed(c);
  float result = std::fmaf(a, b, c);
  if (!(std::fabs(result) <= leastNormal) || result == 0)
    return result;
  // The same 2^64 times larger, where nothing is subnormal; the smaller factor has room for it.
  float &smaller = std::fabs(a) < std::fabs(b) ? a : b;
  smaller *= 0x1p64f;
  float scaled = std::fmaf(a, b, c * 0x1p64f);
  return std::fabs(scaled) < leastNormal * 0x1p64f ? std::copysign(0.0f, scaled) : result;
}

/// Sums that would be subnormal are exact.
inline float addFlushing(float a, float b) { return flushed(flushed(a) + flushed(b)); }

inline float fromBf16(uint16_t bits) {
  uint32_t wide = static_cast<uint32_t>(bits) << 16;
  float number;
  std::memcpy(&number, &wide, sizeof number);
  return number;
}

/// The nearest number of 8 bits, ties to even; subnormal ones are zeros.
inline float roundedToBf16(float x) {
  if (!std::isfinite(x) || flushed(x) == 0)
    return flushed(x);
  int exponent;
  double fraction = std::frexp(static_cast<double>(x), &exponent); // 0.5 <= |fraction| < 1
  return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8));
}

/// Order `pairs`: sums + the products of two steps.
inline float addPairFlushing(float sums, float a0, float b0, float a1, float b1) {
  return fusedFlushing(a0, b0, fusedFlushing(a1, b1, sums));
}

/// A product in order `pairs`: chains of `length` steps in pairs of rounded operands, and their sum
/// in order.
class PairSum {
public:
  explicit PairSum(int64_t length) : length(length) {}
  void add(float a, float b) {
    a = roundedToBf16(a), b = roundedToBf16(b);
    if (steps++ % 2 == 0) {
      firstA = a, firstB = b;
      return;
    }
    chain = addPairFlushing(chain, firstA, firstB, a, b);
    if (steps % length == 0)
      endChain();
  }
  float value() {
    if (steps % 2 != 0)
      add(0, 0);
    endChain();
    return total;
  }

private:
  void endChain() {
    total = addFlushing(total, chain);
    chain = 0;
  }

  float total = 0, chain = 0, firstA = 0, firstB = 0;
  int64_t length, steps = 0;
};

/// Order `amx`: sums + the products of `depth` steps, an even number.
inline float addTileFlushing(float sums, const float *a, const float *b, int64_t depth) {
  float even = 0, odd = 0;
  for (int64_t k = 0; k < depth; k += 2) {
    even = fusedFlushing(a[k], b[k], even);
    odd = fusedFlushing(a[k + 1], b[k + 1], odd);
  }
  return addFlushing(sums, addFlushing(even, odd));
}

/// The same number bit by bit, or NaN both.
inline bool sameNumber(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

} // namespace rx::compiler
