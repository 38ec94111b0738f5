// Every op of rx through text and back: three layers of their own, run by a loop of two trips.
// RUN: %rx-opt %s | %rx-opt | FileCheck %s
// RUN: %rx-opt --mlir-print-op-generic %s | %rx-opt | FileCheck %s

// Inlined, the loops are still loops, and no rx op is left. The weights are the same on both trips of the loop, so
// their table is shared by it and indexed by the stack inside; what differs by depth is indexed by both.
// RUN: %rx-opt --rx-to-rxt %s | FileCheck %s --check-prefix=RXT --implicit-check-not="{{ rx\.[a-z]+}}"

rxt.buffer @a : !rxt.tensor<f32[4]> from "file" "a"
rxt.buffer @b : !rxt.tensor<f32[4]> from "file" "b"
rxt.buffer @c : !rxt.tensor<f32[4]> from "file" "c"

// CHECK-LABEL: rx.model @net of "Net" {
rx.model @net of "Net" {
  // CHECK-NEXT: rx.loop @layers over "b" in 2 {
  rx.loop @layers over "b" in 2 {
    // CHECK-NEXT: rx.stack @inner over "k" in 3 {
    rx.stack @inner over "k" in 3 {
      // CHECK-NEXT: rx.part @layer of "Layer" {
      rx.part @layer of "Layer" {
        // CHECK-NEXT: rx.param @w : !rxt.table<[3] x f32[4]> per ["k"] = [@a, @b, @c]
        rx.param @w : !rxt.table<[3] x f32[4]> per ["k"] = [@a, @b, @c]
        // CHECK-NEXT: rx.depth @scale : !rxt.table<[2, 3] x f32[]> per ["b", "k"] = dense<{{.*}}> : tensor<2x3xf32>
        rx.depth @scale : !rxt.table<[2, 3] x f32[]> per ["b", "k"] = dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
        // CHECK-NEXT: rx.forward @forward by @Layer.forward
        rx.forward @forward by @Layer.forward
      }
    }
  }
  rx.forward @forward by @Net.forward
}

// CHECK-LABEL: rx.equations @Layer.forward {
rx.equations @Layer.forward {
^bb0(%x: !rxt.tensor<f32[n, 4]>):
  // CHECK: rx.read @w : <f32[4]>
  %w = rx.read @w : !rxt.tensor<f32[4]>
  // CHECK: rx.read @scale : <f32[]>
  %scale = rx.read @scale : !rxt.tensor<f32[]>
  %y = rxt.map(%x, %w, %scale) by [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> ()>] {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %0 = arith.mulf %a, %b : f32
    %1 = arith.addf %0, %c : f32
    rxt.yield %1 : f32
  } : (!rxt.tensor<f32[n, 4]>, !rxt.tensor<f32[4]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[n, 4]>
  // CHECK: rx.return %{{.*}} : !rxt.tensor<f32[n, 4]>
  rx.return %y : !rxt.tensor<f32[n, 4]>
}

// CHECK-LABEL: rx.equations @Net.forward {
rx.equations @Net.forward {
^bb0(%x: !rxt.tensor<f32[n, 4]>):
  // CHECK: rx.apply @layers::@forward(%{{.*}}) : (!rxt.tensor<f32[n, 4]>) -> !rxt.tensor<f32[n, 4]>
  %y = rx.apply @layers::@forward(%x) : (!rxt.tensor<f32[n, 4]>) -> !rxt.tensor<f32[n, 4]>
  rx.return %y : !rxt.tensor<f32[n, 4]>
}

// CHECK-LABEL: rx.program @step takes ["x"] as ["input"] gives ["y"] {
rx.program @step takes ["x"] as ["input"] gives ["y"] {
^bb0(%x: !rxt.tensor<f32[n, 4]>):
  // CHECK: rx.apply @net::@forward
  %y = rx.apply @net::@forward(%x) : (!rxt.tensor<f32[n, 4]>) -> !rxt.tensor<f32[n, 4]>
  rx.return %y : !rxt.tensor<f32[n, 4]>
}

// RXT-LABEL: func.func @step(%{{.*}}: !rxt.tensor<f32[n, 4]> {rx.name = "x", rx.role = "input"}) -> (!rxt.tensor<f32[n, 4]> {rx.name = "y"})
// RXT-DAG: %[[W:.*]] = rxt.param "layers.w" [@a, @b, @c]
// RXT-DAG: %[[SCALE:.*]] = rxt.constant
// RXT: rxt.loop 2 shared(%[[W]]) indexed(%[[SCALE]]) carried(%{{.*}})
// RXT: rxt.loop 3 shared() indexed(
// RXT: rxt.map
// RXT-NOT: rxt.loop
