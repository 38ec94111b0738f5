// RUN: %rx-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{returns other types than it declares}}
rxk.kernel @k(%x: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[m]> {
  rxk.return %x : !rxt.tensor<f32[n]>
}

// -----

func.func @f(%x: !rxt.tensor<f32[n]>) {
  // expected-error@+1 {{there is no kernel @k}}
  %y = rxk.launch @k(%x) : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  return
}

// -----

rxk.kernel @k(%x: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
  rxk.return %x : !rxt.tensor<f32[n]>
}
func.func @f(%x: !rxt.tensor<f32[4, n]>) {
  // expected-error@+1 {{operands or results do not fit the kernel @k}}
  %y = rxk.launch @k(%x) : (!rxt.tensor<f32[4, n]>) -> !rxt.tensor<f32[n]>
  return
}

// -----

func.func @f() {
  // expected-error@+1 {{expects parent op 'rxk.kernel'}}
  rxk.return
}
