// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%k: !rxt.tensor<i64[3]>) {
  // expected-error @+1 {{the key is i64[2] = (seed, step), not}}
  %y = rxt.draw normal "w" (0.0, 1.0) key %k : (!rxt.tensor<i64[3]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C1)
func.func @f(%k: !rxt.tensor<i32[2]>) {
  // expected-error @+1 {{the key is i64[2] = (seed, step), not}}
  %y = rxt.draw normal "w" (0.0, 1.0) key %k : (!rxt.tensor<i32[2]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C2)
func.func @f(%k: !rxt.tensor<i64[2]>) {
  // expected-error @+1 {{the law normal does not give elements of 'i32'}}
  %y = rxt.draw normal "w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<i32[b]>
  return
}

// -----

// (C2)
func.func @f(%k: !rxt.tensor<i64[2]>) {
  // expected-error @+1 {{the law uniform_int does not give elements of 'f32'}}
  %y = rxt.draw uniform_int "w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[b]>
  return
}

// -----

// (C2)
func.func @f(%k: !rxt.tensor<i64[2]>) {
  // expected-error @+1 {{the law bernoulli does not give elements of 'f32'}}
  %y = rxt.draw bernoulli "w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[b]>
  return
}
