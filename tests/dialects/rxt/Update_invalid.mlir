// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[9, c]>, %r: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<f32[k]>) {
  // expected-error @+1 {{positions are i32, not 'f32'}}
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[9, c]>, !rxt.tensor<f32[k, c]>, !rxt.tensor<f32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[9, c, c]>, %r: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{the result map reads a dimension twice}}
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1, d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[9, c, c]>, !rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c, c]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[9, c]>, %r: !rxt.tensor<f32[k, d]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{sizes differ: axis 1 of the result has size 'c', axis 1 of the rows has size 'd'}}
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[9, c]>, !rxt.tensor<f32[k, d]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[9, c]>, %r: !rxt.tensor<f64[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{element types differ: the rows have 'f64', the result 'f32'}}
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[9, c]>, !rxt.tensor<f64[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C5)
func.func @f(%x: !rxt.tensor<f32[8, c]>, %r: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{the base is '!rxt.tensor<f32[8, c]>', the result '!rxt.tensor<f32[9, c]>'}}
  %y = rxt.update %x with %r at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[8, c]>, !rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}
