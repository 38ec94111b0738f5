// A step whose text runs through one loop is cut into what comes before it, one trip with a depth per row, and what comes after.
// RUN: %rx-opt --rx-derive-depths --cse %s | FileCheck %s

#e = affine_map<(b, t, i) -> (b, t, i)>
#in = affine_map<(b, t, o, i) -> (b, t, i)>
#out = affine_map<(b, t, o, i) -> (o, i)>
!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!w = !rxt.tensor<f32[4, 4]>
!trip = !rxt.tensor<i32[]>
rxt.buffer @e : !rxt.tensor<f32[7, 4]> from "f" "e"
rxt.buffer @w0 : !w from "f" "w0"
rxt.buffer @w1 : !w from "f" "w1"
rxt.buffer @a0 : !rxt.tensor<f32[1, 4]> from "f" "a0"
rxt.buffer @a1 : !rxt.tensor<f32[1, 4]> from "f" "a1"
rxt.buffer @a2 : !rxt.tensor<f32[1, 4]> from "f" "a2"
rxt.buffer @a3 : !rxt.tensor<f32[1, 4]> from "f" "a3"
rxt.buffer @a4 : !rxt.tensor<f32[1, 4]> from "f" "a4"
rxt.buffer @a5 : !rxt.tensor<f32[1, 4]> from "f" "a5"
rxt.buffer @g0 : !rxt.tensor<f32[4]> from "f" "g0"
rxt.buffer @g1 : !rxt.tensor<f32[4]> from "f" "g1"
rxt.buffer @g2 : !rxt.tensor<f32[4]> from "f" "g2"

// The body stands once, without its loop. Depths choose the rows of tables of slots, i32[depths, layers, positions], and of numbers
// that differ by depth, f32[depths, layers]; what is there by row already, the places of new positions, keeps that axis. Shared weights
// stay what they are, and the caches too.
// CHECK-LABEL: func.func @tied_trip
// CHECK-SAME: (%[[START:.*]]: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}, %[[SLOTS:.*]]: !rxt.tensor<i32[3, 2, c]> {rx.name = "tied.slots.0"
// CHECK-SAME: %[[CACHE:.*]]: !rxt.tensor<f32[b, s, 4]> {rx.name = "tied.cache.0", rx.role = "state"}
// CHECK-SAME: %[[DEPTH:.*]]: !rxt.tensor<i32[b]> {rx.below = 3 : i64, rx.name = "depth", rx.role = "input"}
// CHECK-SAME: %[[CARRIED:.*]]: !rxt.tensor<f32[b, t, 4]> {rx.name = "carried", rx.role = "input"})
// CHECK-SAME: -> (!rxt.tensor<f32[b, t, 4]> {rx.name = "carried"}, !rxt.tensor<f32[b, s, 4]> {rx.name = "tied.cache.0"}) attributes {rx.path = "step"}
// CHECK: %[[AT:.*]] = rxt.gather %[[SLOTS]] at {{.*}} -> !rxt.tensor<i32[3, 2, b, t]>
// CHECK: %[[W:.*]] = rxt.param "w" [@w0, @w1] : !rxt.table<[2] x f32[4, 4]>
// CHECK: %[[BASES:.*]] = rxt.constant {{.*}} : !rxt.tensor<f32[3, 2]>
// CHECK: %[[BASE:.*]] = rxt.gather %[[BASES]] at %[[DEPTH]] axis 0 by {{.*}} -> !rxt.tensor<f32[2, b]>
// CHECK: %[[ROWSLOTS:.*]] = rxt.gather %[[SLOTS]] at %[[DEPTH]] axis 0 by {{.*}} -> !rxt.tensor<i32[2, b, c]>
// CHECK: %[[ROWAT:.*]] = rxt.gather %[[AT]] at %[[DEPTH]] axis 0 by {{.*}} -> !rxt.tensor<i32[2, b, t]>
// CHECK-NOT: rxt.loop 3
// CHECK: rxt.loop 2 shared(%[[START]], %[[DEPTH]]) indexed(%[[W]], %[[BASE]], %[[ROWSLOTS]], %[[ROWAT]]) carried(%[[CARRIED]], %[[CACHE]])
// CHECK: rxt.contract({{.*}}) by {{.*}} : (!rxt.tensor<f32[b, t, 4]>, !rxt.tensor<f32[4, 4]>)
// CHECK: rxt.update {{.*}} : (!rxt.tensor<f32[b, s, 4]>, !rxt.tensor<f32[b, t, 4]>, !rxt.tensor<i32[b, t]>)
// CHECK: rxt.gather {{.*}} axis 1 {{.*}} : (!rxt.tensor<f32[b, s, 4]>, !rxt.tensor<i32[b, c]>) -> !rxt.tensor<f32[b, c, 4]>
// CHECK: (!rxt.tensor<f32[b, t, 4]>, !rxt.tensor<f32[b, 4]>, !rxt.tensor<f32[b]>, !rxt.tensor<i32[]>, !rxt.tensor<i32[b]>) -> !rxt.tensor<f32[b, t, 4]>

