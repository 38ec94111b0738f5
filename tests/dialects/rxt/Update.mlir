// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK-LABEL: func.func @append
// CHECK: rxt.update %{{.*}} with %{{.*}} at %{{.*}} axis 0 by #{{.*}}, #{{.*}} : (!rxt.tensor<f32[c, b, 4]>, !rxt.tensor<f32[b, n, 4]>, !rxt.tensor<i32[b, n]>) -> !rxt.tensor<f32[c, b, 4]>
func.func @append(%cache: !rxt.tensor<f32[c, b, 4]>, %rows: !rxt.tensor<f32[b, n, 4]>, %at: !rxt.tensor<i32[b, n]>) -> !rxt.tensor<f32[c, b, 4]> {
  %y = rxt.update %cache with %rows at %at axis 0 by affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>
    : (!rxt.tensor<f32[c, b, 4]>, !rxt.tensor<f32[b, n, 4]>, !rxt.tensor<i32[b, n]>) -> !rxt.tensor<f32[c, b, 4]>
  return %y : !rxt.tensor<f32[c, b, 4]>
}
