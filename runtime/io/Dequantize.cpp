#include "runtime/io/Dequantize.h"

#include "runtime/core/Checked.h"
#include "runtime/core/Half.h"
#include "runtime/io/DequantizeBlocks.h"

#include <algorithm>
#include <vector>

namespace rx::runtime {

bool canDequantize(rx_dtype type) { return blockDecoder(type) != nullptr; }

Status dequantize(rx_dtype type, std::span<const std::byte> stored, std::span<float> values) {
  BlockDecoder *decode = blockDecoder(type);
  if (!decode)
    return makeError("form number {} cannot be expanded to f32", static_cast<int>(type));
  uint64_t blocks = values.size() / rx_dtype_block_elements(type);
  if (blocks * rx_dtype_block_elements(type) != values.size() ||
      blocks * rx_dtype_block_bytes(type) != stored.size())
    return makeError("{} bytes of {} do not hold {} elements", stored.size(), rx_dtype_name(type),
                     values.size());
  decode(stored.data(), blocks, values.data());
  return Status::ok();
}

Status dequantizeRows(const GgufFile &file, const GgufTensor &tensor, uint64_t firstRow,
                      uint64_t rowCount, float *out, uint64_t rowStride) {
  BlockDecoder *decode = blockDecoder(tensor.dtype);
  if (!decode)
    return makeError("{}: tensor '{}' of {} cannot be expanded to f32", file.path(), tensor.name,
                     rx_dtype_name(tensor.dtype));
  std::optional<uint64_t> endRow = checkedAdd(firstRow, rowCount);
  if (!endRow || *endRow > tensor.rows())
    return makeError("{}: tensor '{}' has {} rows, {} wanted from row {} on", file.path(),
                     tensor.name, tensor.rows(), rowCount, firstRow);
  if (rowStride < tensor.rowElements())
    return makeError("{}: tensor '{}' has rows of {} elements, more than the row stride {}",
                     file.path(), tensor.name, tensor.rowElements(), rowStride);

  const uint64_t blockElements = rx_dtype_block_elements(tensor.dtype);
  const uint64_t blockBytes = rx_dtype_block_bytes(tensor.dtype);
  const uint64_t rowBlocks = tensor.rowElements() / blockElements;
  const uint64_t totalBlocks = rowCount * rowBlocks;
  const uint64_t chunkBlocks = std::min<uint64_t>(totalBlocks, (1 << 20) / blockBytes);
  std::vector<std::byte> chunk(chunkBlocks * blockBytes);
  for (uint64_t done = 0; done < totalBlocks;) {
    uint64_t count = std::min(chunkBlocks, totalBlocks - done);
    std::span<std::byte> bytes = std::span(chunk).first(count * blockBytes);
    uint64_t start = (firstRow * rowBlocks + done) * blockBytes;
    if (Status status = file.readRaw(tensor, start, bytes); !status)
      return status;
    // A chunk may begin and end inside rows; each piece of a row goes to its place.
    for (const std::byte *next = bytes.data(); count > 0;) {
      uint64_t column = done % rowBlocks;
      uint64_t piece = std::min(count, rowBlocks - column);
      decode(next, piece, out + done / rowBlocks * rowStride + column * blockElements);
      next += piece * blockBytes;
      done += piece;
      count -= piece;
    }
  }
  return Status::ok();
}

} // namespace rx::runtime
