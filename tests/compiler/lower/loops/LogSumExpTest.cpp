// The kernel of kind `logsumexp`: maximum, sum of exponentials and one chosen score per row, of
// scores that never exist whole.
#include "tests/compiler/lower/loops/HeadText.h"
#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

/// Scores [b, t, v]; `equation` makes %x from %a; the function returns `results` of `types`.
std::string logSumExp(const std::string &equation, const std::string &results,
                      const std::string &types) {
  return R"(
!h = !rxt.tensor<f32[b, t, 40]>
!w = !rxt.tensor<f32[v, 40]>
!z = !rxt.tensor<f32[b, t, v]>
!r = !rxt.tensor<f32[b, t]>
!c = !rxt.tensor<f32[t, b]>
!i = !rxt.tensor<i32[b, t]>
#all = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d1)>
func.func @k(%h: !h, %w: !w, %y: !i) -> ()" +
         types + R"() {
  %s = rxt.contract(%h, %w) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>,
                                affine_map<(d0, d1, d2, d3) -> (d2, d3)>] : (!h, !w) -> !z
  %x = rxt.map(%s) by [#all] {
  ^bb0(%a: f32):
)" + equation +
         R"(
    rxt.yield %e : f32
  } : (!z) -> !z
)" + sumOfExponentials.str() +
         (results.find("%c") == std::string::npos ? "" : R"(
  %c = rxt.gather %x at %y axis 2 by affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d1, d0)>
     : (!z, !i) -> !c
)") + "  return " +
         results + " : " + types + "\n}\n";
}

const std::string same = "    %n = arith.constant 1.0 : f32\n    %e = arith.mulf %a, %n : f32\n";
const std::string capped = R"(
    %n = arith.constant 5.0 : f32
    %q = arith.divf %a, %n : f32
    %o = math.tanh %q : f32
    %e = arith.mulf %o, %n : f32
)";

class LogSumExpTest : public LoopTest {
protected:
  /// In both precisions; operands are numbers of bf16 for its products.
  void checkBoth(const std::string &text) {
    std::vector<Sizes> sizes;
    for (auto [b, t, v] : {std::tuple<int64_t, int64_t, int64_t>(1, 1, 1),
                           {2, 3, 127},
                           {1, 40, 129},
                           {3, 33, 600},
                           {drawn(4), drawn(70), drawn(600)}})
      sizes.push_back({{"b", b}, {"t", t}, {"v", v}});
    for (Precision each : {Precision::F32, Precision::BF16}) {
      products = each;
      check(text, sizes, tolerance, uniformBelow("v"));
    }
  }

  /// Sums of up to 600 exponentials whose scores, up to 160, are off by the rounding of 40
  /// products; the largest weighs 1.
  Tolerance tolerance{2e-4, 2e-4};
};

TEST_F(LogSumExpTest, MaximumSumAndChosen) {
  checkBoth(logSumExp(same, "%m, %l, %c", "!r, !r, !c"));
}

TEST_F(LogSumExpTest, OfAnEquation) { checkBoth(logSumExp(capped, "%c, %l", "!c, !r")); }

TEST_F(LogSumExpTest, WithoutChosen) { checkBoth(logSumExp(same, "%l, %m", "!r, !r")); }

} // namespace
} // namespace rx::compiler
