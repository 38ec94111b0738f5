// Panels hold every bit of the blocks they were made from.
#include "tests/tools/StoredMatrix.h"

#include <gtest/gtest.h>

using namespace rx;
using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

/// Undoes packPanels for one block, by the words of the form's description.
std::vector<std::byte> unpackBlock(const PanelForm &form, const std::byte *record, int64_t column) {
  BlockWords layout = form.blockWords();
  std::vector<std::byte> block(rx_dtype_block_bytes(form.element));
  for (int64_t word = 0; word < layout.words; ++word) {
    uint32_t bits = 0;
    std::memcpy(&bits, record + 4 * (word * form.columns + column), 4);
    if (word == layout.spreadWord) {
      uint32_t original = 0;
      for (unsigned step = 0; step < 32; ++step)
        original |= (bits >> (8 * (step % 4) + step / 4) & 1) << step;
      bits = original;
    }
    std::memcpy(block.data() + layout.wordOffset(word), &bits, 4);
  }
  if (layout.halfOffset >= 0)
    std::memcpy(block.data() + layout.halfOffset,
                record + 4 * layout.words * form.columns + 2 * column, 2);
  return block;
}

} // namespace

TEST(PanelPacker, LosesNoBit) {
  std::mt19937 rng(1);
  for (rx_dtype element : panelElements())
    for (int64_t columns : {8, 32})
      for (int64_t rows : {1, 40}) {
        PanelForm form{element, columns};
        StoredMatrix matrix(element, rows, 2 * form.blockElements(), rng);
        std::vector<std::byte> panels = matrix.packed(form);
        EXPECT_EQ(panels.size(), form.panels(rows) * columns * matrix.rowBytes());
        int64_t blockBytes = rx_dtype_block_bytes(element);
        for (int64_t row = 0; row < rows; ++row)
          for (int64_t block = 0; block < 2; ++block) {
            const std::byte *record = panels.data() +
                                      row / columns * form.panelBytes(matrix.depth) +
                                      block * form.recordBytes();
            const std::byte *stored =
                matrix.blocks.data() + row * matrix.rowBytes() + block * blockBytes;
            EXPECT_EQ(unpackBlock(form, record, row % columns),
                      std::vector<std::byte>(stored, stored + blockBytes))
                << form.str() << " row " << row << " block " << block;
          }
      }
}

TEST(PanelPacker, PiecesMakeTheWhole) {
  std::mt19937 rng(2);
  PanelForm form{RX_Q5_0, 16};
  StoredMatrix matrix(RX_Q5_0, 50, 96, rng);
  std::vector<std::byte> whole = matrix.packed(form), pieces(whole.size(), std::byte(0xFF));
  std::span<const std::byte> rows = matrix.blocks;
  size_t cut = static_cast<size_t>(32 * matrix.rowBytes());
  packPanels(form, 96, 32, rows.subspan(cut), pieces);
  packPanels(form, 96, 0, rows.first(cut), pieces);
  EXPECT_EQ(pieces, whole);
}

TEST(PanelForm, TextIsReadBackAndNothingElseIs) {
  for (rx_dtype element : panelElements()) {
    PanelForm form{element, 32};
    EXPECT_EQ(PanelForm::parse(form.str()), form) << form.str();
  }
  EXPECT_EQ(PanelForm::parse("dense"), PanelForm());
  for (const char *text :
       {"", "panels", "panels<q8_0>", "panels<q8_0, 0>", "panels<q8_0, 12>", "panels<q8_0,32>",
        "panels<q8_0, 128>", "panels<i32, 32>", "panels<q5_k, 32>", "panels<q8_0, 32> "})
    EXPECT_EQ(PanelForm::parse(text), std::nullopt) << text;
}

TEST(PanelForm, BytesAreCheckedNumbers) {
  PanelForm form{RX_Q8_0, 32};
  EXPECT_EQ(form.bytes(33, 64), 2 * 32 * 2 * 34);
  EXPECT_EQ(form.bytes(0, 64), 0);
  EXPECT_EQ(form.bytes(33, 65), std::nullopt);
  EXPECT_EQ(form.bytes(-1, 64), std::nullopt);
  EXPECT_EQ(form.bytes(INT64_MAX, 64), std::nullopt);
  EXPECT_EQ(form.bytes(int64_t(1) << 40, int64_t(1) << 40), std::nullopt);
}
