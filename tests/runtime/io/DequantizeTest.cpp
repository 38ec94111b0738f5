// Every worked example of the block layouts, bit for bit.
#include "runtime/io/Dequantize.h"
#include "runtime/core/Half.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::HasSubstr;

namespace {

std::vector<float> expand(rx_dtype type, const std::string &stored) {
  size_t elements = stored.size() / rx_dtype_block_bytes(type) * rx_dtype_block_elements(type);
  std::vector<float> values(elements);
  Status status = dequantize(type, std::as_bytes(std::span(stored)), values);
  EXPECT_TRUE(status) << status.message();
  return values;
}

/// Bytes from numbers 0 to 255.
std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (int value : values)
    result += static_cast<char>(value);
  return result;
}

std::string padded(std::string text, size_t size) {
  text.resize(size);
  return text;
}

/// The twelve packed bytes of the pairs (1,5) (2,6) (3,7) (4,8) (25,17) (42,34) (59,51) (12,4).
const std::string scalePairs =
    bytes({0x41, 0x82, 0xC3, 0x04, 0x45, 0x86, 0xC7, 0x08, 0x19, 0x2A, 0x3B, 0x4C});

TEST(Half, WorkedValues) {
  EXPECT_EQ(halfToFloat(0x3C00), 1);
  EXPECT_EQ(halfToFloat(0xC000), -2);
  EXPECT_EQ(halfToFloat(0x3555), 0.333251953125f);
  EXPECT_EQ(halfToFloat(0x0001), std::ldexp(1.f, -24));
  EXPECT_EQ(halfToFloat(0x0400), std::ldexp(1.f, -14));
  EXPECT_EQ(halfToFloat(0x7BFF), 65504);
  EXPECT_EQ(halfToFloat(0x7C00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(halfToFloat(0xFC00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(halfToFloat(0x7E00)));
  EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
  EXPECT_EQ(bfloatToFloat(0x3F80), 1);
  EXPECT_EQ(bfloatToFloat(0x4049), 3.140625f);
  EXPECT_EQ(bfloatToFloat(0x41CA), 25.25f);
}

TEST(Half, EveryFiniteHalfHasItsValue) {
  for (uint32_t half = 0; half < 0x10000; ++half) {
    uint32_t exponent = half >> 10 & 31, mantissa = half & 0x3FF;
    if (exponent == 31)
      continue;
    double magnitude = exponent == 0 ? std::ldexp(mantissa, -24)
                                     : std::ldexp(1024 + mantissa, static_cast<int>(exponent) - 25);
    ASSERT_EQ(halfToFloat(static_cast<uint16_t>(half)), half & 0x8000 ? -magnitude : magnitude);
  }
}

TEST(Half, FloatToBfloatRoundsToNearestEven) {
  auto convert = [](uint32_t bits) { return floatToBfloat(std::bit_cast<float>(bits)); };
  EXPECT_EQ(convert(0x3F808000), 0x3F80); // a tie, to even
  EXPECT_EQ(convert(0x3F818000), 0x3F82);
  EXPECT_EQ(convert(0x3F808001), 0x3F81);
  EXPECT_EQ(convert(0x7F7FFFFF), 0x7F80); // to infinity
  EXPECT_EQ(convert(0x7F800001), 0x7FC0); // NaN stays NaN
}

TEST(Dequantize, PlainForms) {
  EXPECT_EQ(expand(RX_F32, raw(1.5f) + raw(-2.f)), (std::vector<float>{1.5f, -2}));
  EXPECT_EQ(expand(RX_F64, raw(0.1) + raw(1e300)),
            (std::vector<float>{0.1f, std::numeric_limits<float>::infinity()}));
  EXPECT_EQ(expand(RX_F16, raw<uint16_t>(0x3C00) + raw<uint16_t>(1)),
            (std::vector<float>{1, std::ldexp(1.f, -24)}));
  EXPECT_EQ(expand(RX_BF16, raw<uint16_t>(0x4049)), std::vector<float>{3.140625f});
  EXPECT_EQ(expand(RX_I32, raw(-7) + raw(16777217)), (std::vector<float>{-7, 16777216}));
}

TEST(Dequantize, Q4_0) {
  std::string block = bytes({0x00, 0x38});
  for (int j = 0; j < 16; ++j)
    block += static_cast<char>(j + 16 * (15 - j));
  std::vector<float> y = expand(RX_Q4_0, block);
  for (int j = 0; j < 16; ++j) {
    EXPECT_EQ(y[j], -4 + 0.5f * j);
    EXPECT_EQ(y[j + 16], 3.5f - 0.5f * j);
  }
}

TEST(Dequantize, Q4_1) {
  std::vector<float> y = expand(RX_Q4_1, padded(bytes({0x00, 0x34, 0x00, 0xC0, 0xF0, 0x21}), 20));
  EXPECT_EQ(y[0], -2);
  EXPECT_EQ(y[1], -1.75f);
  EXPECT_EQ(y[16], 1.75f);
  EXPECT_EQ(y[17], -1.5f);
}

TEST(Dequantize, Q5_0) {
  std::vector<float> y =
      expand(RX_Q5_0, padded(bytes({0x00, 0x30, 0x03, 0x00, 0x01, 0x00, 0x5F, 0xA0}), 22));
  EXPECT_EQ(y[0], 1.875f);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], -2);
  EXPECT_EQ(y[16], 0.625f);
  EXPECT_EQ(y[17], -0.75f);
}

TEST(Dequantize, Q5_1) {
  std::string block =
      padded(bytes({0x00, 0x30, 0x00, 0xBC, 0x01, 0x00, 0x00, 0x80, 0x20}), 23) + "\xF0";
  std::vector<float> y = expand(RX_Q5_1, block);
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[16], -0.75f);
  EXPECT_EQ(y[15], -1);
  EXPECT_EQ(y[31], 2.875f);
}

