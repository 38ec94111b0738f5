// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{values have the input's type}}
  %v, %p = rxt.sort %x along 1 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b]>, !rxt.tensor<i32[b, t]>)
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{positions are i32 over the input's axes}}
  %v, %p = rxt.sort %x along 1 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i64[b, t]>)
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{positions are i32 over the input's axes}}
  %v, %p = rxt.sort %x along 1 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b]>)
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{axis 2 does not exist: the input has 2 axes}}
  %v, %p = rxt.sort %x along 2 : (!rxt.tensor<f32[b, t]>) -> (!rxt.tensor<f32[b, t]>, !rxt.tensor<i32[b, t]>)
  return
}
