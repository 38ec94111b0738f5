#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using ContractTest = LoopTest;

std::string contraction(llvm::StringRef lhs, llvm::StringRef rhs, llvm::StringRef result,
                        llvm::StringRef lhsMap, llvm::StringRef rhsMap,
                        llvm::StringRef element = "f32") {
  return ("!a = !rxt.tensor<" + element + "[" + lhs + "]>\n!b = !rxt.tensor<" + element + "[" + rhs +
          "]>\n!c = !rxt.tensor<" + element + "[" + result +
          "]>\nfunc.func @k(%a: !a, %b: !b) -> !c {\n  %c = rxt.contract(%a, %b) by [affine_map<" +
          lhsMap + ">, affine_map<" + rhsMap + ">] : (!a, !b) -> !c\n  return %c : !c\n}")
      .str();
}

TEST_F(ContractTest, Matrices) {
  auto sizes = sizesOf("m", "n", "k");
  check(contraction("m, k", "k, n", "m, n", "(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d2, d1)"),
        sizes, sum(64));
  check(contraction("m, k", "n, k", "m, n", "(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d1, d2)"),
        sizes, sum(64));
  check(contraction("k, m", "k, n", "m, n", "(d0, d1, d2) -> (d2, d0)", "(d0, d1, d2) -> (d2, d1)"),
        sizes, sum(64));
  check(contraction("k, m", "n, k", "m, n", "(d0, d1, d2) -> (d2, d0)", "(d0, d1, d2) -> (d1, d2)"),
        sizes, sum(64));
}

TEST_F(ContractTest, ResultTransposed) {
  check(contraction("m, k", "n, k", "n, m", "(d0, d1, d2) -> (d1, d2)", "(d0, d1, d2) -> (d0, d2)"),
        sizesOf("m", "n", "k"), sum(64));
}

TEST_F(ContractTest, DotAndOuterProducts) {
  check(contraction("k", "k", "", "(d0) -> (d0)", "(d0) -> (d0)"), sizesOf("k"), sum(200));
  check(contraction("m", "n", "m, n", "(d0, d1) -> (d0)", "(d0, d1) -> (d1)"), sizesOf("m", "n"), equation);
  check(contraction("m, k", "k", "m", "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d1)"), sizesOf("m", "k"), sum(300));
  check(contraction("k", "k, n", "n", "(d0, d1) -> (d1)", "(d0, d1) -> (d1, d0)"), sizesOf("n", "k"), sum(300));
  check(contraction("m, k", "m, k", "m", "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0, d1)"), sizesOf("m", "k"), sum(300));
}

} // namespace
} // namespace rx::compiler
