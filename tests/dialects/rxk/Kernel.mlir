// RUN: %rx-opt %s | %rx-opt | FileCheck %s
// RUN: %rx-opt --mlir-print-op-generic %s | %rx-opt | FileCheck %s

// CHECK-LABEL: rxk.kernel @double(%arg0: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
// CHECK: rxk.return %{{.*}} : !rxt.tensor<f32[n]>
rxk.kernel @double(%x: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
  %y = rxt.map(%x) by [affine_map<(i) -> (i)>] {
  ^bb0(%a: f32):
    %0 = arith.addf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  rxk.return %y : !rxt.tensor<f32[n]>
}

// A kernel of nothing, for the sake of the syntax.
// CHECK-LABEL: rxk.kernel @nothing() {
// CHECK-NEXT: rxk.return
rxk.kernel @nothing() {
  rxk.return
}

// CHECK-LABEL: func.func @program
func.func @program(%x: !rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]> {
  // CHECK-NEXT: rxk.launch @double(%{{.*}}) : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  %y = rxk.launch @double(%x) : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  // CHECK-NEXT: rxk.launch @nothing() : () -> ()
  rxk.launch @nothing() : () -> ()
  return %y : !rxt.tensor<f32[n]>
}
