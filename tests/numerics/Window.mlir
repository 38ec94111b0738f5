// RUN: %rx-opt %s | %rx-opt -o %t

func.func @shift(%x: !rxt.tensor<f32[t]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[t]> {rx.expect = dense<[9.0, 1.0, 2.0, 3.0]> : tensor<4xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (d0 - 1)> else 9.0 : f32 : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return %y : !rxt.tensor<f32[t]>
}

func.func @reverse(%x: !rxt.tensor<f32[t]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[t]> {rx.expect = dense<[4.0, 3.0, 2.0, 1.0]> : tensor<4xf32>}) {
  %y = rxt.window %x by affine_map<(d0)[s0] -> (s0 - 1 - d0)> {symbols = ["t"]} : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return %y : !rxt.tensor<f32[t]>
}

func.func @slice(%x: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[2.0, 3.0]> : tensor<2xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (d0 + 1)> : (!rxt.tensor<f32[4]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @stride(%x: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[1.0, 3.0]> : tensor<2xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (d0 * 2)> : (!rxt.tensor<f32[4]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @repeat(%x: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[6]> {rx.expect = dense<[1.0, 1.0, 1.0, 2.0, 2.0, 2.0]> : tensor<6xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (d0 floordiv 3)> : (!rxt.tensor<f32[4]>) -> !rxt.tensor<f32[6]>
  return %y : !rxt.tensor<f32[6]>
}

// Negative positions: floordiv and mod round towards minus infinity.
func.func @modulo(%x: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[6]> {rx.expect = dense<[3.0, 4.0, 1.0, 2.0, 3.0, 4.0]> : tensor<6xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> ((d0 - 2) mod 4)> : (!rxt.tensor<f32[4]>) -> !rxt.tensor<f32[6]>
  return %y : !rxt.tensor<f32[6]>
}

// Windows of three with padding: what a convolution contracts.
func.func @windows(%x: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4, 3]> {rx.expect = dense<[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 4.0], [3.0, 4.0, 0.0]]> : tensor<4x3xf32>}) {
  %y = rxt.window %x by affine_map<(d0, d1) -> (d0 + d1 - 1)> else 0.0 : f32 : (!rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4, 3]>
  return %y : !rxt.tensor<f32[4, 3]>
}

func.func @row(%x: !rxt.tensor<f32[3, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[5.0, 6.0]> : tensor<2xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (2, d0)> : (!rxt.tensor<f32[3, 2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @empty(%x: !rxt.tensor<f32[t]> {rx.value = dense<> : tensor<0xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<7.0> : tensor<2xf32>}) {
  %y = rxt.window %x by affine_map<(d0) -> (d0)> else 7.0 : f32 : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @outside(%x: !rxt.tensor<f32[t]> {rx.value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[5]>) attributes {rx.error = "reads position 4 of input axis 0, which has size 4, and has no fill value"} {
  %y = rxt.window %x by affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[5]>
  return %y : !rxt.tensor<f32[5]>
}

func.func @negative_size(%x: !rxt.tensor<f32[t]> {rx.value = dense<[1.0]> : tensor<1xf32>})
    -> (!rxt.tensor<f32["t - 2"]>) attributes {rx.error = "axis 0 of the result, 't - 2', is negative: -1"} {
  %y = rxt.window %x by affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32["t - 2"]>
  return %y : !rxt.tensor<f32["t - 2"]>
}
