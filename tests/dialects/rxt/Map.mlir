// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK-LABEL: func.func @bias
// CHECK-SAME: !rxt.tensor<f32[b, "2*t + 1", 640]>
func.func @bias(%x: !rxt.tensor<f32[b, "1 + 2*t", 640]>, %g: !rxt.tensor<f32[640]>) -> !rxt.tensor<f32[b, "2*t + 1", 640]> {
  // CHECK: rxt.map(%{{.*}}, %{{.*}}) by [#{{.*}}, #{{.*}}] {
  // CHECK: arith.addf
  // CHECK: rxt.yield
  %y = rxt.map(%x, %g) by [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d2)>] {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %c : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[b, "2*t + 1", 640]>, !rxt.tensor<f32[640]>) -> !rxt.tensor<f32[b, "2*t + 1", 640]>
  return %y : !rxt.tensor<f32[b, "2*t + 1", 640]>
}

// CHECK-LABEL: func.func @positions
func.func @positions() -> !rxt.tensor<i32[t]> {
  // CHECK: rxt.index 0 : i32
  // CHECK: rxt.size "t - 1" : i32
  %y = rxt.map() by [] {
    %i = rxt.index 0 : i32
    %n = rxt.size "t - 1" : i32
    %d = arith.subi %n, %i : i32
    rxt.yield %d : i32
  } : () -> !rxt.tensor<i32[t]>
  return %y : !rxt.tensor<i32[t]>
}

// CHECK-LABEL: func.func @presence
// CHECK-SAME: f32[b, s max 1024 length(n), t mask(m)]
func.func @presence(%x: !rxt.tensor<f32[b, s max 1024 length(n), t mask(m)]>) -> !rxt.tensor<f32[b, s max 1024 length(n), t mask(m)]> {
  return %x : !rxt.tensor<f32[b, s max 1024 length(n), t mask(m)]>
}
