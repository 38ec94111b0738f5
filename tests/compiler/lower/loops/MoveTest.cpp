// gather, scatter, window: what moves elements.
#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

using MoveTest = LoopTest;

TEST_F(MoveTest, GatherRows) {
  check(R"(
!e = !rxt.tensor<f32[10, d]>
!i = !rxt.tensor<i32[t]>
!y = !rxt.tensor<f32[t, d]>
func.func @k(%e: !e, %i: !i) -> !y {
  %y = rxt.gather %e at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!e, !i) -> !y
  return %y : !y
})",
        sizesOf("t", "d"), exact);
}

TEST_F(MoveTest, GatherAlongTheLastAxis) {
  check(R"(
!e = !rxt.tensor<f32[t, 10]>
!i = !rxt.tensor<i32[t, d]>
!y = !rxt.tensor<f32[t, d]>
func.func @k(%e: !e, %i: !i) -> !y {
  %y = rxt.gather %e at %i axis 1 by affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)> : (!e, !i) -> !y
  return %y : !y
})",
        sizesOf("t", "d"), exact);
  check(R"(
!e = !rxt.tensor<i1[10]>
!i = !rxt.tensor<i32[t]>
!y = !rxt.tensor<i1[t]>
func.func @k(%e: !e, %i: !i) -> !y {
  %y = rxt.gather %e at %i axis 0 by affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)> : (!e, !i) -> !y
  return %y : !y
})",
        sizesOf("t"), exact);
}

TEST_F(MoveTest, GatherOneRow) {
  check(R"(
!e = !rxt.tensor<f32[10, d]>
!i = !rxt.tensor<i32[]>
!y = !rxt.tensor<f32[d]>
func.func @k(%e: !e, %i: !i) -> !y {
  %y = rxt.gather %e at %i axis 0 by affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()> : (!e, !i) -> !y
  return %y : !y
})",
        sizesOf("d"), exact);
}

TEST_F(MoveTest, ScatterRows) {
  check(R"(
!u = !rxt.tensor<f32[t, d]>
!i = !rxt.tensor<i32[t]>
!y = !rxt.tensor<f32[10, d]>
func.func @k(%u: !u, %i: !i) -> !y {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!u, !i) -> !y
  return %y : !y
})",
        sizesOf("t", "d"), sum(40));
}

TEST_F(MoveTest, ScatterAlongTheLastAxis) {
  check(R"(
!u = !rxt.tensor<f32[t, d]>
!i = !rxt.tensor<i32[t, d]>
!y = !rxt.tensor<f32[t, 10]>
func.func @k(%u: !u, %i: !i) -> !y {
  %y = rxt.scatter %u at %i axis 1 by affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)> : (!u, !i) -> !y
  return %y : !y
})",
        sizesOf("t", "d"), sum(300));
}

TEST_F(MoveTest, UpdateRows) {
  check(R"(
!x = !rxt.tensor<f32[10, d]>
!r = !rxt.tensor<f32[t, d]>
!i = !rxt.tensor<i32[t]>
func.func @k(%x: !x, %r: !r, %i: !i) -> !x {
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!x, !r, !i) -> !x
  return %y : !x
})",
        sizesOf("t", "d"), exact);
}

TEST_F(MoveTest, UpdateLeavesOutWhatIsOutside) {
  check(R"(
!x = !rxt.tensor<f32[5, b, 3, e]>
!r = !rxt.tensor<f32[b, 3, n, e]>
!i = !rxt.tensor<i32[b, n]>
func.func @k(%x: !x, %r: !r, %i: !i) -> !x {
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d0, d2)> : (!x, !r, !i) -> !x
  return %y : !x
})",
        {{{"b", 1}, {"n", 1}, {"e", 1}},
         {{"b", 2}, {"n", 3}, {"e", 17}},
         {{"b", 3}, {"n", 9}, {"e", 256}},
         {{"b", 2}, {"n", 0}, {"e", 4}},
         {{"b", drawn(5)}, {"n", drawn(9)}, {"e", drawn(200)}}},
        exact);
}

TEST_F(MoveTest, UpdateAlongTheLastAxis) {
  check(R"(
!x = !rxt.tensor<f32[t, 10]>
!r = !rxt.tensor<f32[t, d]>
!i = !rxt.tensor<i32[t, d]>
func.func @k(%x: !x, %r: !r, %i: !i) -> !x {
  %y = rxt.update %x with %r at %i axis 1 by affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)> : (!x, !r, !i) -> !x
  return %y : !x
})",
        sizesOf("t", "d"), exact);
}

TEST_F(MoveTest, ScatterCounts) {
  check(R"(
!u = !rxt.tensor<i32[t]>
!i = !rxt.tensor<i32[t]>
!y = !rxt.tensor<i32[10]>
func.func @k(%u: !u, %i: !i) -> !y {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0) -> ()>, affine_map<(d0) -> (d0)> : (!u, !i) -> !y
  return %y : !y
})",
        sizesOf("t"), exact);
}

/// `map` from f32[b, t] to `result`.
std::string window(llvm::StringRef map, llvm::StringRef result, llvm::StringRef fill = "",
                   llvm::StringRef attributes = "", llvm::StringRef input = "b, t") {
  return ("!x = !rxt.tensor<f32[" + input + "]>\n!y = !rxt.tensor<f32[" + result +
          "]>\nfunc.func @k(%x: !x) -> !y {\n  %y = rxt.window %x by affine_map<" + map + "> " +
          fill + " " + attributes + " : (!x) -> !y\n  return %y : !y\n}")
      .str();
}

