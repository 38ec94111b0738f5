// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%l: !rxt.tensor<f32[m, k]>, %r: !rxt.tensor<f32[k, n]>) {
  // expected-error @+1 {{dimensions differ: map 1 has 2 dimensions and 0 symbols, the iteration space has 3 dimensions}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1) -> (d0, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[m, n]>
  return
}

// -----

// (C1)
func.func @f(%l: !rxt.tensor<f32[k, k]>, %r: !rxt.tensor<f32[k, n]>) {
  // expected-error @+1 {{map 0 reads two axes at one dimension}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1) -> (d1, d1)>, affine_map<(d0, d1) -> (d1, d0)>] : (!rxt.tensor<f32[k, k]>, !rxt.tensor<f32[k, n]>) -> !rxt.tensor<f32[n]>
  return
}

// -----

// (C2)
func.func @f(%l: !rxt.tensor<f32[m, k]>, %r: !rxt.tensor<f32[j, n]>) {
  // expected-error @+1 {{sizes differ: axis 0 of input 1 has size 'j', dimension d2 has size 'k'}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[j, n]>) -> !rxt.tensor<f32[m, n]>
  return
}

// -----

// (C3)
func.func @f(%l: !rxt.tensor<f32[m, k length(a)]>, %r: !rxt.tensor<f32[k length(b), n]>) {
  // expected-error @+1 {{presences differ: axis 0 of input 1 has presence length(b), dimension d2 has presence length(a)}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k length(a)]>, !rxt.tensor<f32[k length(b), n]>) -> !rxt.tensor<f32[m, n]>
  return
}

// -----

// (C4)
func.func @f(%l: !rxt.tensor<f32[m, k]>, %r: !rxt.tensor<f64[k, n]>) {
  // expected-error @+1 {{operands and result have one floating-point element type, not 'f32', 'f64' and 'f32'}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f64[k, n]>) -> !rxt.tensor<f32[m, n]>
  return
}

// -----

// (C4)
func.func @f(%l: !rxt.tensor<i32[m, k]>, %r: !rxt.tensor<i32[k, n]>) {
  // expected-error @+1 {{operands and result have one floating-point element type, not 'i32', 'i32' and 'i32'}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<i32[m, k]>, !rxt.tensor<i32[k, n]>) -> !rxt.tensor<i32[m, n]>
  return
}

// -----

// (C5)
func.func @f(%l: !rxt.tensor<f32[m, k]>, %r: !rxt.tensor<f32[k]>) {
  // expected-error @+1 {{result axis 1 is read by neither operand}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[k]>) -> !rxt.tensor<f32[m, n]>
  return
}

// -----

// (C5)
func.func @f(%l: !rxt.tensor<f32[m, k]>, %r: !rxt.tensor<f32[n]>) {
  // expected-error @+1 {{reduced dimension d2 is read by the left operand only; sum it with rxt.reduce first}}
  %y = rxt.contract(%l, %r) by [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1)>] : (!rxt.tensor<f32[m, k]>, !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[m, n]>
  return
}
