// Two layers share one matrix, the mean of theirs; what each has of its own is kept to rank 4:
// w(l) - shared = u s v^T, lora_b = u s, lora_a = v. The first value of the sum is drawn.

#matrix = affine_map<(d0, d1) -> (d0, d1)>
#columns = affine_map<(d0, d1) -> (d1)>
#vector = affine_map<(d0) -> (d0)>
#left = affine_map<(d0, d1, d2) -> (d0, d2)>
#right = affine_map<(d0, d1, d2) -> (d1, d2)>

rxt.buffer @"lora_a(0)" : !rxt.tensor<f32[16, 4]> via @init_a {inputs = [@w0, @shared]}
rxt.buffer @"lora_a(1)" : !rxt.tensor<f32[16, 4]> via @init_a {inputs = [@w1, @shared]}
rxt.buffer @"lora_b(0)" : !rxt.tensor<f32[24, 4]> via @init_b {inputs = [@w0, @shared]}
rxt.buffer @"lora_b(1)" : !rxt.tensor<f32[24, 4]> via @init_b {inputs = [@w1, @shared]}
rxt.buffer @shared : !rxt.tensor<f32[24, 16]> via @mean {inputs = [@w0, @w1]}
rxt.buffer @bias : !rxt.tensor<f32[24]> via @draw_bias
rxt.buffer @w0 : !rxt.tensor<f32[24, 16]> from "f" "w0"
rxt.buffer @w1 : !rxt.tensor<f32[24, 16]> from "f" "w1"

func.func private @mean(%a: !rxt.tensor<f32[24, 16]> {rx.name = "a", rx.role = "input"}, %b: !rxt.tensor<f32[24, 16]> {rx.name = "b", rx.role = "input"})
    -> (!rxt.tensor<f32[24, 16]> {rx.name = "mean"}) {
  %y = rxt.map(%a, %b) by [#matrix, #matrix] {
  ^bb0(%p: f32, %q: f32):
    %half = arith.constant 0.5 : f32
    %sum = arith.addf %p, %q : f32
    %r = arith.mulf %sum, %half : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[24, 16]>, !rxt.tensor<f32[24, 16]>) -> !rxt.tensor<f32[24, 16]>
  return %y : !rxt.tensor<f32[24, 16]>
}

func.func private @draw_bias() -> (!rxt.tensor<f32[24]> {rx.name = "value"}) {
  %key = rxt.constant dense<[7, 0]> : tensor<2xi64> : !rxt.tensor<i64[2]>
  %y = rxt.draw uniform "bias" (-1.0, 1.0) key %key : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[24]>
  return %y : !rxt.tensor<f32[24]>
}

func.func private @init_a(%source: !rxt.tensor<f32[24, 16]> {rx.name = "source", rx.role = "input"}, %shared: !rxt.tensor<f32[24, 16]> {rx.name = "shared", rx.role = "input"})
    -> (!rxt.tensor<f32[16, 4]> {rx.name = "value"}) {
  %d = rxt.map(%source, %shared) by [#matrix, #matrix] {
  ^bb0(%p: f32, %q: f32):
    %r = arith.subf %p, %q : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[24, 16]>, !rxt.tensor<f32[24, 16]>) -> !rxt.tensor<f32[24, 16]>
  %u, %s, %v = rxt.linalg svd(%d) : (!rxt.tensor<f32[24, 16]>) -> (!rxt.tensor<f32[24, 4]>, !rxt.tensor<f32[4]>, !rxt.tensor<f32[16, 4]>)
  return %v : !rxt.tensor<f32[16, 4]>
}

