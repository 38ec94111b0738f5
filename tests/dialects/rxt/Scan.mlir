// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.scan sum %{{.*}} along 1 : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
// CHECK: rxt.scan max %{{.*}} along 0 reverse :
func.func @f(%x: !rxt.tensor<f32[b, t, 640]>) {
  %y = rxt.scan sum %x along 1 : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
  %z = rxt.scan max %x along 0 reverse : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
  return
}
