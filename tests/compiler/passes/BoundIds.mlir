// What the integers that enter a program may be follows from where they are read as positions.
// RUN: %rx-opt --rx-bound-ids %s | FileCheck %s

// The smallest of what they count into; an axis of a size that is not a number says nothing.
// CHECK-LABEL: func.func @least
// CHECK-SAME: %arg0: !rxt.tensor<i32[n]> {rx.below = 7 : i64}
func.func @least(%ids: !rxt.tensor<i32[n]>, %a: !rxt.tensor<f32[9, 2]>, %b: !rxt.tensor<f32[2, 7]>, %c: !rxt.tensor<f32[n]>) {
  %0 = rxt.gather %a at %ids axis 0 by affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)> : (!rxt.tensor<f32[9, 2]>, !rxt.tensor<i32[n]>) -> !rxt.tensor<f32[n, 2]>
  %1 = rxt.gather %b at %ids axis 1 by affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i)> : (!rxt.tensor<f32[2, 7]>, !rxt.tensor<i32[n]>) -> !rxt.tensor<f32[n, 2]>
  %2 = rxt.gather %c at %ids axis 0 by affine_map<(i) -> ()>, affine_map<(i) -> (i)> : (!rxt.tensor<f32[n]>, !rxt.tensor<i32[n]>) -> !rxt.tensor<f32[n]>
  return
}

// Ids that are first picked from others, moved, or handed to a loop.
// CHECK-LABEL: func.func @moved
// CHECK-SAME: %arg0: !rxt.tensor<i32[6]> {rx.below = 5 : i64}
// CHECK-SAME: %arg1: !rxt.tensor<i32[n]> {rx.below = 6 : i64}
func.func @moved(%ids: !rxt.tensor<i32[6]>, %pick: !rxt.tensor<i32[n]>, %table: !rxt.tensor<f32[5]>, %x: !rxt.tensor<f32[]>) {
  %picked = rxt.gather %ids at %pick axis 0 by affine_map<(i) -> ()>, affine_map<(i) -> (i)> : (!rxt.tensor<i32[6]>, !rxt.tensor<i32[n]>) -> !rxt.tensor<i32[n]>
  %column = rxt.window %picked by affine_map<(i, j) -> (i)> : (!rxt.tensor<i32[n]>) -> !rxt.tensor<i32[n, 1]>
  %y = rxt.loop 2 shared(%table, %column) indexed() carried(%x) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %t: !rxt.tensor<f32[5]>, %c: !rxt.tensor<i32[n, 1]>, %before: !rxt.tensor<f32[]>):
    %0 = rxt.gather %t at %c axis 0 by affine_map<(i, j) -> ()>, affine_map<(i, j) -> (i, j)> : (!rxt.tensor<f32[5]>, !rxt.tensor<i32[n, 1]>) -> !rxt.tensor<f32[n, 1]>
    rxt.yield %before : !rxt.tensor<f32[]>
  } : (!rxt.tensor<f32[5]>, !rxt.tensor<i32[n, 1]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return
}

// Positions of a sum count into its result; numbers that are only computed with count into nothing.
// CHECK-LABEL: func.func @sums
// CHECK-SAME: %arg0: !rxt.tensor<i32[n]> {rx.below = 3 : i64}
// CHECK-SAME: %arg1: !rxt.tensor<i32[n]>,
func.func @sums(%ids: !rxt.tensor<i32[n]>, %numbers: !rxt.tensor<i32[n]>, %u: !rxt.tensor<f32[n]>) {
  %0 = rxt.scatter %u at %ids axis 0 by affine_map<(i) -> ()>, affine_map<(i) -> (i)> : (!rxt.tensor<f32[n]>, !rxt.tensor<i32[n]>) -> !rxt.tensor<f32[3]>
  %1 = rxt.map(%numbers) by [affine_map<(i) -> (i)>] {
  ^bb0(%a: i32):
    rxt.yield %a : i32
  } : (!rxt.tensor<i32[n]>) -> !rxt.tensor<i32[n]>
  return
}