TEST(Dequantize, Q8_0) {
  std::vector<float> y = expand(RX_Q8_0, padded(bytes({0x00, 0x2C, 0x7F, 0x80, 0xFF}), 34));
  EXPECT_EQ(y[0], 7.9375f);
  EXPECT_EQ(y[1], -8);
  EXPECT_EQ(y[2], -0.0625f);
  EXPECT_EQ(y[3], 0);
}

void expectSubBlocks(const std::vector<float> &y, std::initializer_list<float> expected) {
  std::vector<float> all;
  for (float value : expected)
    all.insert(all.end(), 32, value);
  EXPECT_EQ(y, all);
}

TEST(Dequantize, Q4_K) {
  std::string block = bytes({0x00, 0x2C, 0x00, 0x28}) + scalePairs + std::string(128, '\x73');
  expectSubBlocks(expand(RX_Q4_K, block),
                  {0.03125f, 0.6875f, 0.34375f, 1.5f, 4.15625f, 17.3125f, 9.46875f, 5.125f});
}

TEST(Dequantize, Q5_K) {
  std::string block = bytes({0x00, 0x2C, 0x00, 0x28}) + scalePairs + std::string(32, '\x21') +
                      std::string(128, '\x73');
  expectSubBlocks(expand(RX_Q5_K, block),
                  {1.03125f, 0.6875f, 0.34375f, 1.5f, 4.15625f, 59.3125f, 9.46875f, 5.125f});
}

TEST(Dequantize, Q6_K) {
  std::string block(210, '\0');
  block[0] = '\x5A';
  block[32] = '\xC3';
  block[128] = '\xE4';
  for (int i = 0; i < 4; ++i)
    block[192 + 2 * i] = static_cast<char>(i + 1);
  block[209] = '\x24';
  std::vector<float> y = expand(RX_Q6_K, block);
  EXPECT_EQ(y[0], -0.34375f);
  EXPECT_EQ(y[32], -0.40625f);
  EXPECT_EQ(y[64], 0.234375f);
  EXPECT_EQ(y[96], 1.75f);
}

