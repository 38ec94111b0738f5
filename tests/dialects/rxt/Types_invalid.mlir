// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{'2*' is not a size: expected a polynomial in size symbols}}
func.func private @f(!rxt.tensor<f32["2*"]>)

// -----

// expected-error @+1 {{the size of an axis is negative: -3}}
func.func private @f(!rxt.tensor<f32[-3]>)

// -----

// expected-error @+1 {{the bound of an axis is negative}}
func.func private @f(!rxt.tensor<f32[s max -2]>)

// -----

// expected-error @+1 {{the elements of a tensor are numbers, not 'tuple<>'}}
func.func private @f(!rxt.tensor<tuple<>[2]>)

// -----

// expected-error @+1 {{a table has one or more trip counts, none negative}}
func.func private @f(!rxt.table<[] x f32[2]>)
