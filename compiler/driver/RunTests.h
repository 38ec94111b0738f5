//===- RunTests.h - the tests of a program -----------------------*- C++ -*-===//
#pragma once

#include <string>

namespace rx::driver {

struct TestCounts {
  int run = 0, failed = 0;
};

/// Runs the tests of a file and prints a line for each, and a message for every expectation that
/// does not hold. False, after a message, if one fails or the file has errors.
bool runTests(const std::string &path, TestCounts &counts);

} // namespace rx::driver
