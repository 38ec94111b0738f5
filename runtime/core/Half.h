// The two 16-bit float formats as bit patterns. Conversions to f32 are exact.
#pragma once

#include <bit>
#include <cstdint>

namespace rx::runtime {

/// IEEE binary16 to f32 by selects instead of branches, so that loops over it vectorise. Subnormal
/// halves are read as the low bits of 0.5 + h * 2^-24, which also works in threads that flush
/// subnormal floats to zero.
inline float halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t{half & 0x8000u} << 16;
  uint32_t magnitude = half & 0x7FFFu;
  uint32_t exponent = half & 0x7C00u;
  uint32_t rebias = exponent == 0x7C00u ? 224u << 23 : 112u << 23; // infinities and NaN: to 255
  uint32_t normal = (magnitude << 13) + rebias;
  uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(0x3F000000u | magnitude) - 0.5f);
  return std::bit_cast<float>(sign | (exponent == 0 ? subnormal : normal));
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
