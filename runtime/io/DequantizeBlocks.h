// The decoders of single stored forms. Internal to runtime/io.
#pragma once

#include "runtime/abi/DType.h"

#include <cstddef>
#include <cstdint>

namespace rx::runtime {

/// Expands `count` blocks, one after the other, to f32.
using BlockDecoder = void(const std::byte *blocks, uint64_t count, float *out);

/// nullptr for forms that have no decoder, and for numbers that are no form.
BlockDecoder *blockDecoder(rx_dtype type);

} // namespace rx::runtime
