// What goes along rows in a transformer, one program each, as the front end elaborates it. The
// passes must make one kernel of every program.
!x = !rxt.tensor<f32[t, 640]>
!r = !rxt.tensor<f32[t]>
!g = !rxt.tensor<f32[640]>
!wide = !rxt.tensor<f32[t, 2048]>
!heads = !rxt.tensor<f32[h, t, 256]>
!half = !rxt.tensor<f32[h, t, 128]>
!table = !rxt.tensor<f32[t, 128]>
#all = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
#in = affine_map<(d0, d1) -> (d1)>
#head = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#angle = affine_map<(d0, d1, d2) -> (d1, d2)>

func.func @norm(%x: !x {rx.name = "x", rx.role = "input"},
                %g: !g {rx.name = "g", rx.role = "input"}) -> (!x {rx.name = "y"}) {
  %s = rxt.reduce sum(%x) by [#all] {
  ^bb0(%a: f32):
    %m = arith.mulf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !r
  %y = rxt.map(%x, %s, %g) by [#all, #row, #in] {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %n = arith.constant 6.400000e+02 : f32
    %e = arith.constant 1.000000e-06 : f32
    %m = arith.divf %b, %n : f32
    %o = arith.addf %m, %e : f32
    %h = math.rsqrt %o : f32
    %p = arith.mulf %a, %h : f32
    %q = arith.mulf %p, %c : f32
    rxt.yield %q : f32
  } : (!x, !r, !g) -> !x
  return %y : !x
}

func.func @residual_norm(%x: !x {rx.name = "x", rx.role = "input"},
                         %u: !x {rx.name = "u", rx.role = "input"},
                         %g: !g {rx.name = "g", rx.role = "input"})
    -> (!x {rx.name = "z"}, !x {rx.name = "y"}) {
  %z = rxt.map(%x, %u) by [#all, #all] {
  ^bb0(%a: f32, %b: f32):
    %m = arith.addf %a, %b : f32
    rxt.yield %m : f32
  } : (!x, !x) -> !x
  %s = rxt.reduce sum(%z) by [#all] {
  ^bb0(%a: f32):
    %m = arith.mulf %a, %a : f32
    rxt.yield %m : f32
  } : (!x) -> !r
  %y = rxt.map(%z, %s, %g) by [#all, #row, #in] {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %n = arith.constant 6.400000e+02 : f32
    %e = arith.constant 1.000000e-06 : f32
    %m = arith.divf %b, %n : f32
    %o = arith.addf %m, %e : f32
    %h = math.rsqrt %o : f32
    %p = arith.mulf %a, %h : f32
    %q = arith.mulf %p, %c : f32
    rxt.yield %q : f32
  } : (!x, !r, !g) -> !x
  return %z, %y : !x, !x
}

func.func @softmax(%x: !wide {rx.name = "x", rx.role = "input"}) -> (!wide {rx.name = "y"}) {
  %m = rxt.reduce max(%x) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!wide) -> !r
  %e = rxt.map(%x, %m) by [#all, #row] {
  ^bb0(%a: f32, %b: f32):
    %s = arith.subf %a, %b : f32
    %p = math.exp %s : f32
    rxt.yield %p : f32
  } : (!wide, !r) -> !wide
  %l = rxt.reduce sum(%e) by [#all] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!wide) -> !r
  %y = rxt.map(%e, %l) by [#all, #row] {
  ^bb0(%a: f32, %b: f32):
    %q = arith.divf %a, %b : f32
    rxt.yield %q : f32
  } : (!wide, !r) -> !wide
  return %y : !wide
}

func.func @gate(%x: !wide {rx.name = "x", rx.role = "input"},
                %u: !wide {rx.name = "u", rx.role = "input"}) -> (!wide {rx.name = "y"}) {
  %h = rxt.map(%x) by [#all] {
  ^bb0(%a: f32):
    %half = arith.constant 5.000000e-01 : f32
    %one = arith.constant 1.000000e+00 : f32
    %root = arith.constant 0.797884583 : f32
    %c = arith.constant 4.471500e-02 : f32
    %b = arith.mulf %half, %a : f32
    %d = arith.mulf %c, %a : f32
    %e = arith.mulf %d, %a : f32
    %f = arith.mulf %e, %a : f32
    %g = arith.addf %a, %f : f32
    %i = arith.mulf %root, %g : f32
    %j = math.tanh %i : f32
    %k = arith.addf %one, %j : f32
    %l = arith.mulf %b, %k : f32
    rxt.yield %l : f32
  } : (!wide) -> !wide
  %y = rxt.map(%h, %u) by [#all, #all] {
  ^bb0(%a: f32, %b: f32):
    %m = arith.mulf %a, %b : f32
    rxt.yield %m : f32
  } : (!wide, !wide) -> !wide
  return %y : !wide
}

func.func @rope(%x: !heads {rx.name = "x", rx.role = "input"},
                %c: !table {rx.name = "c", rx.role = "input"},
                %s: !table {rx.name = "s", rx.role = "input"}) -> (!heads {rx.name = "y"}) {
  %l = rxt.window %x by #head : (!heads) -> !half
  %u = rxt.window %x by affine_map<(d0, d1, d2) -> (d0, d1, d2 + 128)> : (!heads) -> !half
  %left = rxt.map(%l, %c, %u, %s) by [#head, #angle, #head, #angle] {
  ^bb0(%a: f32, %b: f32, %d: f32, %e: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %d, %e : f32
    %o = arith.subf %p, %q : f32
    rxt.yield %o : f32
  } : (!half, !table, !half, !table) -> !half
  %right = rxt.map(%u, %c, %l, %s) by [#head, #angle, #head, #angle] {
  ^bb0(%a: f32, %b: f32, %d: f32, %e: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.mulf %d, %e : f32
    %o = arith.addf %p, %q : f32
    rxt.yield %o : f32
  } : (!half, !table, !half, !table) -> !half
  %first = rxt.window %left by #head else 0.000000e+00 : f32 : (!half) -> !heads
  %last = rxt.window %right by affine_map<(d0, d1, d2) -> (d0, d1, d2 - 128)> else 0.000000e+00 : f32 : (!half) -> !heads
  %y = rxt.map(%first, %last) by [#head, #head] {
  ^bb0(%a: f32, %b: f32):
    %i = rxt.index 2 : i32
    %f = arith.sitofp %i : i32 to f32
    %half = arith.constant 1.280000e+02 : f32
    %is = arith.cmpf olt, %f, %half : f32
    %o = arith.select %is, %a, %b : f32
    rxt.yield %o : f32
  } : (!heads, !heads) -> !heads
  return %y : !heads
}
