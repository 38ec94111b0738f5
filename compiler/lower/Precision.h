// Of what matrix products are computed: --precision.
#pragma once

#include <cstdint>

namespace rx::compiler {

/// F32: errors are at most those of a chain of fused multiply-adds of f32.
/// BF16: on path `bulk`, operands of f32 products are rounded to bf16 (ties to even, subnormal
/// numbers to zero); sums stay f32. Those of softmax rows, too: scores, and values mixed by weights.
/// On path `step` products wait for memory, not for arithmetic, and stay as they are; so does
/// everything that is no product.
enum class Precision : uint8_t { F32, BF16 };

/// "f32" or "bf16".
constexpr const char *nameOf(Precision precision) {
  return precision == Precision::BF16 ? "bf16" : "f32";
}

} // namespace rx::compiler
