// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{svd gives u, s and v, not 1 results}}
  %y:1 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i]>) {
  // expected-error @+1 {{the input is a matrix of floating-point numbers}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i]>) -> (!rxt.tensor<f32[i, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[o, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{sizes differ: axis 0 of u has size 'o', axis 0 of the input has size 'i'}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[o, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[o, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{sizes differ: axis 1 of u has size '3', s has size '2'}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 3]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[o, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{sizes differ: axis 0 of v has size 'i', axis 1 of the input has size 'o'}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[i, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{element types differ: the input has 'f32', a result 'f64'}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f64[i, 2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[o, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{s has 1 axes, not 2}}
  %y:3 = rxt.linalg svd(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, 2]>, !rxt.tensor<f32[2, 1]>, !rxt.tensor<f32[o, 2]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, o]>) {
  // expected-error @+1 {{sizes differ: axis 0 of the input has size 'i', axis 1 of the input has size 'o'}}
  %y:1 = rxt.linalg cholesky(%x) : (!rxt.tensor<f32[i, o]>) -> (!rxt.tensor<f32[i, o]>)
  return
}

// -----

// (C1)
func.func @f(%x: !rxt.tensor<f32[i, i]>) {
  // expected-error @+1 {{the factor has the input's axes}}
  %y:1 = rxt.linalg cholesky(%x) : (!rxt.tensor<f32[i, i]>) -> (!rxt.tensor<f32[i]>)
  return
}
