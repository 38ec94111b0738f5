// Steps that cannot be cut stay as they are, with a warning at the line that is in the way.
// RUN: %rx-opt --rx-derive-depths --split-input-file --verify-diagnostics %s | FileCheck %s --implicit-check-not=_trip

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
rxt.buffer @w0 : !w from "f" "w0"
rxt.buffer @w1 : !w from "f" "w1"
// CHECK-LABEL: func.func @nothing_shared_step
// expected-warning @below {{rows of a batch cannot be at different depths: no loop that the text runs through shares parameters between its trips}}
func.func @nothing_shared_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0, @w1] : !rxt.table<[2] x f32[4, 4]>
  %last = rxt.loop 2 shared() indexed(%w) carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h):
    %h1 = rxt.contract(%h0, %w0) by [affine_map<(b, t, o, i) -> (b, t, i)>, affine_map<(b, t, o, i) -> (o, i)>] : (!h, !w) -> !h
    rxt.yield %h1 : !h
  } : (!rxt.table<[2] x f32[4, 4]>, !h) -> !h
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
rxt.buffer @w0 : !w from "f" "w0"
// CHECK-LABEL: func.func @two_loops_step
func.func @two_loops_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  // expected-note @below {{the other one}}
  %first = rxt.loop 2 shared(%w) indexed() carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h):
    rxt.yield %h0 : !h
  } : (!w, !h) -> !h
  // expected-warning @below {{the text runs through more than one loop that shares parameters}}
  %last = rxt.loop 2 shared(%w) indexed() carried(%first) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h):
    rxt.yield %h0 : !h
  } : (!w, !h) -> !h
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
rxt.buffer @w0 : !w from "f" "w0"
// CHECK-LABEL: func.func @two_values_step
func.func @two_values_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  // expected-warning @below {{the loop carries 2 values from trip to trip, not one along the text}}
  %last, %other = rxt.loop 2 shared(%w) indexed() carried(%h, %h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h, %h1: !h):
    rxt.yield %h1, %h0 : !h, !h
  } : (!w, !h, !h) -> (!h, !h)
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
rxt.buffer @w0 : !w from "f" "w0"
// CHECK-LABEL: func.func @all_trips_step
func.func @all_trips_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!rxt.tensor<f32[2, b, t, 4]> {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  // expected-warning @below {{what follows the loop reads values of all its trips}}
  %last, %each = rxt.loop 2 shared(%w) indexed() carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h):
    rxt.yield %h0, %h0 : !h, !h
  } : (!w, !h) -> (!h, !rxt.tensor<f32[2, b, t, 4]>)
  return %each : !rxt.tensor<f32[2, b, t, 4]>
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[t, b, 4]>
!w = !rxt.tensor<f32[4, 4]>
rxt.buffer @w0 : !w from "f" "w0"
// CHECK-LABEL: func.func @texts_first_step
func.func @texts_first_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  // expected-warning @below {{the first axis of what the loop carries is not that of texts}}
  %last = rxt.loop 2 shared(%w) indexed() carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %h0: !h):
    rxt.yield %h0 : !h
  } : (!w, !h) -> !h
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 300]>
!w = !rxt.tensor<f32[300, 300]>
rxt.buffer @w0 : !w from "f" "w0"
rxt.buffer @w1 : !w from "f" "w1"
rxt.buffer @w2 : !w from "f" "w2"
// A sum of weights before the product: rows would need one each.
// CHECK-LABEL: func.func @summed_weights_step
func.func @summed_weights_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  %own = rxt.param "own" [@w1, @w2] : !rxt.table<[2] x f32[300, 300]>
  %last = rxt.loop 2 shared(%w) indexed(%own) carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %own0: !w, %h0: !h):
    // expected-warning @below {{it computes a matrix that differs by depth, which would be copied for each row}}
    %sum = rxt.map(%w0, %own0) by [affine_map<(o, i) -> (o, i)>, affine_map<(o, i) -> (o, i)>] {
    ^bb0(%a: f32, %b: f32):
      %y = arith.addf %a, %b : f32
      rxt.yield %y : f32
    } : (!w, !w) -> !w
    %h1 = rxt.contract(%h0, %sum) by [affine_map<(b, t, o, i) -> (b, t, i)>, affine_map<(b, t, o, i) -> (o, i)>] : (!h, !w) -> !h
    rxt.yield %h1 : !h
  } : (!w, !rxt.table<[2] x f32[300, 300]>, !h) -> !h
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
!g = !rxt.tensor<f32[4]>
rxt.buffer @w0 : !w from "f" "w0"
rxt.buffer @g0 : !g from "f" "g0"
rxt.buffer @g1 : !g from "f" "g1"
// CHECK-LABEL: func.func @scanned_step
func.func @scanned_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  %g = rxt.param "g" [@g0, @g1] : !rxt.table<[2] x f32[4]>
  %last = rxt.loop 2 shared(%w) indexed(%g) carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %g0: !g, %h0: !h):
    // expected-warning @below {{no form with a depth per row is known for this equation (rxt.scan)}}
    %sums = rxt.scan sum %g0 along 0 : (!g) -> !g
    %h1 = rxt.map(%h0, %sums) by [affine_map<(b, t, i) -> (b, t, i)>, affine_map<(b, t, i) -> (i)>] {
    ^bb0(%a: f32, %b: f32):
      %y = arith.addf %a, %b : f32
      rxt.yield %y : f32
    } : (!h, !g) -> !h
    rxt.yield %h1 : !h
  } : (!w, !rxt.table<[2] x f32[4]>, !h) -> !h
  return %last : !h
}

// -----

!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
!g = !rxt.tensor<f32[4]>
rxt.buffer @w0 : !w from "f" "w0"
rxt.buffer @g0 : !g from "f" "g0"
rxt.buffer @g1 : !g from "f" "g1"
// CHECK-LABEL: func.func @carried_inside_step
func.func @carried_inside_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %h: !h {rx.name = "h", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %w = rxt.param "w" [@w0] : !w
  %g = rxt.param "g" [@g0, @g1] : !rxt.table<[2] x f32[4]>
  %last = rxt.loop 2 shared(%w) indexed(%g) carried(%h) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %w0: !w, %g0: !g, %h0: !h):
    // expected-warning @below {{a value that a loop carries depends on the depth, but not on the text}}
    %sums = rxt.loop 3 shared() indexed() carried(%g0) {
    ^bb0(%k: !rxt.tensor<i32[]>, %g1: !g):
      rxt.yield %g1 : !g
    } : (!g) -> !g
    %h1 = rxt.map(%h0, %sums) by [affine_map<(b, t, i) -> (b, t, i)>, affine_map<(b, t, i) -> (i)>] {
    ^bb0(%a: f32, %b: f32):
      %y = arith.addf %a, %b : f32
      rxt.yield %y : f32
    } : (!h, !g) -> !h
    rxt.yield %h1 : !h
  } : (!w, !rxt.table<[2] x f32[4]>, !h) -> !h
  return %last : !h
}
