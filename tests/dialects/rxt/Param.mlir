// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.buffer @w0 : !rxt.tensor<f32[640, 1024]> from "w.gguf" "blk.0.w"
// CHECK: rxt.buffer @w1 : !rxt.tensor<f32[640, 1024]> via @g {inputs = [@w0]}
// CHECK: rxt.buffer @zero : !rxt.tensor<f32[640]> via @h
// CHECK: rxt.buffer @other : !rxt.tensor<f32[640]> via @h
// CHECK: rxt.param "layers.w" [@w0, @w1, @w0] : !rxt.table<[3] x f32[640, 1024]>
// CHECK: rxt.param "v" [@w0] : !rxt.tensor<f32[640, 1024]>
rxt.buffer @w0 : !rxt.tensor<f32[640, 1024]> from "w.gguf" "blk.0.w"
rxt.buffer @w1 : !rxt.tensor<f32[640, 1024]> via @g {inputs = [@w0]}
// From nothing, two buffers of one function are two parameters that begin alike, not a copy.
rxt.buffer @zero : !rxt.tensor<f32[640]> via @h
rxt.buffer @other : !rxt.tensor<f32[640]> via @h
func.func private @h() -> !rxt.tensor<f32[640]>
func.func private @g(!rxt.tensor<f32[640, 1024]>) -> !rxt.tensor<f32[640, 1024]>
func.func @f() {
  %w = rxt.param "layers.w" [@w0, @w1, @w0] : !rxt.table<[3] x f32[640, 1024]>
  %v = rxt.param "v" [@w0] : !rxt.tensor<f32[640, 1024]>
  return
}
