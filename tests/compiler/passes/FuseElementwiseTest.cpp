// Which ops become one, and that the program's values stay what they were, to the last bit.
#include "compiler/passes/FuseElementwise.h"
#include "dialects/rxt/Evaluation.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>
#include <random>

using namespace mlir;

namespace rx::compiler {
namespace {

class FuseElementwiseTest : public testing::Test {
protected:
  FuseElementwiseTest() {
    context
        .loadDialect<rxt::RxtDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect>();
  }

  /// Fuses the function called `f` of `text`, whose sizes are bound to `sizes`; checks its values.
  void fuse(llvm::StringRef text, const SizeExpr::Bindings &sizes) {
    module = parseSourceString<ModuleOp>(text, &context);
    ASSERT_TRUE(module) << text.str();
    std::vector<double> before = evaluate(sizes);
    ASSERT_TRUE(succeeded(fuseElementwise(*module)));
    ASSERT_TRUE(succeeded(verify(*module)));
    std::vector<double> after = evaluate(sizes);
    ASSERT_EQ(before.size(), after.size());
    for (size_t i = 0; i < before.size(); ++i)
      EXPECT_EQ(before[i], after[i]) << "element " << i;
  }

  template <typename Op> unsigned count() {
    unsigned number = 0;
    module->walk([&](Op) { ++number; });
    return number;
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;

private:
  std::vector<double> evaluate(const SizeExpr::Bindings &sizes) {
    auto function = module->lookupSymbol<func::FuncOp>("f");
    rxt::Evaluation evaluation(rxt::Precision::F32, sizes, {});
    std::mt19937 rng(1);
    std::uniform_real_distribution<float> uniform(-2, 2);
    std::vector<rxt::ReferenceValue> arguments, results;
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto type = cast<rxt::TensorType>(function.getArgumentTypes()[i]);
      rxt::ReferenceTensor tensor = evaluation.allocate(type);
      for (rxt::Scalar &value : tensor.values)
        value = rxt::isFloat(tensor.kind) ? rxt::scalarOf(double(uniform(rng)))
                                          : rxt::scalarOf(int64_t(rng() % 4));
      if (auto name = function.getArgAttrOfType<StringAttr>(i, "rx.name"))
        evaluation.bindPresence(name, {type, tensor});
      arguments.push_back(tensor);
    }
    EXPECT_TRUE(succeeded(evaluation.call(function, arguments, results)));
    std::vector<double> numbers;
    for (const rxt::ReferenceValue &result : results)
      for (rxt::Scalar value : result.tensor().values)
        numbers.push_back(rxt::isFloat(result.tensor().kind) ? value.real : double(value.integer));
    return numbers;
  }
};

constexpr llvm::StringLiteral prelude = R"(
!x = !rxt.tensor<f32[b, d]>
!r = !rxt.tensor<f32[b]>
!g = !rxt.tensor<f32[d]>
!s = !rxt.tensor<f32[]>
#all = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#column = affine_map<(d0, d1) -> (d1)>
#none = affine_map<(d0, d1) -> ()>
#one = affine_map<(d0) -> (d0)>
)";

/// Mean of squares, its root, the quotient, the gain: one reduction and one map remain.
TEST_F(FuseElementwiseTest, RmsNorm) {
  fuse((prelude + R"(
func.func @f(%x: !x, %g: !g) -> !x {
  %q = rxt.map(%x) by [#all] {
  ^bb0(%a: f32):
    %m = arith.mulf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !x
  %t = rxt.reduce sum (%q) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !r
  %eps = rxt.constant dense<1.0e-6> : tensor<f32> : !s
  %i = rxt.map(%t, %eps) by [#one, affine_map<(d0) -> ()>] {
  ^bb0(%a: f32, %e: f32):
    %n = rxt.size "d" : i32
    %f = arith.sitofp %n : i32 to f32
    %m = arith.divf %a, %f : f32
    %o = arith.addf %m, %e : f32
    %h = math.rsqrt %o : f32
    rxt.yield %h : f32
  } : (!r, !s) -> !r
  %y = rxt.map(%x, %i) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %m = arith.mulf %a, %c : f32
    rxt.yield %m : f32
  } : (!x, !r) -> !x
  %z = rxt.map(%y, %g) by [#all, #column] {
  ^bb0(%a: f32, %c: f32):
    %m = arith.mulf %a, %c : f32
    rxt.yield %m : f32
  } : (!x, !g) -> !x
  return %z : !x
})")
           .str(),
       {{"b", 3}, {"d", 17}});
  EXPECT_EQ(count<rxt::ReduceOp>(), 1u);
  EXPECT_EQ(count<rxt::MapOp>(), 1u);
  EXPECT_EQ(count<rxt::ConstantOp>(), 0u);
}

/// The exponentials are read by two ops and expensive: they are stored. The differences are not.
TEST_F(FuseElementwiseTest, Softmax) {
  fuse((prelude + R"(
func.func @f(%x: !x) -> !x {
  %m = rxt.reduce max (%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !r
  %d = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %s = arith.subf %a, %c : f32
    rxt.yield %s : f32
  } : (!x, !r) -> !x
  %e = rxt.map(%d) by [#all] {
  ^bb0(%a: f32):
    %s = math.exp %a : f32
    rxt.yield %s : f32
  } : (!x) -> !x
  %l = rxt.reduce sum (%e) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !r
  %y = rxt.map(%e, %l) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %s = arith.divf %a, %c : f32
    rxt.yield %s : f32
  } : (!x, !r) -> !x
  return %y : !x
})")
           .str(),
       {{"b", 5}, {"d", 9}});
  EXPECT_EQ(count<rxt::ReduceOp>(), 2u);
  EXPECT_EQ(count<rxt::MapOp>(), 2u);
}

