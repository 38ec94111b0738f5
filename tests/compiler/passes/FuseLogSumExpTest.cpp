// Spellings of cross-entropy over a vocabulary whose logits never exist whole.
#include "tests/compiler/passes/KernelsOf.h"

namespace rx::compiler {
namespace {

constexpr llvm::StringLiteral head = R"(
!h = !rxt.tensor<f32[b, t, 8]>
!w = !rxt.tensor<f32[v, 8]>
!z = !rxt.tensor<f32[b, t, v]>
!r = !rxt.tensor<f32[b, t]>
!i = !rxt.tensor<i32[b, t]>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
#two = affine_map<(d0, d1) -> (d0, d1)>
func.func @f(%h: !h, %w: !w, %y: !i) -> !r {
  %z = rxt.contract(%h, %w) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>,
                                affine_map<(d0, d1, d2, d3) -> (d2, d3)>] : (!h, !w) -> !z
)";

constexpr llvm::StringLiteral capped = R"(
  %x = rxt.map(%z) by [#all] {
  ^bb0(%p: f32):
    %n = arith.constant 30.0 : f32
    %c = arith.divf %p, %n : f32
    %d = math.tanh %c : f32
    %q = arith.mulf %d, %n : f32
    rxt.yield %q : f32
  } : (!z) -> !z
)";

/// Maximum and sum of exponentials of `x`.
std::string sums(const std::string &x) {
  return "  %m = rxt.reduce max(" + x + R"() by [#all] {
  ^bb0(%p: f32):
    rxt.yield %p : f32
  } : (!z) -> !r
  %e = rxt.map()" +
         x + R"(, %m) by [#all, #row] {
  ^bb0(%p: f32, %q: f32):
    %d = arith.subf %p, %q : f32
    %g = math.exp %d : f32
    rxt.yield %g : f32
  } : (!z, !r) -> !z
  %s = rxt.reduce sum(%e) by [#all] {
  ^bb0(%p: f32):
    rxt.yield %p : f32
  } : (!z) -> !r
)";
}

std::string chosenOf(const std::string &source) {
  return "  %c = rxt.gather " + source + " at %y axis 2 by #two, #two : (!z, !i) -> !r\n";
}

/// log(sum) + max - chosen
constexpr llvm::StringLiteral difference = R"(
  %o = rxt.map(%s, %m, %c) by [#two, #two, #two] {
  ^bb0(%p: f32, %q: f32, %k: f32):
    %l = math.log %p : f32
    %n = arith.addf %l, %q : f32
    %d = arith.subf %n, %k : f32
    rxt.yield %d : f32
  } : (!r, !r, !r) -> !r
  return %o : !r
}
)";

/// -log of the probability chosen.
constexpr llvm::StringLiteral logOfChosen = R"(
  %o = rxt.map(%c) by [#two] {
  ^bb0(%p: f32):
    %l = math.log %p : f32
    %d = arith.negf %l : f32
    rxt.yield %d : f32
  } : (!r) -> !r
  return %o : !r
}
)";

std::string quotient() {
  return R"(
  %a = rxt.map(%e, %s) by [#all, #row] {
  ^bb0(%p: f32, %q: f32):
    %d = arith.divf %p, %q : f32
    rxt.yield %d : f32
  } : (!z, !r) -> !z
)";
}

/// z - max - log(sum), everywhere.
constexpr llvm::StringLiteral logSoftmax = R"(
  %a = rxt.map(%z, %m, %s) by [#all, #row, #row] {
  ^bb0(%p: f32, %q: f32, %k: f32):
    %d = arith.subf %p, %q : f32
    %l = math.log %k : f32
    %n = arith.subf %d, %l : f32
    rxt.yield %n : f32
  } : (!z, !r, !r) -> !z
)";

class FuseLogSumExpTest : public KernelsOf {
protected:
  FuseLogSumExpTest() { sizes = {{"b", 2}, {"t", 3}, {"v", 7}}; }
};

TEST_F(FuseLogSumExpTest, LogSumExpLessTheLogit) {
  EXPECT_EQ(kernelsOf(head.str() + chosenOf("%z") + sums("%z") + difference.str()),
            "logsumexp map");
}

TEST_F(FuseLogSumExpTest, LogOfTheSoftmaxOfTheTarget) {
  EXPECT_EQ(kernelsOf(head.str() + sums("%z") + quotient() + chosenOf("%a") + logOfChosen.str()),
            "logsumexp map");
}

TEST_F(FuseLogSumExpTest, TargetOfTheLogSoftmax) {
  EXPECT_EQ(kernelsOf(head.str() + sums("%z") + logSoftmax.str() + chosenOf("%a") +
                      "  %o = rxt.map(%c) by [#two] {\n  ^bb0(%p: f32):\n"
                      "    %d = arith.negf %p : f32\n    rxt.yield %d : f32\n  } : (!r) -> !r\n"
                      "  return %o : !r\n}\n"),
            "logsumexp map");
}

TEST_F(FuseLogSumExpTest, CappedLogits) {
  EXPECT_EQ(kernelsOf(head.str() + capped.str() + chosenOf("%x") + sums("%x") + difference.str()),
            "logsumexp map");
}

/// z is a result of its own: it exists anyway.
TEST_F(FuseLogSumExpTest, LogitsThatAreReturned) {
  std::string text = head.str() + chosenOf("%z") + sums("%z") + difference.str();
  text.replace(text.find("-> !r {"), 7, "-> (!r, !z) {");
  text.replace(text.find("return %o : !r"), 14, "return %o, %z : !r, !z");
  EXPECT_EQ(kernelsOf(text).find("logsumexp"), std::string::npos);
}

TEST_F(FuseLogSumExpTest, AnotherShiftThanTheMaximum) {
  std::string text = head.str() + chosenOf("%z") + sums("%z") + difference.str();
  text.replace(text.find("reduce max"), 10, "reduce min");
  EXPECT_EQ(kernelsOf(text).find("logsumexp"), std::string::npos);
}

} // namespace
} // namespace rx::compiler
