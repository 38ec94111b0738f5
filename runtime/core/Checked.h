// Arithmetic on sizes that a file declares: the answer, or nothing when it leaves 64 bits.
#pragma once

#include <cstdint>
#include <optional>

namespace rx::runtime {

inline std::optional<uint64_t> checkedAdd(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum))
    return std::nullopt;
  return sum;
}

inline std::optional<uint64_t> checkedMultiply(uint64_t a, uint64_t b) {
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product))
    return std::nullopt;
  return product;
}

/// `value` rounded up to a multiple of `alignment`, a power of two.
inline std::optional<uint64_t> checkedAlignUp(uint64_t value, uint64_t alignment) {
  std::optional<uint64_t> raised = checkedAdd(value, alignment - 1);
  if (!raised)
    return std::nullopt;
  return *raised & ~(alignment - 1);
}

} // namespace rx::runtime
