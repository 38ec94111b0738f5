// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{one map per input: 0 maps, 1 inputs}}
  %y = rxt.map(%x) by [] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{dimensions differ: the maps have 3 dimensions, the result has 2 axes}}
  %y = rxt.map(%x) by [affine_map<(d0, d1, d2) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{axes differ: map 0 gives 1 positions, its tensor has 2 axes}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{map 0 reads at 'd1 - 1', but an axis is read by one plain dimension}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1 - 1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{dimensions differ: map 0 has 2 dimensions and 1 symbols}}
  %y = rxt.map(%x) by [affine_map<(d0, d1)[s0] -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C2)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{sizes differ: axis 1 of input 0 has size 't', dimension d1 has size '640'}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, 640]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[b, t length(n)]>) {
  // expected-error @+1 {{presences differ: axis 1 of input 0 has presence length(n), dimension d1 has presence all}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t length(n)]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C3)
func.func @f(%x: !rxt.tensor<f32[b, t mask(m)]>) {
  // expected-error @+1 {{presences differ: axis 1 of input 0 has presence mask(m), dimension d1 has presence mask(k)}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t mask(m)]>) -> !rxt.tensor<f32[b, t mask(k)]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{the body takes one scalar per input: 0 arguments, 1 inputs}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  %a = arith.constant 1.0 : f32
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{argument 0 of the body is 'i32', the elements of input 0 are 'f32'}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%c: i32):
    %a = arith.constant 1.0 : f32
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{the body yields 'f32', expected i32}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<i32[b, t]>
  return
}

// -----

// (C4)
func.func @f(%x: !rxt.tensor<f32[b, t]>) {
  // expected-error @+1 {{the body yields exactly one scalar}}
  %y = rxt.map(%x) by [affine_map<(d0, d1) -> (d0, d1)>] {
  ^bb0(%a: f32):
    rxt.yield %a, %a : f32, f32
  } : (!rxt.tensor<f32[b, t]>) -> !rxt.tensor<f32[b, t]>
  return
}
