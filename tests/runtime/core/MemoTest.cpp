#include "runtime/core/Memo.h"

#include <gtest/gtest.h>

using namespace rx::runtime;

namespace {

std::vector<HostTensor> number(float value) { return {*HostTensor::of<float>({1}, {{value}})}; }

std::optional<float> find(Memo &memo, uint64_t key) {
  auto values = memo.find({0, key});
  return values ? std::optional(values->at(0).values<float>()[0]) : std::nullopt;
}

} // namespace

TEST(RecentMemo, ForgetsTheOldest) {
  RecentMemo memo(2, nullptr);
  for (uint64_t key : {1, 2, 3})
    memo.keep({0, key}, number(static_cast<float>(key)));
  EXPECT_EQ(find(memo, 1), std::nullopt);
  EXPECT_EQ(find(memo, 2), 2);
  EXPECT_EQ(find(memo, 3), 3);
}

TEST(RecentMemo, AsksTheMemoBehindOnce) {
  RecentMemo behind(9, nullptr), memo(1, &behind);
  memo.keep({0, 1}, number(1));
  memo.keep({0, 2}, number(2));
  EXPECT_EQ(find(behind, 2), 2);
  EXPECT_EQ(find(memo, 1), 1) << "from behind";
  behind.keep({0, 1}, number(7)); // would be another value, which no key has
  EXPECT_EQ(find(memo, 1), 1) << "from memory";
}

TEST(RecentMemo, OfNoEntriesPassesEverythingOn) {
  RecentMemo behind(9, nullptr), memo(0, &behind);
  memo.keep({0, 1}, number(1));
  EXPECT_EQ(find(memo, 1), 1);
}