/// Positions follow the dimension that reads them; permuting windows disappear.
TEST_F(FuseElementwiseTest, PositionsAndTransposes) {
  fuse((prelude + R"(
!t = !rxt.tensor<f32[d, b]>
func.func @f(%x: !x) -> !t {
  %p = rxt.map(%x) by [#all] {
  ^bb0(%a: f32):
    %i = rxt.index 1 : i32
    %f = arith.sitofp %i : i32 to f32
    %m = arith.mulf %a, %f : f32
    rxt.yield %m : f32
  } : (!x) -> !x
  %w = rxt.window %p by affine_map<(d0, d1) -> (d1, d0)> : (!x) -> !t
  %y = rxt.map(%w) by [#all] {
  ^bb0(%a: f32):
    %i = rxt.index 1 : i32
    %f = arith.sitofp %i : i32 to f32
    %m = arith.addf %a, %f : f32
    rxt.yield %m : f32
  } : (!t) -> !t
  return %y : !t
})")
           .str(),
       {{"b", 3}, {"d", 7}});
  EXPECT_EQ(count<rxt::WindowOp>(), 0u);
  EXPECT_EQ(count<rxt::MapOp>(), 1u);
}

/// A shift is no permutation.
TEST_F(FuseElementwiseTest, OtherWindowsStay) {
  fuse((prelude + R"(
func.func @f(%x: !x) -> !x {
  %w = rxt.window %x by affine_map<(d0, d1) -> (d0, d1 - 1)> else 0.0 : f32 : (!x) -> !x
  %y = rxt.map(%w) by [#all] {
  ^bb0(%a: f32):
    %m = arith.addf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !x
  return %y : !x
})")
           .str(),
       {{"b", 3}, {"d", 7}});
  EXPECT_EQ(count<rxt::WindowOp>(), 1u);
}

/// Fusing must not lose what says which elements exist, nor what gives a dimension its size.
TEST_F(FuseElementwiseTest, PresenceAndSizesSurvive) {
  fuse(R"(
!x = !rxt.tensor<f32[b, d]>
!p = !rxt.tensor<f32[b, d length(n)]>
!n = !rxt.tensor<i32[b]>
!r = !rxt.tensor<f32[b]>
#all = affine_map<(d0, d1) -> (d0, d1)>
func.func @f(%x: !x, %n: !n {rx.name = "n"}) -> !r {
  %q = rxt.map(%x) by [#all] {
  ^bb0(%a: f32):
    %m = arith.mulf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !p
  %t = rxt.reduce sum (%q) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!p) -> !r
  return %t : !r
})",
       {{"b", 4}, {"d", 6}});
  EXPECT_EQ(count<rxt::MapOp>(), 1u);
  fuse(R"(
!x = !rxt.tensor<i32[d]>
!r = !rxt.tensor<i32[]>
func.func @f() -> !r {
  %q = rxt.map() by [] {
    %i = rxt.index 0 : i32
    rxt.yield %i : i32
  } : () -> !x
  %t = rxt.reduce sum (%q) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: i32):
    rxt.yield %a : i32
  } : (!x) -> !r
  return %t : !r
})",
       {{"d", 6}});
  EXPECT_EQ(count<rxt::MapOp>(), 1u);
}