TEST(Dequantize, Q6_KSecondHalfAndNegativeScales) {
  std::string block(210, '\0');
  block[64 + 17] = '\x0F';  // low nibble of element 128 + 17
  block[128 + 32 + 17] = 3; // its high bits: 63 - 32 = 31
  block[192 + 8 + 1] = '\x80';
  block[209] = '\x3C'; // d = 1
  std::vector<float> y = expand(RX_Q6_K, block);
  EXPECT_EQ(y[128 + 17], -128 * 31);
  EXPECT_EQ(y[128 + 18], -128 * -32);
  EXPECT_EQ(y[17], 0);
}

// d * scale and dmin * minimum are rounded before the product and the difference: a fused
// multiply-add would round differently here.
TEST(Dequantize, RoundsEveryStep) {
  std::string block = bytes({0x55, 0x35, 0x55, 0x35}) + scalePairs + std::string(128, '\xB7');
  std::vector<float> y = expand(RX_Q4_K, block);
  volatile float d = halfToFloat(0x3555), scale = 59, minimum = 51, nibble = 7;
  volatile float a = d * scale, b = a * nibble, c = d * minimum;
  EXPECT_EQ(y[6 * 32], b - c);
}

TEST(Dequantize, RefusesSizesThatDisagree) {
  std::vector<float> values(33);
  std::string stored(34, '\0');
  EXPECT_EQ(dequantize(RX_Q8_0, std::as_bytes(std::span(stored)), values).message(),
            "34 bytes of q8_0 do not hold 33 elements");
  EXPECT_FALSE(
      dequantize(RX_BOOL, std::as_bytes(std::span(stored)), std::span(values).first(34 - 1)));
  EXPECT_FALSE(canDequantize(RX_I64));
  EXPECT_FALSE(canDequantize(static_cast<rx_dtype>(99)));
}

class DequantizeRows : public testing::Test {
protected:
  static constexpr uint64_t rows = 700, columns = 64 * 32; // 1.5 MB of blocks: several chunks

  static std::string storedRows() {
    std::string stored;
    for (uint64_t block = 0; block < rows * columns / 32; ++block)
      stored += raw<uint16_t>(0x3C00) + std::string(32, static_cast<char>(block % 127));
    return stored;
  }
  static float expected(uint64_t row, uint64_t column) {
    return static_cast<float>((row * (columns / 32) + column / 32) % 127);
  }

  TemporaryFile file{GgufBuilder().tensor("w", {columns, rows}, 8, storedRows()).bytes()};
};

TEST_F(DequantizeRows, StreamsAcrossChunks) {
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  std::vector<float> values(rows * columns);
  ASSERT_TRUE(dequantizeRows(*gguf, *gguf->findTensor("w"), 0, rows, values.data(), columns));
  for (uint64_t row = 0; row < rows; ++row)
    for (uint64_t column = 0; column < columns; ++column)
      ASSERT_EQ(values[row * columns + column], expected(row, column)) << row << ' ' << column;
}

TEST_F(DequantizeRows, ReadsARangeIntoAWiderMatrix) {
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  constexpr uint64_t stride = columns + 3;
  std::vector<float> values(2 * stride, -1);
  ASSERT_TRUE(dequantizeRows(*gguf, *gguf->findTensor("w"), 698, 2, values.data(), stride));
  for (uint64_t row = 0; row < 2; ++row) {
    EXPECT_EQ(values[row * stride], expected(698 + row, 0));
    EXPECT_EQ(values[row * stride + columns - 1], expected(698 + row, columns - 1));
    EXPECT_EQ(values[row * stride + columns], -1);
  }
}

TEST_F(DequantizeRows, RefusesRowsOutsideTheTensor) {
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  const GgufTensor &tensor = *gguf->findTensor("w");
  float value;
  EXPECT_THAT(dequantizeRows(*gguf, tensor, 699, 2, &value, columns).message(),
              HasSubstr("tensor 'w' has 700 rows, 2 wanted from row 699 on"));
  EXPECT_FALSE(dequantizeRows(*gguf, tensor, ~uint64_t{0}, 2, &value, columns));
  EXPECT_THAT(dequantizeRows(*gguf, tensor, 0, 1, &value, columns - 1).message(),
              HasSubstr("more than the row stride"));
}

} // namespace
