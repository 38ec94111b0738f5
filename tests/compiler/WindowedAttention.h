// Softmax of scores over a window of earlier positions, as text: what programs are derived from.
#pragma once

#include <string>

namespace rx::compiler::test {

/// From rows `%h` (!h), queries `%q` (!h) and the length `%window` (i32[]) to `%shares` (!s), of keys
/// `%k`. The program names !h = f32[b, t, N], !s = f32[b, t, t], #e, #x, #row and #none.
inline const std::string sharesInWindow = R"(
  %k = rxt.map(%h) by [#e] {
  ^bb0(%a: f32):
    %y = math.sin %a : f32
    rxt.yield %y : f32
  } : (!h) -> !h
  %scores = rxt.contract(%q, %k) by [affine_map<(b, t, u, i) -> (b, t, i)>, affine_map<(b, t, u, i) -> (b, u, i)>] : (!h, !h) -> !s
  %masked = rxt.map(%scores, %window) by [#x, #none] {
  ^bb0(%s: f32, %w: i32):
    %inf = arith.constant 0xFF800000 : f32
    %t = rxt.index 1 : i32
    %u = rxt.index 2 : i32
    %d = arith.subi %t, %u : i32
    %near = arith.cmpi slt, %d, %w : i32
    %before = arith.cmpi sle, %u, %t : i32
    %seen = arith.andi %near, %before : i1
    %y = arith.select %seen, %s, %inf : f32
    rxt.yield %y : f32
  } : (!s, !rxt.tensor<i32[]>) -> !s
  %max = rxt.reduce max(%masked) by [#x] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !rxt.tensor<f32[b, t]>
  %weights = rxt.map(%masked, %max) by [#x, #row] {
  ^bb0(%a: f32, %m: f32):
    %d = arith.subf %a, %m : f32
    %y = math.exp %d : f32
    rxt.yield %y : f32
  } : (!s, !rxt.tensor<f32[b, t]>) -> !s
  %sum = rxt.reduce sum(%weights) by [#x] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!s) -> !rxt.tensor<f32[b, t]>
  %shares = rxt.map(%weights, %sum) by [#x, #row] {
  ^bb0(%a: f32, %m: f32):
    %y = arith.divf %a, %m : f32
    rxt.yield %y : f32
  } : (!s, !rxt.tensor<f32[b, t]>) -> !s
)";

} // namespace rx::compiler::test
