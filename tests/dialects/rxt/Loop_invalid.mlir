// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%w: !rxt.table<[3] x f32[4]>) {
  // expected-error @+1 {{indexed operand 0 has 3 rows, the loop makes 2 trips}}
  %y = rxt.loop 2 shared() indexed(%w) carried() {
  ^bb0(%i: !rxt.tensor<i32[]>, %r: !rxt.tensor<f32[4]>):
    rxt.yield %r : !rxt.tensor<f32[4]>
  } : (!rxt.table<[3] x f32[4]>) -> (!rxt.tensor<f32[2, 4]>)
  return
}

// -----

// (C1)
func.func @f(%w: !rxt.tensor<f32[3, 4]>) {
  // expected-error @+1 {{the first axis of indexed operand 0 is one row per trip, but}}
  %y = rxt.loop 2 shared() indexed(%w) carried() {
  ^bb0(%i: !rxt.tensor<i32[]>, %r: !rxt.tensor<f32[4]>):
    rxt.yield %r : !rxt.tensor<f32[4]>
  } : (!rxt.tensor<f32[3, 4]>) -> (!rxt.tensor<f32[2, 4]>)
  return
}

// -----

// (C1)
func.func @f(%w: !rxt.table<[2] x f32[4]>) {
  // expected-error @+1 {{argument 1 of the body is '!rxt.tensor<f32[5]>', expected '!rxt.tensor<f32[4]>'}}
  %y = rxt.loop 2 shared() indexed(%w) carried() {
  ^bb0(%i: !rxt.tensor<i32[]>, %r: !rxt.tensor<f32[5]>):
    rxt.yield %r : !rxt.tensor<f32[5]>
  } : (!rxt.table<[2] x f32[4]>) -> (!rxt.tensor<f32[2, 5]>)
  return
}

// -----

// (C1)
func.func @f(%w: !rxt.tensor<f32[4]>) {
  // expected-error @+1 {{the body takes the trip, 1 shared, 0 indexed and 0 carried values, but has 1 arguments}}
  %y = rxt.loop 2 shared(%w) indexed() carried() {
  ^bb0(%i: !rxt.tensor<i32[]>):
    rxt.yield %i : !rxt.tensor<i32[]>
  } : (!rxt.tensor<f32[4]>) -> (!rxt.tensor<i32[2]>)
  return
}

// -----

// (C2)
func.func @f(%c: !rxt.tensor<f32[b]>) {
  // expected-error @+1 {{carried value 0 enters as '!rxt.tensor<f32[b]>', is yielded as '!rxt.tensor<f32[b]>' and leaves as '!rxt.tensor<f32[t]>'}}
  %y = rxt.loop 2 shared() indexed() carried(%c) {
  ^bb0(%i: !rxt.tensor<i32[]>, %r: !rxt.tensor<f32[b]>):
    rxt.yield %r : !rxt.tensor<f32[b]>
  } : (!rxt.tensor<f32[b]>) -> (!rxt.tensor<f32[t]>)
  return
}

// -----

// (C2)
func.func @f(%c: !rxt.tensor<f32[b]>) {
  // expected-error @+1 {{the body yields 1 values for 2 results, 1 of them carried}}
  %y:2 = rxt.loop 2 shared() indexed() carried(%c) {
  ^bb0(%i: !rxt.tensor<i32[]>, %r: !rxt.tensor<f32[b]>):
    rxt.yield %r : !rxt.tensor<f32[b]>
  } : (!rxt.tensor<f32[b]>) -> (!rxt.tensor<f32[b]>, !rxt.tensor<f32[2, b]>)
  return
}

// -----

// (C3)
func.func @f() {
  // expected-error @+1 {{result 0 stacks 2 values of '!rxt.tensor<i32[]>', but is '!rxt.tensor<i32[3]>'}}
  %y = rxt.loop 2 shared() indexed() carried() {
  ^bb0(%i: !rxt.tensor<i32[]>):
    rxt.yield %i : !rxt.tensor<i32[]>
  } : () -> (!rxt.tensor<i32[3]>)
  return
}

// -----

// (trips)
func.func @f() {
  // expected-error @+1 {{the number of trips is negative}}
  %y = rxt.loop -1 shared() indexed() carried() {
  ^bb0(%i: !rxt.tensor<i32[]>):
    rxt.yield %i : !rxt.tensor<i32[]>
  } : () -> (!rxt.tensor<i32[2]>)
  return
}
