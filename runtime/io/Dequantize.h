// Stored forms to f32. Bit-equal to the reference dequantisers of ggml: f32 arithmetic in their
// order, no fused multiply-add.
#pragma once

#include "runtime/abi/DType.h"
#include "runtime/core/Status.h"
#include "runtime/io/Gguf.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace rx::runtime {

/// Whether elements of this form can be expanded to f32: all floats and block forms, and i32 (i64,
/// u8 and bool are never weights).
bool canDequantize(rx_dtype type);

/// Expands whole blocks: `stored` holds values.size() elements of `type`. Fails when the sizes do
/// not agree or canDequantize(type) is false. `stored` needs no alignment.
Status dequantize(rx_dtype type, std::span<const std::byte> stored, std::span<float> values);

/// Expands rows [firstRow, firstRow + rowCount) of a tensor into out[row * rowStride + column],
/// rowStride >= tensor.rowElements(). Streams through 1 MiB of temporary memory.
Status dequantizeRows(const GgufFile &file, const GgufTensor &tensor, uint64_t firstRow,
                      uint64_t rowCount, float *out, uint64_t rowStride);

} // namespace rx::runtime
