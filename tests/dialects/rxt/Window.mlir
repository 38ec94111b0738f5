// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.window %{{.*}} by #{{.*}} else 0.000000e+00 : f32 {symbols = ["t"]} :
// CHECK: rxt.window %{{.*}} by #{{.*}} : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t]>
func.func @f(%x: !rxt.tensor<f32[b, t, 640]>) {
  %y = rxt.window %x by affine_map<(d0, d1, d2)[s0] -> (d0, s0 - d1, d2)> else 0.0 : f32 {symbols = ["t"]} : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
  %z = rxt.window %x by affine_map<(d0, d1) -> (d0, d1, 0)> : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t]>
  return
}

// A symbol of the map may be any size polynomial: the last position of an axis.
// CHECK-LABEL: func.func @last
// CHECK: rxt.window %{{.*}} by {{.*}} {symbols = ["t - 1"]}
func.func @last(%x: !rxt.tensor<f32[t, 8]>) -> !rxt.tensor<f32[8]> {
  %0 = rxt.window %x by affine_map<(d0)[s0] -> (s0, d0)> {symbols = ["t - 1"]} : (!rxt.tensor<f32[t, 8]>) -> !rxt.tensor<f32[8]>
  return %0 : !rxt.tensor<f32[8]>
}
