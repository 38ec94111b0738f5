//===- RunTests.cpp - the tests of a program -----------------------------------===//
#include "compiler/driver/RunTests.h"

#include "compiler/driver/Compilation.h"
#include "compiler/reference/Interpreter.h"

#include <fmt/format.h>

#include <cmath>
#include <iostream>

namespace rx::driver {

using elaborate::Expectation;
using rxt::ReferenceTensor;

namespace {

double elementOf(const ReferenceTensor &tensor, int64_t at) {
  return rxt::isFloat(tensor.kind) ? tensor.real(at) : static_cast<double>(tensor.integer(at));
}

/// NaN is equal to nothing and close to nothing.
bool holds(const Expectation &expectation, double left, double right) {
  const std::string &comparison = expectation.comparison;
  if (comparison == "==")
    return left == right || std::fabs(left - right) <= expectation.within;
  if (comparison == "!=")
    return left != right;
  if (comparison == "<")
    return left < right;
  if (comparison == "<=")
    return left <= right;
  return comparison == ">" ? left > right : left >= right;
}

/// "[1, 0.5, ..]": the first elements, in the order of memory.
std::string valuesOf(const ReferenceTensor &tensor) {
  constexpr int64_t most = 6;
  std::string text;
  for (int64_t i = 0; i < std::min(tensor.count(), most); ++i)
    text += fmt::format("{}{:.7g}", i ? ", " : "", elementOf(tensor, i));
  if (tensor.count() > most)
    text += ", ..";
  return tensor.rank() ? "[" + text + "]" : text;
}

/// "[0, 2]"
std::string positionOf(const ReferenceTensor &tensor, int64_t at) {
  std::string text;
  for (int64_t stride : tensor.strides()) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", at / stride);
    at %= stride;
  }
  return "[" + text + "]";
}

/// The message on an expectation that does not hold; nothing for one that does.
std::optional<diag::Diagnostic> failureOf(const Expectation &expectation,
                                          const ReferenceTensor &left,
                                          const ReferenceTensor &right) {
  int64_t first = -1, wrong = 0;
  for (int64_t i = 0; i < left.count(); ++i)
    if (!holds(expectation, elementOf(left, i), elementOf(right, i)) && ++wrong == 1)
      first = i;
  if (wrong == 0)
    return std::nullopt;
  diag::Diagnostic d{"expect", "this does not hold", expectation.at, {}, {}, ""};
  d.labels.push_back({expectation.left, valuesOf(left)});
  if (expectation.left.begin != expectation.right.begin)
    d.labels.push_back({expectation.right, valuesOf(right)});
  if (left.rank())
    d.notes.push_back(fmt::format("{} of {} elements; the first at {}: {:.9g} and {:.9g}", wrong,
                                  left.count(), positionOf(left, first), elementOf(left, first),
                                  elementOf(right, first)));
  if (expectation.comparison == "==" && left.rank() == 0)
    d.notes.push_back(fmt::format("the difference is {:.3g}",
                                  std::fabs(elementOf(left, 0) - elementOf(right, 0))));
  return d;
}

/// Whether all expectations of a test hold; adds a message for each that does not.
bool runTest(const elaborate::TestProgram &test, compiler::Interpreter &interpreter,
             diag::DiagnosticEngine &messages) {
  auto results = interpreter.run(test.symbol, {});
  if (!results) {
    messages.report({"expect",
                     "this test cannot run: " + llvm::toString(results.takeError()),
                     test.at,
                     {},
                     {},
                     ""});
    return false;
  }
  bool allHold = true;
  for (size_t i = 0; i < test.expectations.size(); ++i)
    if (auto failure = failureOf(test.expectations[i], (*results)[2 * i], (*results)[2 * i + 1])) {
      messages.report(std::move(*failure));
      allHold = false;
    }
  return allHold;
}

} // namespace

bool runTests(const std::string &path, TestCounts &counts) {
  Compilation compilation;
  std::vector<elaborate::TestProgram> tests;
  if (!compilation.elaborateTests(path, tests))
    return false;
  compiler::Interpreter interpreter(compilation.testModule(), rxt::Precision::F32);
  for (auto &test : tests) {
    bool passed = runTest(test, interpreter, compilation.messages());
    ++counts.run;
    counts.failed += !passed;
    std::cout << fmt::format("{} {}: {}\n", passed ? "ok    " : "failed", path, test.name);
  }
  return compilation.report();
}

} // namespace rx::driver
