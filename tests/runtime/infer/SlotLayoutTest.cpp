#include "runtime/infer/SlotLayout.h"

#include <gmock/gmock.h>

using namespace rx::runtime;
using rx::SizeExpr;
using testing::ElementsAre;

namespace {

/// Of trips of these reaches; of two trips that reach everything if there are none.
BufferInfo tableOf(std::vector<int64_t> reach) {
  int64_t trips = reach.empty() ? 2 : std::ssize(reach);
  BufferInfo table;
  table.kind = BufferKind::State;
  table.type = {RX_I32, {SizeExpr(trips), SizeExpr::symbol("c")}, {}, false};
  table.slots = {"s", std::move(reach)};
  return table;
}

std::vector<int32_t> slotsOf(const SlotLayout &layout) {
  auto table = layout.table();
  EXPECT_TRUE(table) << table.message();
  auto values = table->values<int32_t>();
  return {values.begin(), values.end()};
}

} // namespace

TEST(SlotLayout, AnEntryIsARingWhereItsReachAndTheRestOfAChunkAreShorterThanTheTexts) {
  auto layout = SlotLayout::of(tableOf({2, 100}), 5, /*chunk=*/2, /*keepsAll=*/false);
  ASSERT_TRUE(layout) << layout.message();
  EXPECT_EQ(layout->places(), 3 + 5 + 1);
  EXPECT_EQ(layout->positions(), 6);
  EXPECT_THAT(slotsOf(*layout), ElementsAre(0, 1, 2, 0, 1, 8, 3, 4, 5, 6, 7, 8));
}

TEST(SlotLayout, KeepsAllWhereNothingLimitsTheReachOrItIsAsked) {
  for (auto &[reach, keepsAll] :
       {std::pair(std::vector<int64_t>(), false), std::pair(std::vector<int64_t>{1, 1}, true),
        std::pair(std::vector<int64_t>{3, 3}, false)}) {
    auto layout = SlotLayout::of(tableOf(reach), 3, /*chunk=*/1, keepsAll);
    ASSERT_TRUE(layout) << layout.message();
    EXPECT_THAT(slotsOf(*layout), ElementsAre(0, 1, 2, 6, 3, 4, 5, 6));
  }
}

TEST(SlotLayout, FourThousandPositionsOfAWindowOf512) {
  auto layout = SlotLayout::of(tableOf(std::vector<int64_t>(15, 512)), 4096, /*chunk=*/1, false);
  ASSERT_TRUE(layout) << layout.message();
  EXPECT_EQ(layout->places(), 15 * 512 + 1);
}

TEST(SlotLayout, MorePlacesThanCanBeNumberedAreAnError) {
  auto layout = SlotLayout::of(tableOf({}), int64_t(1) << 30, 1, false);
  EXPECT_THAT(std::string(layout.message()),
              testing::HasSubstr("caches of texts of 1073741824 tokens have more than"));
}
