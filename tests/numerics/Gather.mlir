// RUN: %rx-opt %s | %rx-opt -o %t

// An embedding.
func.func @rows(%x: !rxt.tensor<f32[v, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[b, t]> {rx.value = dense<[[2, 0], [1, 2]]> : tensor<2x2xi32>})
    -> (!rxt.tensor<f32[b, t, 2]> {rx.expect = dense<[[[5.0, 6.0], [1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]]> : tensor<2x2x2xf32>}) {
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1, d2) -> (d2)>, affine_map<(d0, d1, d2) -> (d0, d1)> : (!rxt.tensor<f32[v, 2]>, !rxt.tensor<i32[b, t]>) -> !rxt.tensor<f32[b, t, 2]>
  return %y : !rxt.tensor<f32[b, t, 2]>
}

// One element per row: the source and the index share dimension 0.
func.func @pick(%x: !rxt.tensor<f32[b, c]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[b]> {rx.value = dense<[1, 0, 1]> : tensor<3xi32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[2.0, 3.0, 6.0]> : tensor<3xf32>}) {
  %y = rxt.gather %x at %i axis 1 by affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[b, c]>, !rxt.tensor<i32[b]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @columns(%x: !rxt.tensor<f32[v, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<[1]> : tensor<1xi32>})
    -> (!rxt.tensor<f32[k, v]> {rx.expect = dense<[[2.0, 4.0, 6.0]]> : tensor<1x3xf32>}) {
  %y = rxt.gather %x at %i axis 1 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, v]>
  return %y : !rxt.tensor<f32[k, v]>
}

func.func @empty(%x: !rxt.tensor<f32[v, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<> : tensor<0xi32>})
    -> (!rxt.tensor<f32[k, 2]> {rx.expect = dense<> : tensor<0x2xf32>}) {
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, 2]>
  return %y : !rxt.tensor<f32[k, 2]>
}

func.func @outside(%x: !rxt.tensor<f32[v, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>}, %i: !rxt.tensor<i32[k]> {rx.value = dense<[3]> : tensor<1xi32>})
    -> (!rxt.tensor<f32[k, 2]>) attributes {rx.error = "position 3 is outside axis 0 of the source, which has size 3"} {
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, 2]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, 2]>
  return %y : !rxt.tensor<f32[k, 2]>
}
