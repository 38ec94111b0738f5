//===- Tests.h - `test` blocks as programs -----------------------*- C++ -*-===//
#pragma once

#include "compiler/diag/Source.h"

#include <string>
#include <vector>

namespace rx::elaborate {

/// `expect left == right within t`: the program's results 2 i and 2 i + 1 are the two sides, of one
/// shape. An expectation without a comparison compares what it says with true.
struct Expectation {
  diag::SourceRange at, left, right;
  std::string comparison; // ==, !=, <, <=, >, >=
  double within = 0;      // absolute; exact if 0
};

/// A test as a program without arguments.
struct TestProgram {
  std::string name, symbol;
  diag::SourceRange at;
  std::vector<Expectation> expectations;
};

} // namespace rx::elaborate
