// RUN: %rx-opt %s | %rx-opt -o %t

func.func @sum(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[1.0, 6.0, 9.0], [4.0, 6.0, 12.0]]> : tensor<2x3xf32>}) {
  %y = rxt.scan sum %x along 1 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
}

func.func @sum_reverse(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[9.0, 8.0, 3.0], [12.0, 8.0, 6.0]]> : tensor<2x3xf32>}) {
  %y = rxt.scan sum %x along 1 reverse : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
}

func.func @prod_outer_axis(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[1.0, 5.0, 3.0], [4.0, 10.0, 18.0]]> : tensor<2x3xf32>}) {
  %y = rxt.scan prod %x along 0 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
}

func.func @max(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<[[1.0, 5.0, 5.0], [4.0, 4.0, 6.0]]> : tensor<2x3xf32>}) {
  %y = rxt.scan max %x along 1 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
}

func.func @integer_max(%x: !rxt.tensor<i32[t]> {rx.value = dense<[-5, -7, -2]> : tensor<3xi32>})
    -> (!rxt.tensor<i32[t]> {rx.expect = dense<[-5, -5, -2]> : tensor<3xi32>}) {
  %y = rxt.scan max %x along 0 : (!rxt.tensor<i32[t]>) -> !rxt.tensor<i32[t]>
  return %y : !rxt.tensor<i32[t]>
}

func.func @size_one(%x: !rxt.tensor<f32[t]> {rx.value = dense<[2.0]> : tensor<1xf32>})
    -> (!rxt.tensor<f32[t]> {rx.expect = dense<[2.0]> : tensor<1xf32>}) {
  %y = rxt.scan sum %x along 0 : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return %y : !rxt.tensor<f32[t]>
}

func.func @empty(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b, t]> {rx.expect = dense<> : tensor<2x0xf32>}) {
  %y = rxt.scan sum %x along 1 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return %y : !rxt.tensor<f32[b, t]>
}

// Absent elements do not take part: the running value stays.
func.func @ragged_sum(%x: !rxt.tensor<f32[b, s length(n)]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[2, 1]> : tensor<2xi32>})
    -> (!rxt.tensor<f32[b, s length(n)]> {rx.expect = dense<[[1.0, 6.0, 6.0], [4.0, 4.0, 4.0]]> : tensor<2x3xf32>}) {
  %y = rxt.scan sum %x along 1 : (!rxt.tensor<f32[b, s length(n)]>) -> !rxt.tensor<f32[b, s length(n)]>
  return %y : !rxt.tensor<f32[b, s length(n)]>
}
