// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.sort %{{.*}} along 2 descending :
// CHECK: rxt.sort %{{.*}} along 0 :
func.func @f(%x: !rxt.tensor<f32[b, t, 640]>) {
  %v, %p = rxt.sort %x along 2 descending : (!rxt.tensor<f32[b, t, 640]>) -> (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<i32[b, t, 640]>)
  %w, %q = rxt.sort %x along 0 : (!rxt.tensor<f32[b, t, 640]>) -> (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<i32[b, t, 640]>)
  return
}
