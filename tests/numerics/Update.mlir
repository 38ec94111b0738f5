// RUN: %rx-opt %s | %rx-opt -o %t

// The last of two rows with one position stays; one outside is left out.
func.func @rows(%x: !rxt.tensor<f32[4, 2]> {rx.value = dense<[[9.0, 8.0], [7.0, 6.0], [5.0, 4.0], [3.0, 2.0]]> : tensor<4x2xf32>},
                %r: !rxt.tensor<f32[k, 2]> {rx.value = dense<[[1.0, -1.0], [2.0, -2.0], [3.0, -3.0], [4.0, -4.0]]> : tensor<4x2xf32>},
                %i: !rxt.tensor<i32[k]> {rx.value = dense<[2, 0, 2, 4]> : tensor<4xi32>})
    -> (!rxt.tensor<f32[4, 2]> {rx.expect = dense<[[2.0, -2.0], [7.0, 6.0], [3.0, -3.0], [3.0, 2.0]]> : tensor<4x2xf32>}) {
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>
    : (!rxt.tensor<f32[4, 2]>, !rxt.tensor<f32[k, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[4, 2]>
  return %y : !rxt.tensor<f32[4, 2]>
}

// A cache of two texts, [position, text]: each has its own place for its new rows [text, row].
func.func @cache(%x: !rxt.tensor<f32[3, b]> {rx.value = dense<0.0> : tensor<3x2xf32>},
                 %r: !rxt.tensor<f32[b, n]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>},
                 %i: !rxt.tensor<i32[b, n]> {rx.value = dense<[[0, 1], [-1, 2]]> : tensor<2x2xi32>})
    -> (!rxt.tensor<f32[3, b]> {rx.expect = dense<[[1.0, 0.0], [2.0, 0.0], [0.0, 4.0]]> : tensor<3x2xf32>}) {
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>
    : (!rxt.tensor<f32[3, b]>, !rxt.tensor<f32[b, n]>, !rxt.tensor<i32[b, n]>) -> !rxt.tensor<f32[3, b]>
  return %y : !rxt.tensor<f32[3, b]>
}
