// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (call C1)
func.func @f(%x: !rxt.tensor<f32[2]>) {
  // expected-error @+1 {{no function is called @g}}
  %y = rxt.call @g(%x) : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return
}

// -----

// (call C1)
func.func private @g(!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[2]>
func.func @f(%x: !rxt.tensor<f32[2]>) {
  // expected-error @+1 {{@g is '(!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[2]>', but is called as '(!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>'}}
  %y = rxt.call @g(%x) : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return
}

// -----

// (constant C1)
func.func @f() {
  // expected-error @+1 {{shapes differ: the value is 'tensor<2xf32>', the result is '!rxt.tensor<f32[3]>'}}
  %y = rxt.constant dense<[1.0, 2.0]> : tensor<2xf32> : !rxt.tensor<f32[3]>
  return
}

// -----

// (constant C1)
func.func @f() {
  // expected-error @+1 {{shapes differ: the value is 'tensor<2xf32>', the result is '!rxt.tensor<f32[t]>'}}
  %y = rxt.constant dense<[1.0, 2.0]> : tensor<2xf32> : !rxt.tensor<f32[t]>
  return
}

// -----

// (constant C1)
func.func @f() {
  // expected-error @+1 {{shapes differ: the value is 'tensor<2xf32>', the result is '!rxt.table<[2] x f32[2]>'}}
  %y = rxt.constant dense<[1.0, 2.0]> : tensor<2xf32> : !rxt.table<[2] x f32[2]>
  return
}

// -----

// (constant C2)
func.func @f() {
  // expected-error @+1 {{element types differ: the value has 'f32', the result 'f64'}}
  %y = rxt.constant dense<[1.0, 2.0]> : tensor<2xf32> : !rxt.tensor<f64[2]>
  return
}

// -----

// (size)
func.func @f() {
  %y = rxt.map() by [] {
  // expected-error @+1 {{'t +' is not a size: expected a polynomial in size symbols}}
    %n = rxt.size "t +" : i32
    rxt.yield %n : i32
  } : () -> !rxt.tensor<i32[2]>
  return
}
