//===- Table.h - tables for a terminal ----------------------------*- C++ -*-===//
#pragma once

#include <string>
#include <vector>

namespace rx::runtime {

/// Columns as wide as their longest cell; the first is aligned left, the others right.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::string text() const;
};

/// Whole numbers below 1e13 with separators of thousands, others with six significant digits.
std::string formatNumber(double value);

} // namespace rx::runtime
