// RUN: %rx-opt %s | %rx-opt -o %t

func.func @matmul(%l: !rxt.tensor<f32[m, k]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>}, %r: !rxt.tensor<f32[k, n]> {rx.value = dense<[[1.0, 0.0], [2.0, 1.0], [-1.0, 3.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<f32[m, n]> {rx.expect = dense<[[2.0, 11.0], [8.0, 23.0]]> : tensor<2x2xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[m, n]>
  return %y : !rxt.tensor<f32[m, n]>
}

func.func @transposed_result(%l: !rxt.tensor<f32[m, k]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>}, %r: !rxt.tensor<f32[k, n]> {rx.value = dense<[[1.0, 0.0], [2.0, 1.0], [-1.0, 3.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<f32[n, m]> {rx.expect = dense<[[2.0, 8.0], [11.0, 23.0]]> : tensor<2x2xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d2, d0)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[n, m]>
  return %y : !rxt.tensor<f32[n, m]>
}

func.func @batched_dot(%l: !rxt.tensor<f32[b, k]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>}, %r: !rxt.tensor<f32[b, k]> {rx.value = dense<[[1.0, 1.0, 1.0], [0.5, 2.0, 1.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[6.0, 18.0]> : tensor<2xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] : (!rxt.tensor<f32[b, k]>, !rxt.tensor<f32[b, k]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @outer_product(%l: !rxt.tensor<f32[m]> {rx.value = dense<[1.0, 2.0]> : tensor<2xf32>}, %r: !rxt.tensor<f32[n]> {rx.value = dense<[3.0, 4.0, 5.0]> : tensor<3xf32>})
    -> (!rxt.tensor<f32[m, n]> {rx.expect = dense<[[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]> : tensor<2x3xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d1)>] : (!rxt.tensor<f32[m]>, !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[m, n]>
  return %y : !rxt.tensor<f32[m, n]>
}

// An empty reduction gives 0.
func.func @empty_reduction(%l: !rxt.tensor<f32[m, k]> {rx.value = dense<> : tensor<2x0xf32>}, %r: !rxt.tensor<f32[k, n]> {rx.value = dense<> : tensor<0x2xf32>})
    -> (!rxt.tensor<f32[m, n]> {rx.expect = dense<0.0> : tensor<2x2xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[m, n]>
  return %y : !rxt.tensor<f32[m, n]>
}

func.func @size_one(%l: !rxt.tensor<f32[m, k]> {rx.value = dense<[[3.0]]> : tensor<1x1xf32>}, %r: !rxt.tensor<f32[k, n]> {rx.value = dense<[[-2.0]]> : tensor<1x1xf32>})
    -> (!rxt.tensor<f32[m, n]> {rx.expect = dense<[[-6.0]]> : tensor<1x1xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[m, n]>
  return %y : !rxt.tensor<f32[m, n]>
}

func.func @ragged_reduction(%l: !rxt.tensor<f32[b, s length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>}, %r: !rxt.tensor<f32[b, s length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[1, 2]> : tensor<2xi32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[1.0, 41.0]> : tensor<2xf32>}) {
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] : (!rxt.tensor<f32[b, s length(n)]>, !rxt.tensor<f32[b, s length(n)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}