TEST_F(MoveTest, Transpose) {
  check(window("(d0, d1) -> (d1, d0)", "t, b"), sizesOf("b", "t"), exact);
}
TEST_F(MoveTest, ShiftWithFill) {
  check(window("(d0, d1) -> (d0, d1 - 1)", "b, t", "else -1.5 : f32"), sizesOf("b", "t"), exact);
  check(window("(d0, d1) -> (d0 + 2, d1 + 3)", "b, t", "else 0.0 : f32"), sizesOf("b", "t"), exact);
  check(window("(d0, d1) -> (d0 - 3, d1)", "b, t", "else 7.0 : f32"), sizesOf("b", "t"), exact);
}
TEST_F(MoveTest, PadAndReverse) {
  check(window("(d0, d1) -> (d0, d1 - 2)", "b, \"t + 5\"", "else 0.0 : f32"), sizesOf("b", "t"),
        exact);
  check(window("(d0, d1)[s0] -> (d0, s0 - 1 - d1)", "b, t", "", "{symbols = [\"t\"]}"),
        sizesOf("b", "t"), exact);
}
/// A symbol is any size: the input reversed twice as far as it is long.
TEST_F(MoveTest, SymbolsAreSizes) {
  check(window("(d0, d1)[s0] -> (d0, s0 - d1)", "b, t", "else 3.0 : f32",
               "{symbols = [\"2*t - 1\"]}"),
        sizesOf("b", "t"), exact);
}
TEST_F(MoveTest, Stride) {
  check(window("(d0, d1) -> (d0, d1 * 2 + 1)", "b, t", "", "", "b, \"2*t + 1\""), sizesOf("b", "t"),
        exact);
}
TEST_F(MoveTest, Repeat) {
  check(window("(d0, d1) -> (d0, d1 floordiv 3)", "b, \"3*t\""), sizesOf("b", "t"), exact);
  check(window("(d0, d1)[s0] -> (d0, d1 mod 2)", "b, t", "else 1.0 : f32", "{symbols = [\"t\"]}"),
        sizesOf("b", "t"), exact);
  check(window("(d0, d1) -> (d0, (d1 - 5) floordiv 2)", "b, t", "else 1.0 : f32"),
        sizesOf("b", "t"), exact);
  check(window("(d0, d1) -> (d0, (d1 - 5) ceildiv 2)", "b, t", "else 1.0 : f32"), sizesOf("b", "t"),
        exact);
}
TEST_F(MoveTest, ConvolutionWindows) {
  check(window("(d0, d1, d2) -> (d0, d1 + d2 - 2)", "b, t, 3", "else 0.0 : f32"), sizesOf("b", "t"),
        exact);
  check(window("(d0, d1, d2) -> (d0, d1 + d2 - 2)", "b, 3, t", "else 0.0 : f32"), sizesOf("b", "t"),
        exact);
}
TEST_F(MoveTest, Split) {
  check(window("(d0, d1, d2) -> (d0, d1 * 4 + d2)", "b, t, 4", "", "", "b, \"4*t\""),
        sizesOf("b", "t"), exact);
  check(window("(d0, d1) -> (d0, d1 floordiv 4, d1 mod 4)", "b, \"4*t\"", "", "", "b, t, 4"),
        sizesOf("b", "t"), exact);
}
/// A kernel may read through windows, and through windows of windows: the rotation of rope.
TEST_F(MoveTest, MapsAndReductionsThroughWindows) {
  check(R"(
!x = !rxt.tensor<f32[b, "2*t"]>
!h = !rxt.tensor<f32[b, t]>
!y = !rxt.tensor<f32[b, t]>
func.func @k(%x: !x, %z: !x) -> !y {
  %low = rxt.window %x by affine_map<(d0, d1) -> (d0, d1)> : (!x) -> !h
  %high = rxt.window %z by affine_map<(d0, d1)[s0] -> (d0, d1 + s0)> {symbols = ["t"]} : (!x) -> !h
  %late = rxt.window %high by affine_map<(d0, d1) -> (d0, d1 - 1)> else 0.5 : f32 : (!h) -> !h
  %y = rxt.map(%low, %late) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32, %b: f32):
    %m = arith.subf %a, %b : f32
    rxt.yield %m : f32
  } : (!h, !h) -> !y
  return %y : !y
})",
        sizesOf("b", "t"), equation);
  check(R"(
!x = !rxt.tensor<f32[b, t]>
!w = !rxt.tensor<f32[b, t, 3]>
!y = !rxt.tensor<f32[b, t]>
func.func @k(%x: !x) -> !y {
  %w = rxt.window %x by affine_map<(d0, d1, d2) -> (d0, d1 + d2 - 1)> else 0xFF800000 : f32 : (!x) -> !w
  %y = rxt.reduce max (%w) by [affine_map<(d0, d1, d2) -> (d0, d1, d2)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!w) -> !y
  return %y : !y
})",
        sizesOf("b", "t"), exact);
}

/// Heads are cut from rows, and put together again from where they do not lie side by side. Those
/// of 48 elements do not divide into strips along with 32.
TEST_F(MoveTest, Heads) {
  for (std::string e : {"32", "48", "5"}) {
    std::string heads = "b, 3, t, " + e, row = "b, t, \"3*" + e + "\"";
    check(window("(d0, d1, d2, d3) -> (d0, d2, d1 * " + e + " + d3)", heads, "", "", row),
          sizesOf("b", "t"), exact);
    check(window("(d0, d1, d2) -> (d0, d2 floordiv " + e + ", d1, d2 mod " + e + ")", row, "", "",
                 heads),
          sizesOf("b", "t"), exact);
  }
}

TEST_F(MoveTest, OneElement) {
  check(window("() -> (2, 3)", "", "else 9.0 : f32"), sizesOf("b", "t"), exact);
}

} // namespace
} // namespace rx::compiler
