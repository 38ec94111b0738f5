// RUN: %rx-opt %s | %rx-opt -o %t

// Stable; NaN last.
func.func @ascending(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[3.0, 1.0, 0x7FC00000, 1.0]]> : tensor<1x4xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[1.0, 1.0, 3.0, 0x7FC00000]]> : tensor<1x4xf32>}, !rxt.tensor<i32[b, t]> {rx.expect = dense<[[1, 3, 0, 2]]> : tensor<1x4xi32>}) {
  %v, %p = rxt.sort %x along 1 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>)
  return %v, %p : !rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>
}

func.func @descending(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[3.0, 1.0, 0x7FC00000, 1.0]]> : tensor<1x4xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[3.0, 1.0, 1.0, 0x7FC00000]]> : tensor<1x4xf32>}, !rxt.tensor<i32[b, t]> {rx.expect = dense<[[0, 1, 3, 2]]> : tensor<1x4xi32>}) {
  %v, %p = rxt.sort %x along 1 descending : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>)
  return %v, %p : !rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>
}

func.func @outer_axis(%x: !rxt.tensor<i32[b, t]> {rx.value = dense<[[5, 1], [2, 4], [3, 3]]> : tensor<3x2xi32>})
    -> (!rxt.tensor<i32[b, t]> {rx.expect = dense<[[2, 1], [3, 3], [5, 4]]> : tensor<3x2xi32>}, !rxt.tensor<i32[b, t]> {rx.expect = dense<[[1, 0], [2, 2], [0, 1]]> : tensor<3x2xi32>}) {
  %v, %p = rxt.sort %x along 0 : (!rxt.tensor<i32[b, t]>) -> (!rxt.tensor<i32[b, t]>, !rxt.tensor<i32[b, t]>)
  return %v, %p : !rxt.tensor<i32[b, t]>, !rxt.tensor<i32[b, t]>
}

func.func @empty(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<> : tensor<2x0xf32>}, !rxt.tensor<i32[b, t]> {rx.expect = dense<> : tensor<2x0xi32>}) {
  %v, %p = rxt.sort %x along 1 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>)
  return %v, %p : !rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>
}
