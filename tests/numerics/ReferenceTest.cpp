//===- ReferenceTest.cpp - every case against the reference interpreter ----===//
#include "compiler/reference/Interpreter.h"
#include "tests/numerics/Cases.h"

#include <gtest/gtest.h>

#include <filesystem>

using namespace rx;

namespace {

std::vector<std::string> files() {
  std::vector<std::string> paths;
  for (const auto &entry : std::filesystem::directory_iterator("tests/numerics"))
    if (entry.path().extension() == ".mlir")
      paths.push_back(entry.path().stem().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Reference : public testing::TestWithParam<std::string> {};

void check(mlir::ModuleOp module, const numerics::Case &one) {
  SCOPED_TRACE("@" + one.function);
  compiler::Interpreter interpreter(module, rxt::Precision::F32);
  auto results = interpreter.run(one.function, one.arguments);
  if (!results) {
    std::string message = llvm::toString(results.takeError());
    EXPECT_FALSE(one.error.empty()) << "failed: " << message;
    EXPECT_NE(message.find(one.error), std::string::npos)
        << "failed with another error: " << message;
    return;
  }
  EXPECT_TRUE(one.error.empty()) << "ran, but should fail with: " << one.error;
  ASSERT_EQ(results->size(), one.expected.size()) << "every result needs rx.expect";
  for (size_t i = 0; i < results->size(); ++i)
    EXPECT_EQ(numerics::difference((*results)[i], one.expected[i], one.tolerance), "")
        << "result " << i;
}

TEST_P(Reference, EveryFunctionGivesWhatItSays) {
  auto context = numerics::makeContext();
  auto module = numerics::parseFile(*context, "tests/numerics/" + GetParam() + ".mlir");
  ASSERT_TRUE(module);
  std::vector<numerics::Case> cases = numerics::casesOf(*module);
  ASSERT_FALSE(cases.empty());
  for (const numerics::Case &one : cases)
    check(*module, one);
}

INSTANTIATE_TEST_SUITE_P(Numerics, Reference, testing::ValuesIn(files()),
                         [](const auto &info) { return info.param; });

} // namespace
