// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.draw normal "init.w"(0.000000e+00, 1.000000e+00) key %{{.*}} : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[b, 3]>
func.func @f(%k: !rxt.tensor<i64[2]>) {
  %y = rxt.draw normal "init.w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[b, 3]>
  return
}
