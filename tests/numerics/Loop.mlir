// RUN: %rx-opt %s | %rx-opt -o %t

// A table of scalars and a tensor by rows are indexed by the trip; the second result is stacked.
func.func @carried_and_stacked(%x: !rxt.tensor<f32[b]> {rx.value = dense<[1.0, 2.0]> : tensor<2xf32>}, %r: !rxt.tensor<f32[3, b]> {rx.value = dense<[[1.0, 1.0], [0.0, 1.0], [1.0, -1.0]]> : tensor<3x2xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[24.0, 48.0]> : tensor<2xf32>}, !rxt.tensor<f32[3, b]> {rx.expect = dense<[[2.0, 4.0], [0.0, 12.0], [24.0, -48.0]]> : tensor<3x2xf32>}) {
  %g = rxt.constant dense<[2.0, 3.0, 4.0]> : tensor<3xf32> : !rxt.table<[3] x f32[]>
  %y:2 = rxt.loop 3 shared(%x) indexed(%g, %r) carried(%x) {
  ^bb0(%i: !rxt.tensor<i32[]>, %sx: !rxt.tensor<f32[b]>, %gr: !rxt.tensor<f32[]>, %rr: !rxt.tensor<f32[b]>, %c: !rxt.tensor<f32[b]>):
    %t = rxt.map(%c, %gr) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> ()>] {
    ^bb0(%p: f32, %q: f32):
      %m = arith.mulf %p, %q : f32
      rxt.yield %m : f32
    } : (!rxt.tensor<f32[b]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[b]>
    %st = rxt.map(%t, %rr) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
    ^bb0(%p2: f32, %q2: f32):
      %m2 = arith.mulf %p2, %q2 : f32
      rxt.yield %m2 : f32
    } : (!rxt.tensor<f32[b]>, !rxt.tensor<f32[b]>) -> !rxt.tensor<f32[b]>
    rxt.yield %t, %st : !rxt.tensor<f32[b]>, !rxt.tensor<f32[b]>
  } : (!rxt.tensor<f32[b]>, !rxt.table<[3] x f32[]>, !rxt.tensor<f32[3, b]>, !rxt.tensor<f32[b]>) -> (!rxt.tensor<f32[b]>, !rxt.tensor<f32[3, b]>)
  return %y#0, %y#1 : !rxt.tensor<f32[b]>, !rxt.tensor<f32[3, b]>
}

// The trip itself, and no trips at all.
func.func @trips()
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[0, 1, 2, 3]> : tensor<4xi32>}) {
  %y = rxt.loop 4 shared() indexed() carried() {
  ^bb0(%i: !rxt.tensor<i32[]>):
    rxt.yield %i : !rxt.tensor<i32[]>
  } : () -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @none(%x: !rxt.tensor<f32[b]> {rx.value = dense<[1.0, 2.0]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[b]> {rx.expect = dense<[1.0, 2.0]> : tensor<2xf32>}) {
  %y = rxt.loop 0 shared() indexed() carried(%x) {
  ^bb0(%i: !rxt.tensor<i32[]>, %c: !rxt.tensor<f32[b]>):
    rxt.yield %c : !rxt.tensor<f32[b]>
  } : (!rxt.tensor<f32[b]>) -> !rxt.tensor<f32[b]>
  return %y : !rxt.tensor<f32[b]>
}

// Nested: a table of two trip counts loses one per level.
func.func @nested()
    -> (!rxt.tensor<f32[2, 2]> {rx.expect = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>}) {
  %g = rxt.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32> : !rxt.table<[2, 2] x f32[]>
  %y = rxt.loop 2 shared() indexed(%g) carried() {
  ^bb0(%i: !rxt.tensor<i32[]>, %row: !rxt.table<[2] x f32[]>):
    %in = rxt.loop 2 shared() indexed(%row) carried() {
    ^bb0(%j: !rxt.tensor<i32[]>, %e: !rxt.tensor<f32[]>):
      rxt.yield %e : !rxt.tensor<f32[]>
    } : (!rxt.table<[2] x f32[]>) -> !rxt.tensor<f32[2]>
    rxt.yield %in : !rxt.tensor<f32[2]>
  } : (!rxt.table<[2, 2] x f32[]>) -> !rxt.tensor<f32[2, 2]>
  return %y : !rxt.tensor<f32[2, 2]>
}
