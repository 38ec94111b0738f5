// Block layouts as ggml defines them (ggml-common.h); compiled with -ffp-contract=off, because a
// fused multiply-add would round once where the reference rounds twice.
//
// Fields of a block stand at any even address, hence byte copies. Inner loops run over a whole
// half-block without branches, so that the compiler turns them into vector code.
#include "runtime/io/DequantizeBlocks.h"

#include "runtime/core/Half.h"

#include <bit>
#include <cstring>

namespace rx::runtime {

namespace {

template <typename T> T load(const std::byte *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

float loadHalf(const std::byte *bytes) { return halfToFloat(load<uint16_t>(bytes)); }

const uint8_t *asU8(const std::byte *bytes) { return reinterpret_cast<const uint8_t *>(bytes); }

/// A plain element type with its conversion.
template <typename Stored, auto convert>
void decodePlain(const std::byte *stored, uint64_t count, float *out) {
  for (uint64_t i = 0; i < count; ++i)
    out[i] = convert(load<Stored>(stored + i * sizeof(Stored)));
}

template <typename Stored> float toFloat(Stored value) { return static_cast<float>(value); }

/// Runs decodeBlock(block, out) over a sequence of blocks.
template <rx_dtype type, void decodeBlock(const std::byte *, float *)>
void decodeBlocks(const std::byte *blocks, uint64_t count, float *out) {
  const uint32_t bytes = rx_dtype_block_bytes(type), elements = rx_dtype_block_elements(type);
  for (uint64_t i = 0; i < count; ++i)
    decodeBlock(blocks + i * bytes, out + i * elements);
}

// The 32-element forms keep elements 0..15 in the low nibbles and 16..31 in the high ones.

void decodeQ4_0(const std::byte *block, float *out) {
  const float d = loadHalf(block);
  const uint8_t *q = asU8(block + 2);
  for (int j = 0; j < 16; ++j) {
    out[j] = static_cast<float>((q[j] & 15) - 8) * d;
    out[j + 16] = static_cast<float>((q[j] >> 4) - 8) * d;
  }
}

void decodeQ4_1(const std::byte *block, float *out) {
  const float d = loadHalf(block), m = loadHalf(block + 2);
  const uint8_t *q = asU8(block + 4);
  for (int j = 0; j < 16; ++j) {
    out[j] = static_cast<float>(q[j] & 15) * d + m;
    out[j + 16] = static_cast<float>(q[j] >> 4) * d + m;
  }
}

void decodeQ5_0(const std::byte *block, float *out) {
  const float d = loadHalf(block);
  const uint32_t high = load<uint32_t>(block + 2);
  const uint8_t *q = asU8(block + 6);
  for (int j = 0; j < 16; ++j) {
    int low = (q[j] & 15) | static_cast<int>((high >> j & 1) << 4);
    int up = (q[j] >> 4) | static_cast<int>((high >> (j + 16) & 1) << 4);
    out[j] = static_cast<float>(low - 16) * d;
    out[j + 16] = static_cast<float>(up - 16) * d;
  }
}

void decodeQ5_1(const std::byte *block, float *out) {
  const float d = loadHalf(block), m = loadHalf(block + 2);
  const uint32_t high = load<uint32_t>(block + 4);
  const uint8_t *q = asU8(block + 8);
  for (int j = 0; j < 16; ++j) {
    int low = (q[j] & 15) | static_cast<int>((high >> j & 1) << 4);
    int up = (q[j] >> 4) | static_cast<int>((high >> (j + 16) & 1) << 4);
    out[j] = static_cast<float>(low) * d + m;
    out[j + 16] = static_cast<float>(up) * d + m;
  }
}

void decodeQ8_0(const std::byte *block, float *out) {
  const float d = loadHalf(block);
  const auto *q = reinterpret_cast<const int8_t *>(block + 2);
  for (int j = 0; j < 32; ++j)
    out[j] = static_cast<float>(q[j]) * d;
}

/// The eight (scale, minimum) pairs that Q4_K and Q5_K pack into 12 bytes, 6 bits each.
struct ScalePairs {
  uint8_t scale[8];
  uint8_t minimum[8];

  explicit ScalePairs(const std::byte *packed) {
    const uint8_t *s = asU8(packed);
    for (int j = 0; j < 4; ++j) {
      scale[j] = s[j] & 63;
      minimum[j] = s[j + 4] & 63;
      scale[j + 4] = static_cast<uint8_t>((s[j + 8] & 15) | (s[j] >> 6) << 4);
      minimum[j + 4] = static_cast<uint8_t>(s[j + 8] >> 4 | (s[j + 4] >> 6) << 4);
    }
  }
};

void decodeQ4_K(const std::byte *block, float *out) {
  const float d = loadHalf(block), dmin = loadHalf(block + 2);
  const ScalePairs pairs(block + 4);
  const uint8_t *q = asU8(block + 16);
  for (int g = 0; g < 4; ++g, q += 32, out += 64) {
    const float d0 = d * pairs.scale[2 * g], m0 = dmin * pairs.minimum[2 * g];
    const float d1 = d * pairs.scale[2 * g + 1], m1 = dmin * pairs.minimum[2 * g + 1];
    for (int l = 0; l < 32; ++l) {
      out[l] = d0 * static_cast<float>(q[l] & 15) - m0;
      out[l + 32] = d1 * static_cast<float>(q[l] >> 4) - m1;
    }
  }
}

void decodeQ5_K(const std::byte *block, float *out) {
  const float d = loadHalf(block), dmin = loadHalf(block + 2);
  const ScalePairs pairs(block + 4);
  const uint8_t *h = asU8(block + 16);
  const uint8_t *q = asU8(block + 48);
  for (int g = 0; g < 4; ++g, q += 32, out += 64) {
    const float d0 = d * pairs.scale[2 * g], m0 = dmin * pairs.minimum[2 * g];
    const float d1 = d * pairs.scale[2 * g + 1], m1 = dmin * pairs.minimum[2 * g + 1];
    for (int l = 0; l < 32; ++l) {
      int low = (q[l] & 15) + (h[l] >> (2 * g) & 1) * 16;
      int up = (q[l] >> 4) + (h[l] >> (2 * g + 1) & 1) * 16;
      out[l] = d0 * static_cast<float>(low) - m0;
      out[l + 32] = d1 * static_cast<float>(up) - m1;
    }
  }
}

void decodeQ6_K(const std::byte *block, float *out) {
  const float d = loadHalf(block + 208);
  const uint8_t *low = asU8(block);
  const uint8_t *high = asU8(block + 128);
  const auto *scales = reinterpret_cast<const int8_t *>(block + 192);
  for (int half = 0; half < 2; ++half, low += 64, high += 32, scales += 8, out += 128) {
    // A scale serves 16 elements: i is constant within each inner loop.
    for (int i = 0; i < 2; ++i) {
      const float s0 = d * scales[i], s1 = d * scales[i + 2];
      const float s2 = d * scales[i + 4], s3 = d * scales[i + 6];
      for (int l = 16 * i; l < 16 * i + 16; ++l) {
        int q0 = (low[l] & 15) | (high[l] & 3) << 4;
        int q1 = (low[l + 32] & 15) | (high[l] >> 2 & 3) << 4;
        int q2 = low[l] >> 4 | (high[l] >> 4 & 3) << 4;
        int q3 = low[l + 32] >> 4 | (high[l] >> 6) << 4;
        out[l] = s0 * static_cast<float>(q0 - 32);
        out[l + 32] = s1 * static_cast<float>(q1 - 32);
        out[l + 64] = s2 * static_cast<float>(q2 - 32);
        out[l + 96] = s3 * static_cast<float>(q3 - 32);
      }
    }
  }
}

} // namespace

BlockDecoder *blockDecoder(rx_dtype type) {
  switch (type) {
  case RX_F32:
    return decodePlain<float, toFloat<float>>;
  case RX_F64:
    return decodePlain<double, toFloat<double>>;
  case RX_F16:
    return decodePlain<uint16_t, halfToFloat>;
  case RX_BF16:
    return decodePlain<uint16_t, bfloatToFloat>;
  case RX_I32:
    return decodePlain<int32_t, toFloat<int32_t>>;
  case RX_Q4_0:
    return decodeBlocks<RX_Q4_0, decodeQ4_0>;
  case RX_Q4_1:
    return decodeBlocks<RX_Q4_1, decodeQ4_1>;
  case RX_Q5_0:
    return decodeBlocks<RX_Q5_0, decodeQ5_0>;
  case RX_Q5_1:
    return decodeBlocks<RX_Q5_1, decodeQ5_1>;
  case RX_Q8_0:
    return decodeBlocks<RX_Q8_0, decodeQ8_0>;
  case RX_Q4_K:
    return decodeBlocks<RX_Q4_K, decodeQ4_K>;
  case RX_Q5_K:
    return decodeBlocks<RX_Q5_K, decodeQ5_K>;
  case RX_Q6_K:
    return decodeBlocks<RX_Q6_K, decodeQ6_K>;
  default:
    return nullptr;
  }
}

} // namespace rx::runtime
