// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.linalg svd(%{{.*}}) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 8]>, !rxt.tensor<f32[8]>, !rxt.tensor<f32[o, 8]>)
// CHECK: rxt.linalg cholesky(%{{.*}}) :
func.func @f(%x: !rxt.tensor<f32[i, o]>, %s: !rxt.tensor<f32[n, n]>) {
  %u, %g, %v = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 8]>, !rxt.tensor<f32[8]>, !rxt.tensor<f32[o, 8]>)
  %l = rxt.linalg cholesky(%s) : (!rxt.tensor<f32[n, n]>) -> !rxt.tensor<f32[n, n]>
  return
}
