#include "compiler/lower/ContractShape.h"
#include "mlir/Parser/Parser.h"
#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using ContractTest = LoopTest;

std::string contraction(llvm::StringRef lhs, llvm::StringRef rhs, llvm::StringRef result,
                        llvm::StringRef lhsMap, llvm::StringRef rhsMap,
                        llvm::StringRef element = "f32") {
  return ("!a = !rxt.tensor<" + element + "[" + lhs + "]>\n!b = !rxt.tensor<" + element + "[" +
          rhs + "]>\n!c = !rxt.tensor<" + element + "[" + result +
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
  check(contraction("m", "n", "m, n", "(d0, d1) -> (d0)", "(d0, d1) -> (d1)"), sizesOf("m", "n"),
        equation);
  check(contraction("m, k", "k", "m", "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d1)"),
        sizesOf("m", "k"), sum(300));
  check(contraction("k", "k, n", "n", "(d0, d1) -> (d1)", "(d0, d1) -> (d1, d0)"),
        sizesOf("n", "k"), sum(300));
  check(contraction("m, k", "m, k", "m", "(d0, d1) -> (d0, d1)", "(d0, d1) -> (d0, d1)"),
        sizesOf("m", "k"), sum(300));
}

TEST_F(ContractTest, MergedAxes) {
  // x[b, t, h, d] * w[o, h, d]: rows b*t, depth h*d.
  check(contraction("2, t, 3, d", "o, 3, d", "2, t, o", "(d0, d1, d2, d3, d4) -> (d0, d1, d3, d4)",
                    "(d0, d1, d2, d3, d4) -> (d2, d3, d4)"),
        sizesOf("t", "o", "d"), sum(200));
}

TEST_F(ContractTest, GroupedHeads) {
  // q[b, t, kv, g, d] * k[b, s, kv, d] -> [b, kv, g, t, s]: keys are shared by the g heads of a
  // group.
  check(contraction("2, t, 2, 3, d", "2, s, 2, d", "2, 2, 3, t, s",
                    "(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1, d2, d5)",
                    "(d0, d1, d2, d3, d4, d5) -> (d0, d4, d1, d5)"),
        sizesOf("t", "s", "d"), sum(70));
  // p[b, kv, g, t, s] * v[b, s, kv, d] -> [b, t, kv, g, d]
  check(contraction("2, 2, 3, t, s", "2, s, 2, d", "2, t, 2, 3, d",
                    "(d0, d1, d2, d3, d4, d5) -> (d0, d2, d3, d1, d5)",
                    "(d0, d1, d2, d3, d4, d5) -> (d0, d5, d2, d4)"),
        sizesOf("t", "s", "d"), sum(70));
}

TEST_F(ContractTest, BatchBetween) {
  // The gradient of a weight: x[b, t, i] * y[b, t, o] -> [i, o], depth b*t.
  check(contraction("3, t, i", "3, t, o", "i, o", "(d0, d1, d2, d3) -> (d2, d3, d0)",
                    "(d0, d1, d2, d3) -> (d2, d3, d1)"),
        sizesOf("t", "i", "o"), sum(200));
  // A batch axis that is innermost is no matrix product.
  check(contraction("m, k, 3", "n, k, 3", "m, n, 3", "(d0, d1, d2, d3) -> (d0, d3, d2)",
                    "(d0, d1, d2, d3) -> (d1, d3, d2)"),
        sizesOf("m", "n", "k"), sum(70));
}

TEST_F(ContractTest, DoublePrecisionAndSelf) {
  check(contraction("m, k", "n, k", "m, n", "(d0, d1, d2) -> (d0, d2)", "(d0, d1, d2) -> (d1, d2)",
                    "f64"),
        sizesOf("m", "n", "k"), {1e-12, 0});
  check(R"(
!a = !rxt.tensor<f32[m, k]>
!c = !rxt.tensor<f32[m, m]>
func.func @k(%a: !a) -> !c {
  %c = rxt.contract(%a, %a) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>] : (!a, !a) -> !c
  return %c : !c
})",
        sizesOf("m", "k"), sum(300));
}

