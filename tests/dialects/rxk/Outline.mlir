// Passes that lead to kernels, on text. Two maps in a row become one kernel; the second function needs no kernel of its own.
// RUN: %rx-opt --rx-fuse-elementwise --rxt-to-rxk %s | FileCheck %s
// Unfused they are two, and the two functions share both.
// RUN: %rx-opt --rxt-to-rxk %s | FileCheck %s --check-prefix=APART

// CHECK-LABEL: func.func @f
// CHECK: rxk.launch @[[K:.*]](%{{.*}}) :
// CHECK-NOT: rxk.launch
// CHECK-LABEL: func.func @g
// CHECK: rxk.launch @[[K]](%{{.*}}) :
// CHECK-NOT: rxk.launch
// CHECK: rxk.kernel @[[K]](
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: rxk.return
// CHECK-NOT: rxk.kernel

// APART-LABEL: func.func @f
// APART: rxk.launch @[[A:.*]](%{{.*}}) :
// APART: rxk.launch @[[B:.*]](%{{.*}}) :
// APART-LABEL: func.func @g
// APART: rxk.launch @[[A]](%{{.*}}) :
// APART: rxk.launch @[[B]](%{{.*}}) :
// APART-COUNT-2: rxk.kernel
// APART-NOT: rxk.kernel
#id = affine_map<(i) -> (i)>
func.func @f(%x: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
  %y = rxt.map(%x) by [#id] {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  %z = rxt.map(%y) by [#id] {
  ^bb0(%a: f32):
    %0 = arith.addf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  return %z : !rxt.tensor<f32[n]>
}
func.func @g(%u: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
  %y = rxt.map(%u) by [#id] {
  ^bb0(%b: f32):
    %0 = arith.mulf %b, %b : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  %z = rxt.map(%y) by [#id] {
  ^bb0(%b: f32):
    %0 = arith.addf %b, %b : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  return %z : !rxt.tensor<f32[n]>
}
