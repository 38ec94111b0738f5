// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: #[[L:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// CHECK: #[[R:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
// CHECK: rxt.contract(%{{.*}}, %{{.*}}) by [#[[L]], #[[R]]] : (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<f32[640, 1024]>) -> !rxt.tensor<f32[b, t, 1024]>
func.func @f(%l: !rxt.tensor<f32[b, t, 640]>, %r: !rxt.tensor<f32[640, 1024]>) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>, affine_map<(d0, d1, d2, d3) -> (d3, d2)>] : (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<f32[640, 1024]>) -> !rxt.tensor<f32[b, t, 1024]>
  return
}
