#include "runtime/core/PanelPacker.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace rx::runtime {

namespace {

/// One block into column `column` of a record.
void packBlock(const PanelForm &form, const BlockWords &layout, const std::byte *block,
               int64_t column, std::byte *record) {
  std::byte *to = record + 4 * column;
  for (int64_t word = 0; word < layout.words; ++word, to += 4 * form.columns) {
    uint32_t bits;
    std::memcpy(&bits, block + layout.wordOffset(word), sizeof bits);
    if (word == layout.spreadWord)
      bits = spreadBits(bits);
    std::memcpy(to, &bits, sizeof bits);
  }
  if (layout.halfOffset >= 0)
    std::memcpy(record + 4 * layout.words * form.columns + 2 * column, block + layout.halfOffset,
                2);
}

} // namespace

void packPanels(const PanelForm &form, int64_t depth, int64_t firstRow,
                std::span<const std::byte> rows, std::span<std::byte> panels) {
  const int64_t blockBytes = rx_dtype_block_bytes(form.element);
  const int64_t blocks = depth / form.blockElements(), rowBytes = blocks * blockBytes;
  const BlockWords layout = form.blockWords();
  if (blocks == 0)
    return;
  const int64_t count = static_cast<int64_t>(rows.size()) / rowBytes;
  assert(firstRow % form.columns == 0 && count * rowBytes == static_cast<int64_t>(rows.size()));
  for (int64_t row = 0; row < count; row += form.columns) {
    std::byte *panel = panels.data() + (firstRow + row) / form.columns * form.panelBytes(depth);
    int64_t filled = std::min(form.columns, count - row);
    if (filled < form.columns)
      std::memset(panel, 0, static_cast<size_t>(form.panelBytes(depth)));
    // A record at a time: it stays in the first-level cache while its columns are filled in.
    for (int64_t block = 0; block < blocks; ++block)
      for (int64_t column = 0; column < filled; ++column)
        packBlock(form, layout, rows.data() + (row + column) * rowBytes + block * blockBytes,
                  column, panel + block * form.recordBytes());
  }
}

} // namespace rx::runtime
