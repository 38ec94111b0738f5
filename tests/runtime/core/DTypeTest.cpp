#include "runtime/abi/DType.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace {

TEST(DType, NumbersAreFixed) {
  // They stand in bundles and checkpoints.
  EXPECT_EQ(RX_F32, 0);
  EXPECT_EQ(RX_BOOL, 7);
  EXPECT_EQ(RX_Q4_0, 16);
  EXPECT_EQ(RX_Q6_K, 23);
}

TEST(DType, EveryFormHasSizesAndItsOwnName) {
  std::set<std::string> names;
  unsigned known = 0;
  for (int number = 0; number < 256; ++number) {
    auto type = static_cast<rx_dtype>(number);
    bool isType = rx_dtype_name(type) != nullptr;
    EXPECT_EQ(isType, rx_dtype_block_elements(type) != 0) << number;
    EXPECT_EQ(isType, rx_dtype_block_bytes(type) != 0) << number;
    if (isType) {
      ++known;
      names.insert(rx_dtype_name(type));
    }
  }
  EXPECT_EQ(known, 16u);
  EXPECT_EQ(names.size(), known);
}

TEST(DType, BitsPerWeightOfTheBlockForms) {
  auto bits = [](rx_dtype type) {
    return 8.0 * rx_dtype_block_bytes(type) / rx_dtype_block_elements(type);
  };
  EXPECT_EQ(bits(RX_Q4_0), 4.5);
  EXPECT_EQ(bits(RX_Q4_1), 5);
  EXPECT_EQ(bits(RX_Q5_0), 5.5);
  EXPECT_EQ(bits(RX_Q5_1), 6);
  EXPECT_EQ(bits(RX_Q8_0), 8.5);
  EXPECT_EQ(bits(RX_Q4_K), 4.5);
  EXPECT_EQ(bits(RX_Q5_K), 5.5);
  EXPECT_EQ(bits(RX_Q6_K), 6.5625);
}

} // namespace
