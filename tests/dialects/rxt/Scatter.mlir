// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.scatter %{{.*}} at %{{.*}} axis 0 by #{{.*}}, #{{.*}} : (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<i32[b, t]>) -> !rxt.tensor<f32[v, 640]>
func.func @f(%u: !rxt.tensor<f32[b, t, 640]>, %i: !rxt.tensor<i32[b, t]>) {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1)> : (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<i32[b, t]>) -> !rxt.tensor<f32[v, 640]>
  return
}
