// RUN: %rx-opt %s | %rx-opt -o %t

func.func @sum_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[9.0, 12.0]> : tensor<2xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @prod_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[15.0, 48.0]> : tensor<2xf32>}) {
  %y = rxt.reduce prod(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @max_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[5.0, 6.0]> : tensor<2xf32>}) {
  %y = rxt.reduce max(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @min_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[1.0, 2.0]> : tensor<2xf32>}) {
  %y = rxt.reduce min(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @sum_columns(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[t]> {rx.expect = dense<[5.0, 7.0, 9.0]> : tensor<3xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d1, d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[t]>
  return %y : !rxt.tensor<f32[t]>
}

func.func @sum_all(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[]> {rx.expect = dense<21.0> : tensor<f32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[]>
  return %y : !rxt.tensor<f32[]>
}

// The body computes the element: a sum of squares.
func.func @sum_squares(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]> : tensor<2x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[35.0, 56.0]> : tensor<2xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %s = arith.mulf %a, %a : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

// Ties go to the lowest position; NaN is never an extremum; -inf is.
func.func @argmax_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[3.0, 7.0, 7.0], [0x7FC00000, 2.0, -1.0], [0xFF800000, 0xFF800000, 0xFF800000]]> : tensor<3x3xf32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<[1, 1, 0]> : tensor<3xi32>}) {
  %y = rxt.reduce argmax(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @argmin_rows(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[3.0, 7.0, 7.0], [0x7FC00000, 2.0, -1.0], [0xFF800000, 0xFF800000, 0xFF800000]]> : tensor<3x3xf32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<[0, 2, 0]> : tensor<3xi32>}) {
  %y = rxt.reduce argmin(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

// NaN passes through max.
func.func @max_nan(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[3.0, 7.0, 7.0], [0x7FC00000, 2.0, -1.0], [0xFF800000, 0xFF800000, 0xFF800000]]> : tensor<3x3xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[7.0, 0x7FC00000, 0xFF800000]> : tensor<3xf32>}) {
  %y = rxt.reduce max(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @any_positive(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 2.0], [1.0, -1.0], [-1.0, -2.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<i1[b]> {rx.expect = dense<[true, true, false]> : tensor<3xi1>}) {
  %y = rxt.reduce any(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %p = arith.cmpf ogt, %a, %zero : f32
    rxt.yield %p : i1
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i1[b]>
  return %y : !rxt.tensor<i1[b]>
}

func.func @all_positive(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[1.0, 2.0], [1.0, -1.0], [-1.0, -2.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<i1[b]> {rx.expect = dense<[true, false, false]> : tensor<3xi1>}) {
  %y = rxt.reduce all(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %p = arith.cmpf ogt, %a, %zero : f32
    rxt.yield %p : i1
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i1[b]>
  return %y : !rxt.tensor<i1[b]>
}

func.func @empty_sum(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<0.0> : tensor<2xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @empty_prod(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<1.0> : tensor<2xf32>}) {
  %y = rxt.reduce prod(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @empty_max(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<0xFF800000> : tensor<2xf32>}) {
  %y = rxt.reduce max(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @empty_min(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<0x7F800000> : tensor<2xf32>}) {
  %y = rxt.reduce min(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @empty_argmax(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<-1> : tensor<2xi32>}) {
  %y = rxt.reduce argmax(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @empty_argmin(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<-1> : tensor<2xi32>}) {
  %y = rxt.reduce argmin(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @empty_any(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<i1[b]> {rx.expect = dense<false> : tensor<2xi1>}) {
  %y = rxt.reduce any(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %p = arith.cmpf ogt, %a, %zero : f32
    rxt.yield %p : i1
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i1[b]>
  return %y : !rxt.tensor<i1[b]>
}

func.func @empty_all(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<> : tensor<2x0xf32>})
    -> (!rxt.tensor<i1[b]> {rx.expect = dense<true> : tensor<2xi1>}) {
  %y = rxt.reduce all(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %zero = arith.constant 0.0 : f32
    %p = arith.cmpf ogt, %a, %zero : f32
    rxt.yield %p : i1
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i1[b]>
  return %y : !rxt.tensor<i1[b]>
}

func.func @empty_integer_max(%x: !rxt.tensor<i32[b, t]> {rx.value = dense<> : tensor<2x0xi32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<-2147483648> : tensor<2xi32>}) {
  %y = rxt.reduce max(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: i32):
    rxt.yield %a : i32
  } : (!rxt.tensor<i32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @integer_sum_wraps(%x: !rxt.tensor<i32[b, t]> {rx.value = dense<[[2147483647, 1], [1, 2]]> : tensor<2x2xi32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<[-2147483648, 3]> : tensor<2xi32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: i32):
    rxt.yield %a : i32
  } : (!rxt.tensor<i32[b, t]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @size_one(%x: !rxt.tensor<f32[b, t]> {rx.value = dense<[[4.0]]> : tensor<1x1xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[4.0]> : tensor<1xf32>}) {
  %y = rxt.reduce prod(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @ragged_sum(%x: !rxt.tensor<f32[b, s max 4 length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[2, 0, 3]> : tensor<3xi32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[3.0, 0.0, 24.0]> : tensor<3xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s max 4 length(n)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @ragged_max(%x: !rxt.tensor<f32[b, s max 4 length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[2, 0, 3]> : tensor<3xi32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[2.0, 0xFF800000, 9.0]> : tensor<3xf32>}) {
  %y = rxt.reduce max(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s max 4 length(n)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

func.func @ragged_argmax(%x: !rxt.tensor<f32[b, s max 4 length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[2, 0, 3]> : tensor<3xi32>})
    -> (!rxt.tensor<i32[b]> {rx.expect = dense<[1, -1, 2]> : tensor<3xi32>}) {
  %y = rxt.reduce argmax(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s max 4 length(n)]>) -> !rxt.tensor<i32[b]>
  return %y : !rxt.tensor<i32[b]>
}

func.func @masked_sum(%x: !rxt.tensor<f32[b, s mask(m)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>}, %m: !rxt.tensor<i1[b, s]> {rx.name = "m", rx.value = dense<[[true, false, true], [false, false, false], [true, true, true]]> : tensor<3x3xi1>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[4.0, 0.0, 24.0]> : tensor<3xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s mask(m)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

// One mask for all rows.
func.func @masked_columns(%x: !rxt.tensor<f32[b, s mask(m)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>}, %m: !rxt.tensor<i1[s]> {rx.name = "m", rx.value = dense<[true, false, true]> : tensor<3xi1>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[4.0, 10.0, 16.0]> : tensor<3xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s mask(m)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

// The lengths belong to rows wherever the row axis stands.
func.func @ragged_after_transpose(%x: !rxt.tensor<f32[h, b, s length(n)]> {rx.value = dense<[[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]> : tensor<2x2x2xf32>}, %n: !rxt.tensor<i32[b]> {rx.name = "n", rx.value = dense<[1, 2]> : tensor<2xi32>})
    -> (!rxt.tensor<f32[h, b]> {rx.expect = dense<[[1.0, 7.0], [5.0, 15.0]]> : tensor<2x2xf32>}) {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1, d2) -> (d0, d1, d2)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[h, b, s length(n)]>) -> !rxt.tensor<f32[h, b]>
  return %y : !rxt.tensor<f32[h, b]>
}

func.func @unknown_presence(%x: !rxt.tensor<f32[b, s max 4 length(n)]> {rx.value = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>})
    -> (!rxt.tensor<f32[b]>) attributes {rx.error = "no argument is called 'n'"} {
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, s max 4 length(n)]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}
