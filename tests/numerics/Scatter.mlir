// RUN: %rx-opt %s | %rx-opt -o %t

// Equal positions add up; a row without updates is 0.
func.func @rows(%u: !rxt.tensor<f32[k, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<[3, 0, 3]> : tensor<3xi32>})
    -> (!rxt.tensor<f32[4, 2]> {rx.expect = dense<[[3.0, 4.0], [0.0, 0.0], [0.0, 0.0], [6.0, 8.0]]> : tensor<4x2xf32>}) {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[4, 2]>
  return %y : !rxt.tensor<f32[4, 2]>
}

func.func @columns(%u: !rxt.tensor<f32[b]> {rx.value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>}, %i: !rxt.tensor<i32[b]> {rx.value = dense<[1, 0, 1]> : tensor<3xi32>})
    -> (!rxt.tensor<f32[b, 2]> {rx.expect = dense<[[0.0, 1.0], [2.0, 0.0], [0.0, 3.0]]> : tensor<3x2xf32>}) {
  %y = rxt.scatter %u at %i axis 1 by affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[b]>, !rxt.tensor<i32[b]>) -> !rxt.tensor<f32[b, 2]>
  return %y : !rxt.tensor<f32[b, 2]>
}

func.func @empty(%u: !rxt.tensor<f32[k, 2]> {rx.value = dense<> : tensor<0x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<> : tensor<0xi32>})
    -> (!rxt.tensor<f32[1, 2]> {rx.expect = dense<0.0> : tensor<1x2xf32>}) {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[1, 2]>
  return %y : !rxt.tensor<f32[1, 2]>
}

func.func @outside(%u: !rxt.tensor<f32[k, 2]> {rx.value = dense<1.0> : tensor<1x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<[-1]> : tensor<1xi32>})
    -> (!rxt.tensor<f32[4, 2]>) attributes {rx.error = "position -1 is outside axis 0 of the result, which has size 4"} {
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[4, 2]>
  return %y : !rxt.tensor<f32[4, 2]>
}
