// RUN: %rx-opt %s | %rx-opt -o %t

func.func @cholesky(%x: !rxt.tensor<f32[2, 2]> {rx.value = dense<[[4.0, 2.0], [2.0, 10.0]]> : tensor<2x2xf32>})
    -> (!rxt.tensor<f32[2, 2]> {rx.expect = dense<[[2.0, 0.0], [1.0, 3.0]]> : tensor<2x2xf32>}) {
  %y = rxt.linalg cholesky(%x) : (!rxt.tensor<f32[2, 2]>) -> !rxt.tensor<f32[2, 2]>
  return %y : !rxt.tensor<f32[2, 2]>
}

func.func @not_positive(%x: !rxt.tensor<f32[2, 2]> {rx.value = dense<[[1.0, 2.0], [2.0, 1.0]]> : tensor<2x2xf32>})
    -> (!rxt.tensor<f32[2, 2]>) attributes {rx.error = "not positive definite: pivot 1 is -3"} {
  %y = rxt.linalg cholesky(%x) : (!rxt.tensor<f32[2, 2]>) -> !rxt.tensor<f32[2, 2]>
  return %y : !rxt.tensor<f32[2, 2]>
}

// diag(3, 5) with rows permuted; the largest |u| of a column is positive.
func.func @svd(%x: !rxt.tensor<f32[3, 2]> {rx.value = dense<[[0.0, -5.0], [3.0, 0.0], [0.0, 0.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<f32[3, 2]> {rx.expect = dense<[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]> : tensor<3x2xf32>}, !rxt.tensor<f32[2]> {rx.expect = dense<[5.0, 3.0]> : tensor<2xf32>}, !rxt.tensor<f32[2, 2]> {rx.expect = dense<[[0.0, 1.0], [-1.0, 0.0]]> : tensor<2x2xf32>}) attributes {rx.tolerance = 1.0e-6} {
  %u, %s, %v = rxt.linalg svd(%x) : (!rxt.tensor<f32[3, 2]>) -> (!rxt.tensor<f32[3, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[2, 2]>)
  return %u, %s, %v : !rxt.tensor<f32[3, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[2, 2]>
}

// [[1, 1], [1, 1]] = 2 * u v, truncated to rank 1.
func.func @svd_truncated(%x: !rxt.tensor<f32[2, 2]> {rx.value = dense<1.0> : tensor<2x2xf32>})
    -> (!rxt.tensor<f32[2, 1]> {rx.expect = dense<0.70710678> : tensor<2x1xf32>}, !rxt.tensor<f32[1]> {rx.expect = dense<2.0> : tensor<1xf32>}, !rxt.tensor<f32[2, 1]> {rx.expect = dense<0.70710678> : tensor<2x1xf32>}) attributes {rx.tolerance = 1.0e-6} {
  %u, %s, %v = rxt.linalg svd(%x) : (!rxt.tensor<f32[2, 2]>) -> (!rxt.tensor<f32[2, 1]>, !rxt.tensor<f32[1]>, !rxt.tensor<f32[2, 1]>)
  return %u, %s, %v : !rxt.tensor<f32[2, 1]>, !rxt.tensor<f32[1]>, !rxt.tensor<f32[2, 1]>
}