/// Which contractions become which products; the numbers above would be right through plain loops
/// too.
TEST_F(ContractTest, Shapes) {
  auto shape = [&](const std::string &text) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    std::optional<MatrixProduct> found;
    module->walk([&](rxt::ContractOp op) { found = matchMatrixProduct(op); });
    return found;
  };
  auto scores = shape(contraction("b, t, 2, 3, d", "b, s, 2, d", "b, 2, 3, t, s",
                                  "(d0, d1, d2, d3, d4, d5) -> (d0, d3, d1, d2, d5)",
                                  "(d0, d1, d2, d3, d4, d5) -> (d0, d4, d1, d5)"));
  ASSERT_TRUE(scores);
  EXPECT_EQ(scores->row, DimensionGroup({3}));
  EXPECT_EQ(scores->column, DimensionGroup({4}));
  EXPECT_EQ(scores->batch.size(), 3u);
  EXPECT_TRUE(scores->transB && !scores->transA && !scores->swapped);
  auto linear = shape(contraction("b, t, i", "o, i", "b, t, o", "(d0, d1, d2, d3) -> (d0, d1, d3)",
                                  "(d0, d1, d2, d3) -> (d2, d3)"));
  ASSERT_TRUE(linear);
  EXPECT_EQ(linear->row, DimensionGroup({0, 1}));
  EXPECT_TRUE(linear->batch.empty() && linear->transB);
  EXPECT_FALSE(shape(contraction("k", "k", "", "(d0) -> (d0)", "(d0) -> (d0)")));
  EXPECT_FALSE(
      shape(contraction("m, k, 3", "n, k, 3", "m, n, 3", "(d0, d1, d2, d3) -> (d0, d3, d2)",
                        "(d0, d1, d2, d3) -> (d1, d3, d2)")));
}

/// Ranks and widths are not in the code of products: it is made once, and each kernel says what it
/// gives it.
TEST_F(ContractTest, KernelsThatDifferInSizesAreLoweredOnce) {
  const CpuTarget &target = cpuTargets().front();
  KernelLowering lowering(target);
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> sources;
  auto lower = [&](const std::string &text) {
    sources.push_back(mlir::parseSourceString<mlir::ModuleOp>(text, &context));
    auto lowered = lowering.lower(sources.back()->lookupSymbol<mlir::func::FuncOp>("k"));
    EXPECT_TRUE(mlir::succeeded(lowered));
    return *lowered;
  };
  auto linear = [&](llvm::StringRef in, llvm::StringRef out) {
    return lower(contraction(("b, t, " + in).str(), (out + ", " + in).str(), ("b, t, " + out).str(),
                             "(d0, d1, d2, d3) -> (d0, d1, d3)", "(d0, d1, d2, d3) -> (d2, d3)"));
  };
  auto sizes = [](const LoweredKernel &kernel) {
    std::vector<std::string> texts;
    for (const SizeExpr &size : kernel.sizes)
      texts.push_back(size.str());
    return texts;
  };
  LoweredKernel down = linear("640", "16"), up = linear("16", "1024");
  EXPECT_EQ(down.module, up.module);
  EXPECT_EQ(sizes(down), (std::vector<std::string>{"b", "t", "16", "640"}));
  EXPECT_EQ(sizes(up), (std::vector<std::string>{"b", "t", "1024", "16"}));
  EXPECT_EQ(down.extent.str(), "16*b*t");
  EXPECT_EQ(up.extent.str(), "1024*b*t");
  LoweredKernel transposed = lower(contraction("m, k", "k, n", "m, n", "(d0, d1, d2) -> (d0, d2)",
                                               "(d0, d1, d2) -> (d2, d1)"));
  EXPECT_NE(transposed.module, up.module);
}

} // namespace
} // namespace rx::compiler
