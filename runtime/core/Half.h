// The two 16-bit float formats as bit patterns. Conversions to f32 are exact.
#pragma once

#include <bit>
#include <cstdint>

namespace rx::runtime {

/// IEEE binary16 to f32, without branches so that loops over it vectorise: shifting the exponent
/// and mantissa into place and multiplying by 2^112 corrects the bias and normalises subnormals;
/// infinities and NaN then get the exponent they lack.
inline float halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t{half & 0x8000u} << 16;
  uint32_t magnitude = uint32_t{half & 0x7FFFu} << 13;
  float scaled = std::bit_cast<float>(magnitude) * 0x1p112f;
  uint32_t special = (half & 0x7C00u) == 0x7C00u ? 0x7F800000u : 0u;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | special | sign);
}

inline float bfloatToFloat(uint16_t bfloat) { return std::bit_cast<float>(uint32_t{bfloat} << 16); }

/// f32 to bfloat16, to nearest even; NaN stays a quiet NaN.
inline uint16_t floatToBfloat(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
    return static_cast<uint16_t>(bits >> 16 | 0x40u);
  return static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

} // namespace rx::runtime
