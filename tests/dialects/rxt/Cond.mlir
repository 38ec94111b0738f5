// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.cond %{{.*}}(%{{.*}}) then {
// CHECK: } else {
// CHECK: } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
func.func @f(%c: !rxt.tensor<i1[]>, %x: !rxt.tensor<f32[b, t, 640]>) {
  %y = rxt.cond %c(%x) then {
  ^bb0(%a: !rxt.tensor<f32[b, t, 640]>):
    rxt.yield %a : !rxt.tensor<f32[b, t, 640]>
  } else {
  ^bb0(%a: !rxt.tensor<f32[b, t, 640]>):
    rxt.yield %a : !rxt.tensor<f32[b, t, 640]>
  } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
  return
}
