//===- PhiloxTest.cpp ------------------------------------------------------===//
#include "runtime/abi/Philox.h"

#include <gtest/gtest.h>

#include <cstring>

namespace {

struct Vector {
  rx_philox_block counter;
  uint32_t key[2];
  rx_philox_block expected;
};

// The known answers that the authors publish with their library (Random123, kat_vectors, philox4x32
// 10).
constexpr Vector vectors[] = {
    {{{0, 0, 0, 0}}, {0, 0}, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}},
    {{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
     {0xffffffff, 0xffffffff},
     {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}},
    {{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}},
     {0xa4093822, 0x299f31d0},
     {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}},
};

TEST(Philox, GivesThePublishedAnswers) {
  for (const Vector &vector : vectors) {
    rx_philox_block actual = rx_philox4x32_10(vector.counter, vector.key[0], vector.key[1]);
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(actual.word[i], vector.expected.word[i]) << "word " << i;
  }
}

// FNV-1a vectors of the authors' test suite.
TEST(Philox, HashesPathsByFnv1a) {
  EXPECT_EQ(rx_path_hash("", 0), 0xcbf29ce484222325u);
  EXPECT_EQ(rx_path_hash("a", 1), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(rx_path_hash("foobar", 6), 0x85944171f73967e8u);
}

TEST(Philox, DrawsDependOnEveryPartOfTheKey) {
  uint64_t path = rx_path_hash("init", 4);
  rx_philox_block base = rx_draw(1, path, 2, 3);
  auto differs = [&](rx_philox_block other) {
    return std::memcmp(&base, &other, sizeof base) != 0;
  };
  EXPECT_FALSE(differs(rx_draw(1, path, 2, 3)));
  EXPECT_TRUE(differs(rx_draw(2, path, 2, 3)));
  EXPECT_TRUE(differs(rx_draw(1, rx_path_hash("Init", 4), 2, 3)));
  EXPECT_TRUE(differs(rx_draw(1, path, 3, 3)));
  EXPECT_TRUE(differs(rx_draw(1, path, 2, 4)));
  EXPECT_TRUE(differs(rx_draw(1, path, 2, 3 + (int64_t(1) << 32))));
  EXPECT_TRUE(differs(rx_draw(1, path, 2 + (int64_t(1) << 32), 3)));
  EXPECT_TRUE(differs(rx_draw(1 + (int64_t(1) << 32), path, 2, 3)));
}

TEST(Philox, UnitsStayBelowOne) {
  EXPECT_EQ(rx_unit_f32(0), 0.0f);
  EXPECT_LT(rx_unit_f32(0xffffffff), 1.0f);
  EXPECT_EQ(rx_unit_f64(0, 0), 0.0);
  EXPECT_LT(rx_unit_f64(0xffffffff, 0xffffffff), 1.0);
  EXPECT_EQ(rx_below(0, 10), 0u);
  EXPECT_EQ(rx_below(0xffffffff, 10), 9u);
}

} // namespace
