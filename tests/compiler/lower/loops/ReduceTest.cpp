#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using ReduceTest = LoopTest;

/// A reduction `kind` of an f32[m, k] along the axis that `map` leaves, to `result`.
std::string reduction(llvm::StringRef kind, llvm::StringRef input, llvm::StringRef map,
                      llvm::StringRef result, llvm::StringRef element = "f32") {
  return ("!x = !rxt.tensor<" + element + input + ">\n!y = !rxt.tensor<" + result + ">\n" +
          "func.func @k(%x: !x) -> !y {\n  %y = rxt.reduce " + kind + " (%x) by [affine_map<" +
          map + ">] {\n  ^bb0(%a: " + element + "):\n    rxt.yield %a : " + element +
          "\n  } : (!x) -> !y\n  return %y : !y\n}")
      .str();
}

constexpr llvm::StringLiteral rows = "(d0, d1) -> (d0, d1)", columns = "(d0, d1) -> (d1, d0)";

TEST_F(ReduceTest, SumOfRows) {
  check(reduction("sum", "[m, k]", rows, "f32[m]"), sizesOf("m", "k"), sum(300));
}
TEST_F(ReduceTest, SumOfColumns) {
  check(reduction("sum", "[k, m]", columns, "f32[m]"), sizesOf("m", "k"), sum(300));
}
TEST_F(ReduceTest, SumOfEverything) {
  check(reduction("sum", "[m, k]", rows, "f32[]"), sizesOf("m", "k"), sum(900));
  check(reduction("sum", "[k]", "(d0) -> (d0)", "f32[]"), sizesOf("k"), sum(200));
  check(reduction("sum", "[]", "() -> ()", "f32[]"), {{}}, exact);
}
TEST_F(ReduceTest, SumOverTheMiddleAxis) {
  check(reduction("sum", "[a, b, c]", "(d0, d1, d2) -> (d0, d2, d1)", "f32[a, c]"),
        sizesOf("a", "b", "c"), sum(70));
}
TEST_F(ReduceTest, SumOverOuterAndInnerAxes) {
  check(reduction("sum", "[a, b, c]", "(d0, d1, d2) -> (d1, d0, d2)", "f32[b]"),
        sizesOf("a", "b", "c"), sum(300));
}
TEST_F(ReduceTest, NothingReduced) {
  check(reduction("sum", "[m, k]", rows, "f32[m, k]"), sizesOf("m", "k"), exact);
}
TEST_F(ReduceTest, ProductOfRows) {
  check(reduction("prod", "[m, k]", rows, "f32[m]"),
        {{{"m", 5}, {"k", 9}}, {{"m", 3}, {"k", 17}}, {{"m", drawn(30)}, {"k", drawn(17)}}},
        equation);
}
TEST_F(ReduceTest, ExtremaAndPositions) {
  for (llvm::StringRef kind : {"max", "min"}) {
    check(reduction(kind, "[m, k]", rows, "f32[m]"), sizesOf("m", "k"), exact);
    check(reduction(kind, "[k, m]", columns, "f32[m]"), sizesOf("m", "k"), exact);
    check(reduction(kind, "[m, k]", rows, "i32[m]", "i32"), sizesOf("m", "k"), exact);
  }
  for (llvm::StringRef kind : {"argmax", "argmin"}) {
    check(reduction(kind, "[m, k]", rows, "i32[m]"), sizesOf("m", "k"), exact);
    check(reduction(kind, "[k, m]", columns, "i32[m]"), sizesOf("m", "k"), exact);
    // Integers below 10: many ties, which go to the lowest position.
    check(reduction(kind, "[m, k]", rows, "i32[m]", "i32"), sizesOf("m", "k"), exact);
  }
}
TEST_F(ReduceTest, IntegersAndBooleans) {
  check(reduction("sum", "[m, k]", rows, "i32[m]", "i32"), sizesOf("m", "k"), exact);
  check(reduction("sum", "[m, k]", rows, "i64[m]", "i64"), sizesOf("m", "k"), exact);
  check(reduction("sum", "[m, k]", rows, "f64[m]", "f64"), sizesOf("m", "k"), {1e-12, 0});
  for (llvm::StringRef kind : {"any", "all"}) {
    check(reduction(kind, "[m, k]", rows, "i1[m]", "i1"), sizesOf("m", "k"), exact);
    check(reduction(kind, "[k, m]", columns, "i1[m]", "i1"), sizesOf("m", "k"), exact);
  }
}

/// NaN passes through maxima and never is a position; -inf and +inf are numbers.
TEST_F(ReduceTest, SpecialValues) {
  auto special = [&](unsigned, std::vector<int64_t> shape, rxt::ElementKind kind) {
    auto tensor = uniform()(0, std::move(shape), kind);
    double values[] = {NAN, INFINITY, -INFINITY, 0.5};
    for (int64_t i = 0; i < tensor.count(); ++i)
      if (rng() % 20 == 0 || (i / 40) % 5 == 4)
        tensor.values[i].real = values[(i / 40) % 5 == 4 ? 2 : rng() % 4];
    return tensor;
  };
  for (llvm::StringRef kind : {"max", "min"})
    check(reduction(kind, "[m, k]", rows, "f32[m]"), {{{"m", 60}, {"k", 40}}}, exact, special);
  for (llvm::StringRef kind : {"argmax", "argmin"})
    check(reduction(kind, "[m, k]", rows, "i32[m]"), {{{"m", 60}, {"k", 40}}}, exact, special);
}

TEST_F(ReduceTest, EquationOfTwoInputs) {
  check(R"(
!x = !rxt.tensor<f32[m, k]>
!w = !rxt.tensor<f32[k]>
!y = !rxt.tensor<f32[m]>
func.func @k(%x: !x, %w: !w) -> !y {
  %y = rxt.reduce sum (%x, %w) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>] {
  ^bb0(%a: f32, %b: f32):
    %i = rxt.index 1 : i32
    %n = rxt.size "k + 1" : i32
    %f = arith.sitofp %i : i32 to f32
    %g = arith.sitofp %n : i32 to f32
    %q = arith.divf %f, %g : f32
    %e = math.exp %a : f32
    %p = arith.addf %e, %q : f32
    %r = arith.mulf %p, %b : f32
    rxt.yield %r : f32
  } : (!x, !w) -> !y
  return %y : !y
})",
        sizesOf("m", "k"), {5e-4, 1e-5});
}

/// Absent elements do not take part: rows end at a length, or have holes.
TEST_F(ReduceTest, Presence) {
  for (llvm::StringRef kind : {"sum", "max", "argmax"}) {
    llvm::StringRef element = kind == "argmax" ? "i32" : "f32";
    std::string tail = ("!y = !rxt.tensor<" + element +
                        "[m]>\nfunc.func @k(%x: !x, %n: !n {rx.name = \"n\"}) -> !y {\n"
                        "  %y = rxt.reduce " +
                        kind +
                        " (%x) by [affine_map<(d0, d1) -> (d0, d1)>] {\n  ^bb0(%a: f32):\n"
                        "    rxt.yield %a : f32\n  } : (!x) -> !y\n  return %y : !y\n}")
                           .str();
    check("!x = !rxt.tensor<f32[m, k length(n)]>\n!n = !rxt.tensor<i32[m]>\n" + tail,
          sizesOf("m", "k"), sum(300));
    check("!x = !rxt.tensor<f32[m, k mask(n)]>\n!n = !rxt.tensor<i1[m, k]>\n" + tail,
          sizesOf("m", "k"), sum(300));
  }
}

} // namespace
} // namespace rx::compiler
