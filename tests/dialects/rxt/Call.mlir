// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.call @g(%{{.*}}) : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
// CHECK: rxt.constant dense<[1, 2]> : tensor<2xi32> : !rxt.table<[2] x i32[]>
func.func private @g(!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
func.func @f(%x: !rxt.tensor<f32[b, t, 640]>) {
  %y = rxt.call @g(%x) : (!rxt.tensor<f32[b, t, 640]>) -> !rxt.tensor<f32[b, t, 640]>
  %k = rxt.constant dense<[1, 2]> : tensor<2xi32> : !rxt.table<[2] x i32[]>
  return
}