// CHECK-LABEL: func.func @tied_enter
// CHECK-SAME: (%[[IDS:.*]]: !rxt.tensor<i32[b, t]> {rx.name = "x", rx.role = "input"}) -> (!rxt.tensor<f32[b, t, 4]> {rx.name = "carried"})
// CHECK-NOT: rxt.loop
// CHECK: return

// CHECK-LABEL: func.func @tied_leave
// CHECK-SAME: (%[[CARRIED:.*]]: !rxt.tensor<f32[b, t, 4]> {rx.name = "carried", rx.role = "input"}) -> (!rxt.tensor<f32[b, t, 7]> {rx.name = "logits"})
// CHECK-NOT: rxt.loop
// CHECK: %[[LOGITS:.*]] = rxt.contract(%[[CARRIED]]
// CHECK: return %[[LOGITS]]

// CHECK-LABEL: func.func @tied_step
// CHECK: rxt.loop 3
func.func @tied_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"},
    %slots: !rxt.tensor<i32[3, 2, c]> {rx.name = "tied.slots.0", rx.role = "state", rx.slots = "s"},
    %cache: !rxt.tensor<f32[b, s, 4]> {rx.name = "tied.cache.0", rx.role = "state"})
    -> (!rxt.tensor<f32[b, t, 7]> {rx.name = "logits"}, !rxt.tensor<f32[b, s, 4]> {rx.name = "tied.cache.0"}) attributes {rx.path = "step"} {
  %table = rxt.param "e" [@e] : !rxt.tensor<f32[7, 4]>
  %places = rxt.map(%start) by [affine_map<(b, t) -> (b)>] {
  ^bb0(%first: i32):
    %offset = rxt.index 1 : i32
    %place = arith.addi %first, %offset : i32
    rxt.yield %place : i32
  } : (!rxt.tensor<i32[b]>) -> !ids
  %at = rxt.gather %slots at %places axis 2 by affine_map<(d, k, b, t) -> (d, k)>, affine_map<(d, k, b, t) -> (b, t)> : (!rxt.tensor<i32[3, 2, c]>, !ids) -> !rxt.tensor<i32[3, 2, b, t]>
  %embedded = rxt.gather %table at %ids axis 0 by affine_map<(b, t, i) -> (i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[7, 4]>, !ids) -> !h
  %w = rxt.param "w" [@w0, @w1] : !rxt.table<[2] x f32[4, 4]>
  %bases = rxt.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32> : !rxt.table<[3, 2] x f32[]>
  %last, %grown = rxt.loop 3 shared(%start, %w) indexed(%bases, %slots, %at) carried(%embedded, %cache) {
  ^bb0(%depth: !trip, %s0: !rxt.tensor<i32[b]>, %w0: !rxt.table<[2] x f32[4, 4]>, %bases0: !rxt.table<[2] x f32[]>, %slots0: !rxt.tensor<i32[2, c]>, %at0: !rxt.tensor<i32[2, b, t]>, %h0: !h, %cache0: !rxt.tensor<f32[b, s, 4]>):
    %h3, %cache3 = rxt.loop 2 shared(%s0) indexed(%w0, %bases0, %slots0, %at0) carried(%h0, %cache0) {
    ^bb0(%trip: !trip, %s1: !rxt.tensor<i32[b]>, %w1: !w, %base: !rxt.tensor<f32[]>, %slots1: !rxt.tensor<i32[c]>, %at1: !ids, %h1: !h, %cache1: !rxt.tensor<f32[b, s, 4]>):
      %rows = rxt.contract(%h1, %w1) by [#in, #out] : (!h, !w) -> !h
      %cache2 = rxt.update %cache1 with %rows at %at1 axis 1 by affine_map<(b, t, i) -> (b, i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[b, s, 4]>, !h, !ids) -> !rxt.tensor<f32[b, s, 4]>
      %prefix = rxt.gather %cache2 at %slots1 axis 1 by affine_map<(b, c, i) -> (b, i)>, affine_map<(b, c, i) -> (c)> : (!rxt.tensor<f32[b, s, 4]>, !rxt.tensor<i32[c]>) -> !rxt.tensor<f32[b, c, 4]>
      %sum = rxt.reduce sum(%prefix) by [affine_map<(b, i, c) -> (b, c, i)>] {
      ^bb0(%a: f32):
        rxt.yield %a : f32
      } : (!rxt.tensor<f32[b, c, 4]>) -> !rxt.tensor<f32[b, 4]>
      %h2 = rxt.map(%h1, %sum, %base, %trip, %s1) by [#e, affine_map<(b, t, i) -> (b, i)>, affine_map<(b, t, i) -> ()>, affine_map<(b, t, i) -> ()>, affine_map<(b, t, i) -> (b)>] {
      ^bb0(%a: f32, %b: f32, %f: f32, %k: i32, %p: i32):
        %x = arith.mulf %a, %f : f32
        %y = arith.addf %x, %b : f32
        rxt.yield %y : f32
      } : (!h, !rxt.tensor<f32[b, 4]>, !rxt.tensor<f32[]>, !trip, !rxt.tensor<i32[b]>) -> !h
      rxt.yield %h2, %cache2 : !h, !rxt.tensor<f32[b, s, 4]>
    } : (!rxt.tensor<i32[b]>, !rxt.table<[2] x f32[4, 4]>, !rxt.table<[2] x f32[]>, !rxt.tensor<i32[2, c]>, !rxt.tensor<i32[2, b, t]>, !h, !rxt.tensor<f32[b, s, 4]>) -> (!h, !rxt.tensor<f32[b, s, 4]>)
    rxt.yield %h3, %cache3 : !h, !rxt.tensor<f32[b, s, 4]>
  } : (!rxt.tensor<i32[b]>, !rxt.table<[2] x f32[4, 4]>, !rxt.table<[3, 2] x f32[]>, !rxt.tensor<i32[3, 2, c]>, !rxt.tensor<i32[3, 2, b, t]>, !h, !rxt.tensor<f32[b, s, 4]>) -> (!h, !rxt.tensor<f32[b, s, 4]>)
  %logits = rxt.contract(%last, %table) by [#in, #out] : (!h, !rxt.tensor<f32[7, 4]>) -> !rxt.tensor<f32[b, t, 7]>
  return %logits, %grown : !rxt.tensor<f32[b, t, 7]>, !rxt.tensor<f32[b, s, 4]>
}

// Parameters of a depth: tables are indexed by the layers first. A vector becomes rows, each with the entry of its depth. The product with
// a matrix is computed in every trip, and each row keeps its own.
// CHECK-LABEL: func.func @relaxed_trip
// CHECK: rxt.param "a" [@a0 ... @a4 by 2, @a1 ... @a5 by 2] : !rxt.table<[2, 3] x f32[1, 4]>
// CHECK: rxt.param "g" [@g0 ... @g2] : !rxt.table<[3] x f32[4]>
// CHECK: %[[GAIN:.*]] = rxt.loop 3 shared({{.*}}) indexed({{.*}}) carried(
// CHECK: arith.cmpi eq
// CHECK: arith.select
// CHECK: (!rxt.tensor<i32[b]>, !rxt.tensor<i32[]>, !rxt.tensor<f32[4]>, !rxt.tensor<f32[b, 4]>) -> !rxt.tensor<f32[b, 4]>
// CHECK: rxt.loop 2 shared(
// CHECK: rxt.loop 3 shared({{.*}}) indexed({{.*}}) carried(
// CHECK: %[[LOW:.*]] = rxt.contract({{.*}} : (!rxt.tensor<f32[b, t, 4]>, !rxt.tensor<f32[1, 4]>) -> !rxt.tensor<f32[b, t, 1]>
// CHECK: rxt.map({{.*}}, {{.*}}, %[[LOW]], {{.*}})
// CHECK: arith.select
// CHECK: rxt.yield
// CHECK: (!rxt.tensor<f32[b, t, 4]>, !rxt.tensor<i32[b]>, !rxt.table<[3] x f32[1, 4]>, !rxt.tensor<f32[b, t, 1]>) -> !rxt.tensor<f32[b, t, 1]>
// CHECK: rxt.map({{.*}}, %[[GAIN]])
// CHECK: -> !rxt.tensor<f32[b, t, 4]>
// CHECK: return
func.func @relaxed_step(%ids: !ids {rx.name = "x", rx.role = "input"}, %start: !rxt.tensor<i32[b]> {rx.name = "start", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.path = "step"} {
  %table = rxt.param "e" [@e] : !rxt.tensor<f32[7, 4]>
  %embedded = rxt.gather %table at %ids axis 0 by affine_map<(b, t, i) -> (i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[7, 4]>, !ids) -> !h
  %w = rxt.param "w" [@w0, @w1] : !rxt.table<[2] x f32[4, 4]>
  %a = rxt.param "a" [@a0, @a1, @a2, @a3, @a4, @a5] : !rxt.table<[3, 2] x f32[1, 4]>
  %g = rxt.param "g" [@g0, @g1, @g2] : !rxt.table<[3] x f32[4]>
  %last = rxt.loop 3 shared(%w) indexed(%a, %g) carried(%embedded) {
  ^bb0(%depth: !trip, %w0: !rxt.table<[2] x f32[4, 4]>, %a0: !rxt.table<[2] x f32[1, 4]>, %g0: !rxt.tensor<f32[4]>, %h0: !h):
    %h3 = rxt.loop 2 shared() indexed(%w0, %a0) carried(%h0) {
    ^bb0(%trip: !trip, %w1: !w, %a1: !rxt.tensor<f32[1, 4]>, %h1: !h):
      %rows = rxt.contract(%h1, %w1) by [#in, #out] : (!h, !w) -> !h
      %low = rxt.contract(%h1, %a1) by [#in, #out] : (!h, !rxt.tensor<f32[1, 4]>) -> !rxt.tensor<f32[b, t, 1]>
      %wide = rxt.reduce sum(%low) by [affine_map<(b, t, i) -> (b, t, i)>] {
      ^bb0(%v: f32):
        rxt.yield %v : f32
      } : (!rxt.tensor<f32[b, t, 1]>) -> !rxt.tensor<f32[b, t]>
      %h2 = rxt.map(%rows, %wide) by [#e, affine_map<(b, t, i) -> (b, t)>] {
      ^bb0(%v: f32, %l: f32):
        %y = arith.addf %v, %l : f32
        rxt.yield %y : f32
      } : (!h, !rxt.tensor<f32[b, t]>) -> !h
      rxt.yield %h2 : !h
    } : (!rxt.table<[2] x f32[4, 4]>, !rxt.table<[2] x f32[1, 4]>, !h) -> !h
    %h4 = rxt.map(%h3, %g0) by [#e, affine_map<(b, t, i) -> (i)>] {
    ^bb0(%v: f32, %gain: f32):
      %y = arith.mulf %v, %gain : f32
      rxt.yield %y : f32
    } : (!h, !rxt.tensor<f32[4]>) -> !h
    rxt.yield %h4 : !h
  } : (!rxt.table<[2] x f32[4, 4]>, !rxt.table<[3, 2] x f32[1, 4]>, !rxt.table<[3] x f32[4]>, !h) -> !h
  return %last : !h
}
