// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i64[k]>) {
  // expected-error @+1 {{positions are i32, not 'i64'}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i64[k]>) -> !rxt.tensor<f32[k, c]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{axis 2 does not exist: the source has 2 axes}}
  %y = rxt.gather %x at %i axis 2 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, c]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{axes differ: the index map gives 2 positions, its tensor has 1 axes}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, c]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{axes differ: the source map gives 2 positions, its tensor has 1 axes}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, c]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{the source map reads at 'd1 + 1'}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1 + 1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, c]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{sizes differ: axis 0 of the index has size 'k', result axis 0 has size 'j'}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[j, c]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{sizes differ: axis 1 of the source has size 'c', result axis 1 has size '7'}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f32[k, 7]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[v, c]>, %i: !rxt.tensor<i32[k]>) {
  // expected-error @+1 {{element types differ: the source has 'f32', the result 'f64'}}
  %y = rxt.gather %x at %i axis 0 by affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[v, c]>, !rxt.tensor<i32[k]>) -> !rxt.tensor<f64[k, c]>
  return
}
