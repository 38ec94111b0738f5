// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[t]>) {
  // expected-error @+1 {{dimensions differ: the map has 2, the result has 1 axes}}
  %y = rxt.window %x by affine_map<(d0, d1) -> (d0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[t]>) {
  // expected-error @+1 {{symbols differ: the map has 1, the op names 0 sizes}}
  %y = rxt.window %x by affine_map<(d0)[s0] -> (d0 + s0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[t]>) {
  // expected-error @+1 {{axes differ: the map gives 2 positions, the input has 1 axes}}
  %y = rxt.window %x by affine_map<(d0) -> (d0, d0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[t]>) {
  // expected-error @+1 {{element types differ: the input has 'f32', the result 'f64'}}
  %y = rxt.window %x by affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f64[t]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[t]>) {
  // expected-error @+1 {{the fill value is 'i32', the elements are 'f32'}}
  %y = rxt.window %x by affine_map<(d0) -> (d0 - 1)> else 0 : i32 : (!rxt.tensor<f32[t]>) -> !rxt.tensor<f32[t]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[3]>) {
  // expected-error @+1 {{axis 0 of the input has size '3' and is read at 3; give a fill value}}
  %y = rxt.window %x by affine_map<(d0) -> (3)> : (!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[1]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[3]>) {
  // expected-error @+1 {{axis 0 of the input has size '3' and is read at -1; give a fill value}}
  %y = rxt.window %x by affine_map<(d0) -> (-1)> : (!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[1]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[3]>) {
  // expected-error @+1 {{axis 0 of the input has size '3' and is read at 3; give a fill value}}
  %y = rxt.window %x by affine_map<(d0) -> (d0)> : (!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[4]>
  return
}
