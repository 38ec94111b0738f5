// The form in which a matrix of weights [N, K] lies in memory for matrix products: panels of some
// columns n, k after k, in the element form of its file. Shared by the packer and generated code.
//
// panels<E, C> is [ceil(N / C)] panels of [K / blockElements(E)] records. A record holds one block
// of E (its elements along k) for each of C columns, in as many bytes as the blocks have in the
// file: the blocks' words of 32 bits, word by word, each for all C columns side by side; then,
// where a block has 4 * words + 2 bytes, the field of 16 bits that was left over. So a vector of
// lanes reads the same word of neighbouring columns, and plain elements lie as the register tiles
// of a product read them. Columns beyond N hold zero bytes, which decode to zero in every form.
#pragma once

#include "runtime/abi/DType.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rx {

/// Where the fields of a block go. Words are counted without the field of 16 bits.
struct BlockWords {
  int64_t words;      ///< of 32 bits
  int64_t halfOffset; ///< byte in the block of the 16-bit field; -1 when there is none
  int64_t spreadWord; ///< this word's bits move, see spreadBits; -1 when there is none

  /// Byte of the block where word `index` begins.
  int64_t wordOffset(int64_t index) const { return 4 * index + (halfOffset == 0 ? 2 : 0); }
};

/// The fifth bits of Q5_0: bit 4w + b of the file goes to bit 8b + w, so that the bits of steps 4w
/// to 4w + 3 stand w bits into four bytes.
constexpr uint32_t spreadBits(uint32_t bits) {
  uint32_t spread = 0;
  for (unsigned i = 0; i < 32; ++i)
    spread |= (bits >> i & 1) << (8 * (i % 4) + i / 4);
  return spread;
}

struct PanelForm {
  rx_dtype element = RX_F32;
  int64_t columns = 0; ///< of a panel; 0: no panels, the tensor is dense and row-major

  static constexpr int64_t mostColumns = 64;

  bool isDense() const { return columns == 0; }
  friend bool operator==(const PanelForm &, const PanelForm &) = default;

  /// Whether panels of this element form exist: those whose decoding is known to generated code.
  static constexpr bool canHold(rx_dtype element) {
    switch (element) {
    case RX_F32:
    case RX_F16:
    case RX_BF16:
    case RX_Q4_0:
    case RX_Q5_0:
    case RX_Q8_0:
    case RX_Q4_K:
    case RX_Q6_K:
      return true;
    default:
      return false;
    }
  }

  /// Elements along k of a record; K is a multiple of it.
  int64_t blockElements() const { return rx_dtype_block_elements(element); }
  int64_t recordBytes() const { return columns * rx_dtype_block_bytes(element); }
  BlockWords blockWords() const {
    int64_t bytes = rx_dtype_block_bytes(element);
    bool hasHalf = bytes % 4 == 2;
    return {bytes / 4, !hasHalf ? -1 : element == RX_Q6_K ? 208 : 0, element == RX_Q5_0 ? 0 : -1};
  }

  /// Bytes of a panel of K = `depth`.
  int64_t panelBytes(int64_t depth) const { return depth / blockElements() * recordBytes(); }
  int64_t panels(int64_t n) const { return (n + columns - 1) / columns; }
  /// Bytes of [n, depth]; nothing when depth is no whole number of blocks, a size is negative or
  /// the product leaves 63 bits.
  std::optional<int64_t> bytes(int64_t n, int64_t depth) const {
    int64_t total;
    if (n < 0 || depth < 0 || n > INT64_MAX - columns || depth % blockElements() != 0 ||
        __builtin_mul_overflow(depth / blockElements(), recordBytes(), &total) ||
        __builtin_mul_overflow(total, panels(n), &total))
      return std::nullopt;
    return total;
  }

  /// "dense" or "panels<q8_0, 32>".
  std::string str() const {
    if (isDense())
      return "dense";
    return std::string("panels<") + rx_dtype_name(element) + ", " + std::to_string(columns) + ">";
  }

  /// Reads what str() writes; nothing for any other text, and for forms that do not exist.
  static std::optional<PanelForm> parse(std::string_view text) {
    for (uint32_t element = 0; element <= RX_Q6_K; ++element)
      for (int64_t columns = 8; columns <= mostColumns; columns *= 2) {
        PanelForm form{static_cast<rx_dtype>(element), columns};
        if (canHold(form.element) && form.str() == text)
          return form;
      }
    if (text == "dense")
      return PanelForm();
    return std::nullopt;
  }
};

/// The element form called `name`, or nothing.
inline std::optional<rx_dtype> dtypeNamed(std::string_view name) {
  for (uint32_t number = 0; number <= RX_Q6_K; ++number)
    if (const char *known = rx_dtype_name(static_cast<rx_dtype>(number)); known && name == known)
      return static_cast<rx_dtype>(number);
  return std::nullopt;
}

} // namespace rx
