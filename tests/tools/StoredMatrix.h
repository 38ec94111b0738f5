// A matrix of weights in a stored form, at random: its blocks as in a file, and its values.
#pragma once

#include "runtime/core/HostTensor.h"
#include "runtime/core/PanelPacker.h"
#include "runtime/io/Dequantize.h"

#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

namespace rx::runtime::test {

/// The element forms that panels can hold.
inline std::vector<rx_dtype> panelElements() {
  std::vector<rx_dtype> elements;
  for (uint32_t number = 0; number <= RX_Q6_K; ++number)
    if (PanelForm::canHold(static_cast<rx_dtype>(number)))
      elements.push_back(static_cast<rx_dtype>(number));
  return elements;
}

struct StoredMatrix {
  rx_dtype element;
  int64_t rows, depth;
  std::vector<std::byte> blocks; ///< row after row
  std::vector<float> values;     ///< as runtime/io expands them

  /// Any code and any scale; the f16 fields are normal numbers between 2^-10 and 2^-3.
  StoredMatrix(rx_dtype element, int64_t rows, int64_t depth, std::mt19937 &rng)
      : element(element), rows(rows), depth(depth) {
    int64_t count = rows * depth / rx_dtype_block_elements(element);
    int64_t bytes = rx_dtype_block_bytes(element);
    blocks.resize(static_cast<size_t>(count * bytes));
    for (std::byte &byte : blocks)
      byte = static_cast<std::byte>(rng());
    for (int64_t block = 0; block < count; ++block)
      tame(blocks.data() + block * bytes, rng);
    values.resize(static_cast<size_t>(rows * depth));
    if (!dequantize(element, blocks, values))
      std::abort(); // sizes agree by construction
  }

  int64_t rowBytes() const {
    return depth / rx_dtype_block_elements(element) * rx_dtype_block_bytes(element);
  }

  std::vector<std::byte> packed(const PanelForm &form) const {
    std::vector<std::byte> panels(static_cast<size_t>(*form.bytes(rows, depth)));
    packPanels(form, depth, 0, blocks, panels);
    return panels;
  }

private:
  static void put(std::byte *to, uint16_t bits) { std::memcpy(to, &bits, sizeof bits); }
  static uint16_t half(std::mt19937 &rng) {
    return static_cast<uint16_t>((rng() & 0x8000) | (5 + rng() % 7) << 10 | (rng() & 0x3FF));
  }

  void tame(std::byte *block, std::mt19937 &rng) const {
    switch (element) {
    case RX_F32: {
      float value = std::uniform_real_distribution<float>(-1, 1)(rng);
      std::memcpy(block, &value, sizeof value);
      return;
    }
    case RX_BF16:
      return put(block, static_cast<uint16_t>((rng() & 0x8000) | (0x3C00 + rng() % 0x300)));
    case RX_Q4_K:
      put(block + 2, half(rng));
      return put(block, half(rng));
    case RX_Q6_K:
      return put(block + 208, half(rng));
    default:
      return put(block, half(rng));
    }
  }
};

} // namespace rx::runtime::test
