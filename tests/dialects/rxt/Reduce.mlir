// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.reduce argmax(%{{.*}}) by [#{{.*}}] {
// CHECK: rxt.yield %{{.*}} : f32
// CHECK: } : (!rxt.tensor<f32[b, t length(n)]>) -> !rxt.tensor<i32[b]>
func.func @f(%x: !rxt.tensor<f32[b, t length(n)]>) {
  %y = rxt.reduce argmax(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t length(n)]>) -> !rxt.tensor<i32[b]>
  return
}
