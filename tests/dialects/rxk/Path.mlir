// Contractions of programs on path step are kernels of their own; everything else is shared.
// RUN: split-file %s %t
// RUN: %rx-opt --rxt-to-rxk %t/paths.mlir | FileCheck %s
// RUN: not %rx-opt --rxt-to-rxk %t/unknown.mlir 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// CHECK-LABEL: func.func @bulk
// CHECK: rxk.launch @[[M:.*]](%{{.*}}) :
// CHECK: rxk.launch @[[P:.*]](%{{.*}}) :
// CHECK-LABEL: func.func @also_bulk
// CHECK: rxk.launch @[[M]](%{{.*}}) :
// CHECK: rxk.launch @[[P]](%{{.*}}) :
// CHECK-LABEL: func.func @step
// CHECK: rxk.launch @[[M]](%{{.*}}) :
// CHECK: rxk.launch @[[S:.*_step]](%{{.*}}) :
// CHECK: rxk.kernel @[[M]](
// CHECK-NOT: rx.path
// CHECK: rxk.kernel @[[P]](
// CHECK-NOT: rx.path
// CHECK: rxk.kernel @[[S]](
// CHECK-SAME: attributes {kind = "contract", rx.path = "step", schedule = {{.*}}

// UNKNOWN: rx.path is step or bulk, not "prefill"

//--- paths.mlir
#id = affine_map<(i, k) -> (i, k)>
#x = affine_map<(i, j, k) -> (i, k)>
#w = affine_map<(i, j, k) -> (j, k)>
func.func @bulk(%x: !rxt.tensor<f32[n, 32]>, %w: !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]> {
  %y = rxt.map(%x) by [#id] {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n, 32]>) -> !rxt.tensor<f32[n, 32]>
  %z = rxt.contract(%y, %w) by [#x, #w] : (!rxt.tensor<f32[n, 32]>, !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]>
  return %z : !rxt.tensor<f32[n, 8]>
}
func.func @also_bulk(%x: !rxt.tensor<f32[n, 32]>, %w: !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]> attributes {rx.path = "bulk"} {
  %y = rxt.map(%x) by [#id] {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n, 32]>) -> !rxt.tensor<f32[n, 32]>
  %z = rxt.contract(%y, %w) by [#x, #w] : (!rxt.tensor<f32[n, 32]>, !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]>
  return %z : !rxt.tensor<f32[n, 8]>
}
func.func @step(%x: !rxt.tensor<f32[n, 32]>, %w: !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]> attributes {rx.path = "step"} {
  %y = rxt.map(%x) by [#id] {
  ^bb0(%a: f32):
    %0 = arith.mulf %a, %a : f32
    rxt.yield %0 : f32
  } : (!rxt.tensor<f32[n, 32]>) -> !rxt.tensor<f32[n, 32]>
  %z = rxt.contract(%y, %w) by [#x, #w] : (!rxt.tensor<f32[n, 32]>, !rxt.tensor<f32[8, 32]>) -> !rxt.tensor<f32[n, 8]>
  return %z : !rxt.tensor<f32[n, 8]>
}

//--- unknown.mlir
func.func @f() attributes {rx.path = "prefill"} {
  return
}
