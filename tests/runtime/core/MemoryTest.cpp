#include "runtime/core/Memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

using namespace rx::runtime;

namespace {

constexpr int64_t kilo = 1024, mega = 1024 * kilo;

std::shared_ptr<std::byte> piece(SharedPages &pages, int64_t bytes) {
  auto memory = pages.allocate(bytes);
  EXPECT_TRUE(memory) << memory.message();
  return memory ? std::move(*memory) : nullptr;
}

} // namespace

TEST(SharedPages, PiecesAreAlignedAndApart) {
  SharedPages pages;
  std::vector<std::pair<std::shared_ptr<std::byte>, int64_t>> pieces;
  for (int i = 0; i < 150; ++i) // more than a slab holds
    for (int64_t bytes : {int64_t(0), int64_t(1), 65 * kilo + 7, 900 * kilo}) {
      pieces.emplace_back(piece(pages, bytes), bytes);
      std::memset(pieces.back().first.get(), i, static_cast<size_t>(bytes));
    }
  for (size_t i = 0; i < pieces.size(); ++i) {
    auto &[memory, bytes] = pieces[i];
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.get()) % tensorAlignment, 0u);
    auto value = static_cast<std::byte>(i / 4);
    EXPECT_TRUE(std::all_of(memory.get(), memory.get() + bytes,
                            [&](std::byte byte) { return byte == value; }));
  }
}

TEST(SharedPages, APieceOutlivesItsNeighboursAndThePool) {
  std::shared_ptr<std::byte> kept;
  {
    SharedPages pages;
    std::shared_ptr<std::byte> before = piece(pages, 10 * kilo + 100);
    kept = piece(pages, 10 * kilo + 100);
    std::shared_ptr<std::byte> after = piece(pages, 10 * kilo + 100);
    for (const auto &memory : {before, kept, after})
      std::memset(memory.get(), 7, 10 * kilo + 100);
  }
  EXPECT_TRUE(std::all_of(kept.get(), kept.get() + 10 * kilo + 100,
                          [](std::byte byte) { return byte == std::byte(7); }));
}

TEST(SharedPages, SmallPiecesShareAHugePageAndLargeOnesHaveTheirOwn) {
  SharedPages pages;
  auto hugePageOf = [](const std::shared_ptr<std::byte> &memory) {
    return reinterpret_cast<uintptr_t>(memory.get()) / (2 * mega);
  };
  std::shared_ptr<std::byte> first = piece(pages, 900 * kilo), second = piece(pages, 900 * kilo);
  EXPECT_EQ(hugePageOf(first), hugePageOf(second));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(piece(pages, 3 * mega).get()) % (2 * mega), 0u);
}

TEST(SharedPages, ImpossibleSizesAreErrors) {
  SharedPages pages;
  EXPECT_FALSE(pages.allocate(-1));
  EXPECT_FALSE(pages.allocate(int64_t(1) << 60));
}
