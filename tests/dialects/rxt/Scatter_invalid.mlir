// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<f32[k]>) {
  // expected-error @+1 {{positions are i32, not 'f32'}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<f32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C2)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{axis 2 does not exist: the result has 2 axes}}
  %y = rxt.scatter %u at %i axis 2 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C2)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{axes differ: the result map gives 2 positions, its tensor has 1 axes}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C2)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{dimensions differ: the index map has 1 dimensions}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C3)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[j]>) {
  // expected-error @+1 {{sizes differ: axis 0 of the index has size 'j', axis 0 of the updates has size 'k'}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[j]>) -> !rxt.tensor<f32[9, c]>
  return
}

// -----

// (C3)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{sizes differ: axis 1 of the result has size '5', axis 1 of the updates has size 'c'}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[9, 5]>
  return
}

// -----

// (C4)
func.func @f(%u: !rxt.tensor<f32[k, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{element types differ: the updates have 'f32', the result 'f64'}}
  %y = rxt.scatter %u at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[k, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f64[9, c]>
  return
}
