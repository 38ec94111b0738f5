#include "runtime/report/Table.h"

#include <gtest/gtest.h>

using namespace rx::runtime;

TEST(FormatNumber, CountsHaveAllDigits) {
  EXPECT_EQ(formatNumber(0), "0");
  EXPECT_EQ(formatNumber(-1234), "-1,234");
  EXPECT_EQ(formatNumber(268098176), "268,098,176");
}

TEST(FormatNumber, WhatIsMeasuredHasSixEvenWhereItIsWhole) {
  EXPECT_EQ(formatNumber(40.30151), "40.3015");
  EXPECT_EQ(formatNumber(336038458633421.5), "3.36038e+14");
  EXPECT_EQ(formatNumber(336038458633421.0), "3.36038e+14");
}