// All 16 values, of which a window keeps the first.
func.func private @init_b(%source: !rxt.tensor<f32[24, 16]> {rx.name = "source", rx.role = "input"}, %shared: !rxt.tensor<f32[24, 16]> {rx.name = "shared", rx.role = "input"})
    -> (!rxt.tensor<f32[24, 4]> {rx.name = "value"}) {
  %d = rxt.map(%source, %shared) by [#matrix, #matrix] {
  ^bb0(%p: f32, %q: f32):
    %r = arith.subf %p, %q : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[24, 16]>, !rxt.tensor<f32[24, 16]>) -> !rxt.tensor<f32[24, 16]>
  %u, %s, %v = rxt.linalg svd(%d) : (!rxt.tensor<f32[24, 16]>) -> (!rxt.tensor<f32[24, 16]>, !rxt.tensor<f32[16]>, !rxt.tensor<f32[16, 16]>)
  %first = rxt.window %u by #matrix : (!rxt.tensor<f32[24, 16]>) -> !rxt.tensor<f32[24, 4]>
  %largest = rxt.window %s by #vector : (!rxt.tensor<f32[16]>) -> !rxt.tensor<f32[4]>
  %y = rxt.map(%first, %largest) by [#matrix, #columns] {
  ^bb0(%p: f32, %q: f32):
    %r = arith.mulf %p, %q : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[24, 4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[24, 4]>
  return %y : !rxt.tensor<f32[24, 4]>
}

// y = bias + sum over layers of x lora_a lora_b^T
func.func @forward(%x: !rxt.tensor<f32[b, 16]> {rx.name = "x", rx.role = "input"}) -> (!rxt.tensor<f32[b, 24]> {rx.name = "y"}) {
  %bias = rxt.param "bias" [@bias] : !rxt.tensor<f32[24]>
  %a = rxt.param "lora_a" [@"lora_a(0)", @"lora_a(1)"] : !rxt.table<[2] x f32[16, 4]>
  %b = rxt.param "lora_b" [@"lora_b(0)", @"lora_b(1)"] : !rxt.table<[2] x f32[24, 4]>
  %zero = rxt.map(%bias) by [#columns] {
  ^bb0(%p: f32):
    rxt.yield %p : f32
  } : (!rxt.tensor<f32[24]>) -> !rxt.tensor<f32[b, 24]>
  %y = rxt.loop 2 shared(%x) indexed(%a, %b) carried(%zero) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %in: !rxt.tensor<f32[b, 16]>, %down: !rxt.tensor<f32[16, 4]>, %up: !rxt.tensor<f32[24, 4]>, %sum: !rxt.tensor<f32[b, 24]>):
    %h = rxt.contract(%in, %down) by [#left, affine_map<(d0, d1, d2) -> (d2, d1)>] : (!rxt.tensor<f32[b, 16]>, !rxt.tensor<f32[16, 4]>) -> !rxt.tensor<f32[b, 4]>
    %o = rxt.contract(%h, %up) by [#left, #right] : (!rxt.tensor<f32[b, 4]>, !rxt.tensor<f32[24, 4]>) -> !rxt.tensor<f32[b, 24]>
    %next = rxt.map(%sum, %o) by [#matrix, #matrix] {
    ^bb0(%p: f32, %q: f32):
      %r = arith.addf %p, %q : f32
      rxt.yield %r : f32
    } : (!rxt.tensor<f32[b, 24]>, !rxt.tensor<f32[b, 24]>) -> !rxt.tensor<f32[b, 24]>
    rxt.yield %next : !rxt.tensor<f32[b, 24]>
  } : (!rxt.tensor<f32[b, 16]>, !rxt.table<[2] x f32[16, 4]>, !rxt.table<[2] x f32[24, 4]>, !rxt.tensor<f32[b, 24]>) -> !rxt.tensor<f32[b, 24]>
  return %y : !rxt.tensor<f32[b, 24]>
}

// The computed values themselves.
func.func @weights() -> (!rxt.tensor<f32[16, 4]> {rx.name = "a"}, !rxt.tensor<f32[24, 4]> {rx.name = "b"}, !rxt.tensor<f32[24]> {rx.name = "bias"}) {
  %a = rxt.param "lora_a" [@"lora_a(1)"] : !rxt.tensor<f32[16, 4]>
  %b = rxt.param "lora_b" [@"lora_b(1)"] : !rxt.tensor<f32[24, 4]>
  %bias = rxt.param "bias" [@bias] : !rxt.tensor<f32[24]>
  return %a, %b, %bias : !rxt.tensor<f32[16, 4]>, !rxt.tensor<f32[24, 4]>, !rxt.tensor<f32[24]>
}
