// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%c: !rxt.tensor<i1[1]>, %x: !rxt.tensor<f32[]>) {
  // expected-error @+1 {{the condition is i1[], not '!rxt.tensor<i1[1]>'}}
  %y = rxt.cond %c(%x) then {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } : (!rxt.tensor<i1[1]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return
}

// -----

// (C1)
func.func @f(%c: !rxt.tensor<f32[]>, %x: !rxt.tensor<f32[]>) {
  // expected-error @+1 {{the condition is i1[], not '!rxt.tensor<f32[]>'}}
  %y = rxt.cond %c(%x) then {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } : (!rxt.tensor<f32[]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return
}

// -----

// (C2)
func.func @f(%c: !rxt.tensor<i1[]>, %x: !rxt.tensor<f32[]>) {
  // expected-error @+1 {{the then branch takes the inputs as its arguments}}
  %y = rxt.cond %c(%x) then {
  ^bb0(%p: !rxt.tensor<f32[1]>):
    rxt.yield %p : !rxt.tensor<f32[1]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return
}

// -----

// (C2)
func.func @f(%c: !rxt.tensor<i1[]>, %x: !rxt.tensor<f32[]>) {
  // expected-error @+1 {{the else branch yields values of the result types}}
  %y = rxt.cond %c(%x) then {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>):
    rxt.yield %p, %p : !rxt.tensor<f32[]>, !rxt.tensor<f32[]>
  } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return
}
