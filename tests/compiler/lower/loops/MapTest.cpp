#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using MapTest = LoopTest;

TEST_F(MapTest, EquationOverRows) {
  check(R"(
func.func @k(%x: !rxt.tensor<f32[b, t]>, %g: !rxt.tensor<f32[t]>, %s: !rxt.tensor<f32[b]>) -> !rxt.tensor<f32[b, t]> {
  %y = rxt.map(%x, %g, %s) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%a: f32, %c: f32, %d: f32):
    %e = math.exp %d : f32
    %m = arith.mulf %a, %c : f32
    %n = arith.addf %m, %e : f32
    %h = math.tanh %n : f32
    rxt.yield %h : f32
  } : (!rxt.tensor<f32[b, t]>, !rxt.tensor<f32[t]>, !rxt.tensor<f32[b]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
})",
        sizesOf("b", "t"), equation);
}

} // namespace
} // namespace rx::compiler