/// Of all logits, those of the last position: nothing is computed for the others, and the position
/// in a body is the one that was chosen.
TEST_F(FuseElementwiseTest, LastRow) {
  fuse(R"(
!x = !rxt.tensor<f32[b, t, d]>
!w = !rxt.tensor<f32[v, d]>
!r = !rxt.tensor<f32[b, t]>
!z = !rxt.tensor<f32[b, t, v]>
!l = !rxt.tensor<f32[b, v]>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
func.func @f(%x: !x, %w: !w) -> !l {
  %q = rxt.reduce sum (%x) by [#all] {
  ^bb0(%a: f32):
    %m = arith.mulf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !r
  %y = rxt.map(%x, %q) by [#all, #row] {
  ^bb0(%a: f32, %c: f32):
    %t = rxt.index 1 : i32
    %e = rxt.index 2 : i32
    %i = arith.muli %t, %e : i32
    %n = arith.sitofp %i : i32 to f32
    %m = arith.divf %a, %c : f32
    %o = arith.addf %m, %n : f32
    rxt.yield %o : f32
  } : (!x, !r) -> !x
  %z = rxt.contract(%y, %w) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d2, d3)>] : (!x, !w) -> !z
  %l = rxt.window %z by affine_map<(d0, d1)[s0] -> (d0, s0, d1)> {symbols = ["t - 1"]} : (!z) -> !l
  return %l : !l
})",
       {{"b", 2}, {"t", 5}, {"d", 6}, {"v", 7}});
  module->walk([](Operation *op) {
    for (Type type : op->getResultTypes())
      if (auto tensor = dyn_cast<rxt::TensorType>(type))
        EXPECT_LE(tensor.rank(), 2u) << op->getName().getStringRef().str();
  });
}

/// Two positions at once, one of them a number; what others read too stays whole.
TEST_F(FuseElementwiseTest, OneElementOfASharedMap) {
  fuse((prelude + R"(
func.func @f(%x: !x) -> (!s, !r) {
  %y = rxt.map(%x) by [#all] {
  ^bb0(%a: f32):
    %m = math.exp %a : f32
    rxt.yield %m : f32
  } : (!x) -> !x
  %z = rxt.map(%y) by [#all] {
  ^bb0(%a: f32):
    %b = rxt.index 0 : i32
    %n = arith.sitofp %b : i32 to f32
    %m = arith.mulf %a, %n : f32
    rxt.yield %m : f32
  } : (!x) -> !x
  %q = rxt.reduce max (%y) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !r
  %l = rxt.window %z by affine_map<()[s0] -> (2, s0)> {symbols = ["d - 1"]} : (!x) -> !s
  return %l, %q : !s, !r
})")
           .str(),
       {{"b", 3}, {"d", 5}});
  EXPECT_EQ(count<rxt::MapOp>(), 2u);
}

/// Permutations vanish into contractions and windows; a copy vanishes.
TEST_F(FuseElementwiseTest, Permutations) {
  fuse((prelude + R"(
!t = !rxt.tensor<f32[d, b]>
!c = !rxt.tensor<f32[b, b]>
func.func @f(%x: !x) -> (!c, !t) {
  %p = rxt.map(%x) by [affine_map<(d0, d1) -> (d1, d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !t
  %same = rxt.map(%p) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!t) -> !t
  %c = rxt.contract(%x, %same) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!x, !t) -> !c
  %w = rxt.window %x by affine_map<(d0, d1) -> (d0, d1 - 2)> else 1.0 : f32 : (!x) -> !x
  %q = rxt.map(%w) by [affine_map<(d0, d1) -> (d1, d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!x) -> !t
  return %c, %q : !c, !t
})")
           .str(),
       {{"b", 3}, {"d", 5}});
  EXPECT_EQ(count<rxt::MapOp>(), 0u);
  EXPECT_EQ(count<rxt::WindowOp>(), 1u);
}

/// Expensive work stays out of places that would repeat it.
TEST_F(FuseElementwiseTest, NoRepetition) {
  fuse((prelude + R"(
func.func @f(%x: !x, %g: !g) -> !x {
  %e = rxt.map(%g) by [#one] {
  ^bb0(%a: f32):
    %s = math.exp %a : f32
    rxt.yield %s : f32
  } : (!g) -> !g
  %y = rxt.map(%x, %e) by [#all, #column] {
  ^bb0(%a: f32, %c: f32):
    %m = arith.mulf %a, %c : f32
    rxt.yield %m : f32
  } : (!x, !g) -> !x
  return %y : !x
})")
           .str(),
       {{"b", 3}, {"d", 7}});
  EXPECT_EQ(count<rxt::MapOp>(), 2u);
}

} // namespace
} // namespace rx::compiler
