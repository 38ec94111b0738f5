// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{reduced dimension d2 is read by no input, so it has no size}}
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1, d2) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>, %z: !rxt.tensor<f32[b, s]>) {
  // expected-error @+1 {{sizes differ: axis 1 of input 1 has size 's', dimension d1 has size 't'}}
  %y = rxt.reduce sum(%x, %z) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32, %c: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>, !rxt.tensor<f32[b, s]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{sizes differ: axis 0 of input 0 has size 'b', dimension d0 has size '3'}}
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[3]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[b length(n), t]>) {
  // expected-error @+1 {{presences differ: axis 0 of input 0 has presence length(n), dimension d0 has presence all}}
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b length(n), t]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[b, t length(n)]>, %z: !rxt.tensor<f32[b, t length(m)]>) {
  // expected-error @+1 {{presences differ: axis 1 of input 1 has presence length(m), dimension d1 has presence length(n)}}
  %y = rxt.reduce sum(%x, %z) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32, %c: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t length(n)]>, !rxt.tensor<f32[b, t length(m)]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{the body yields 'f32', expected f64}}
  %y = rxt.reduce sum(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f64[b]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{any and all give i1, the result's elements are 'f32'}}
  %y = rxt.reduce any(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{argmax and argmin give positions of i32, the result's elements are 'f32'}}
  %y = rxt.reduce argmax(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{argmax and argmin reduce exactly one dimension, not 2}}
  %y = rxt.reduce argmin(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[]>
  return
}
