// RUN: %rx-opt %s | %rx-opt -o %t

func.func @broadcast(%x: !rxt.tensor<f32[b, 2]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>},
                     %g: !rxt.tensor<f32[2]> {rx.value = dense<[10.0, -1.0]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2, b]> {rx.expect = dense<[[11.0, 13.0, 15.0], [1.0, 3.0, 5.0]]> : tensor<2x3xf32>}) {
  %y = rxt.map(%x, %g) by [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%a: f32, %c: f32):
    %s = arith.addf %a, %c : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[b, 2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2, b]>
  return %y : !rxt.tensor<f32[2, b]>
}

// One axis read twice is the diagonal.
func.func @diagonal(%x: !rxt.tensor<f32[n, n]> {rx.value = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>})
    -> (!rxt.tensor<f32[n]> {rx.expect = dense<[1.0, 4.0]> : tensor<2xf32>}) {
  %y = rxt.map(%x) by [affine_map<(d0) -> (d0, d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[n, n]>) -> !rxt.tensor<f32[n]>
  return %y : !rxt.tensor<f32[n]>
}

func.func @scalar(%x: !rxt.tensor<f32[]> {rx.value = dense<3.0> : tensor<f32>})
    -> (!rxt.tensor<f32[]> {rx.expect = dense<9.0> : tensor<f32>}) {
  %y = rxt.map(%x) by [affine_map<() -> ()>] {
  ^bb0(%a: f32):
    %s = arith.mulf %a, %a : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return %y : !rxt.tensor<f32[]>
}

func.func @empty(%x: !rxt.tensor<f32[b, 2]> {rx.value = dense<> : tensor<0x2xf32>})
    -> (!rxt.tensor<f32[b, 2]> {rx.expect = dense<> : tensor<0x2xf32>}) {
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    %s = math.exp %a : f32
    rxt.yield %s : f32
  } : (!rxt.tensor<f32[b, 2]>) -> !rxt.tensor<f32[b, 2]>
  return %y : !rxt.tensor<f32[b, 2]>
}

func.func @index_and_size(%x: !rxt.tensor<f32[t]> {rx.value = dense<0.0> : tensor<3xf32>})
    -> (!rxt.tensor<i32[t, 2]> {rx.expect = dense<[[7, 8], [17, 18], [27, 28]]> : tensor<3x2xi32>}) {
  %y = rxt.map() by [] {
    %i = rxt.index 0 : i32
    %j = rxt.index 1 : i32
    %n = rxt.size "2*t + 1" : i32
    %ten = arith.constant 10 : i32
    %row = arith.muli %i, %ten : i32
    %s = arith.addi %row, %j : i32
    %r = arith.addi %s, %n : i32
    rxt.yield %r : i32
  } : () -> !rxt.tensor<i32[t, 2]>
  return %y : !rxt.tensor<i32[t, 2]>
}

// Every result is rounded to f32: 2^24 + 1 is lost.
func.func @rounds(%x: !rxt.tensor<f32[1]> {rx.value = dense<16777216.0> : tensor<1xf32>})
    -> (!rxt.tensor<f32[1]> {rx.expect = dense<0.0> : tensor<1xf32>}) {
  %y = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: f32):
    %one = arith.constant 1.0 : f32
    %s = arith.addf %a, %one : f32
    %d = arith.subf %s, %a : f32
    rxt.yield %d : f32
  } : (!rxt.tensor<f32[1]>) -> !rxt.tensor<f32[1]>
  return %y : !rxt.tensor<f32[1]>
}

// i1 is 1 as an unsigned number and -1 as a signed one; i8 wraps; maximumf passes NaN on.
func.func @integers(%x: !rxt.tensor<i32[3]> {rx.value = dense<[-7, 100, 0]> : tensor<3xi32>})
    -> (!rxt.tensor<i32[3]> {rx.expect = dense<[-4, -56, 0]> : tensor<3xi32>},
        !rxt.tensor<i32[3]> {rx.expect = dense<[-1, 0, 0]> : tensor<3xi32>},
        !rxt.tensor<f32[3]> {rx.expect = dense<[1.0, 0.0, 0.0]> : tensor<3xf32>}) {
  %q = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: i32):
    %two = arith.constant 2 : i32
    %half = arith.floordivsi %a, %two : i32
    %pos = arith.constant 0 : i32
    %neg = arith.cmpi slt, %a, %pos : i32
    %twice = arith.muli %a, %two : i32
    %n = arith.trunci %twice : i32 to i8
    %w = arith.extsi %n : i8 to i32
    %r = arith.select %neg, %half, %w : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[3]>) -> !rxt.tensor<i32[3]>
  %s = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: i32):
    %zero = arith.constant 0 : i32
    %neg = arith.cmpi slt, %a, %zero : i32
    %r = arith.extsi %neg : i1 to i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[3]>) -> !rxt.tensor<i32[3]>
  %u = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: i32):
    %zero = arith.constant 0 : i32
    %neg = arith.cmpi slt, %a, %zero : i32
    %r = arith.uitofp %neg : i1 to f32
    rxt.yield %r : f32
  } : (!rxt.tensor<i32[3]>) -> !rxt.tensor<f32[3]>
  return %q, %s, %u : !rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>, !rxt.tensor<f32[3]>
}

func.func @no_rule(%x: !rxt.tensor<f32[1]> {rx.value = dense<1.0> : tensor<1xf32>})
    -> !rxt.tensor<i32[1]> attributes {rx.error = "the reference has no rule for it"} {
  %y = rxt.map(%x) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a: f32):
    %s = arith.bitcast %a : f32 to i32
    rxt.yield %s : i32
  } : (!rxt.tensor<f32[1]>) -> !rxt.tensor<i32[1]>
  return %y : !rxt.tensor<i32[1]>
}
