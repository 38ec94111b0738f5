// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{input and result have one type, not}}
  %y = rxt.scan sum %x along 1 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{axis 2 does not exist: the input has 2 axes}}
  %y = rxt.scan sum %x along 2 : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}
