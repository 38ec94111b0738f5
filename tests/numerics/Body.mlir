// RUN: %rx-opt %s | %rx-opt -o %t

func.func @math_exp(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3FACC82D, 0x3EF1DA07]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.exp %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_expm1(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3EB320B2, 0xBF0712FC]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.expm1 %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_exp2(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F9D9624, 0x3F1837F0]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.exp2 %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_log(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0xBF9A1BC8, 0x3F6A9208]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.log %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_log1p(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E86549C, 0x3FA05A89]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.log1p %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_log2(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0xBFDE54E3, 0x3FA934F1]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.log2 %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_log10(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0xBF05DB61, 0x3ECBBECB]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.log10 %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_sqrt(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F0C378C, 0x3FCA62C2]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.sqrt %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_rsqrt(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0x40200000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3FE9B1E8, 0x3F21E89B]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.rsqrt %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_sin(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E974E6D, 0xBF2E7FE1]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.sin %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_cos(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F7490EF, 0x3F3B4FF6]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.cos %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_tan(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E9E6153, 0xBF6E7D1B]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.tan %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_tanh(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E9526EE, 0xBF22991F]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.tanh %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_sinh(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E9BEA16, 0xBF528359]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.sinh %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_cosh(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F85CDA7, 0x3FA5B82F]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.cosh %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_erf(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3EA841C5, 0xBF360E4C]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.erf %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_erfc(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F2BDF1E, 0x3FDB0726]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.erfc %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_atan(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E9539D4, 0xBF24BC7D]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.atan %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_absf(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3E99999A, 0x3F400000]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.absf %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_floor(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x00000000, 0xBF800000]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.floor %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_ceil(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x3F800000, 0x00000000]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.ceil %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @math_trunc(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x3E99999A, 0xBF400000]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[0x00000000, 0x00000000]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.trunc %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

// round: half away from zero; roundeven: half to even.
func.func @round_half(%x0: !rxt.tensor<f32[3]> {rx.value = dense<[0.5, 1.5, -2.5]> : tensor<3xf32>})
    -> (!rxt.tensor<f32[3]> {rx.expect = dense<[1.0, 2.0, -3.0]> : tensor<3xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.round %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[3]>
  return %y : !rxt.tensor<f32[3]>
}

func.func @roundeven_half(%x0: !rxt.tensor<f32[3]> {rx.value = dense<[0.5, 1.5, -2.5]> : tensor<3xf32>})
    -> (!rxt.tensor<f32[3]> {rx.expect = dense<[0.0, 2.0, -2.0]> : tensor<3xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.roundeven %a0 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[3]>
  return %y : !rxt.tensor<f32[3]>
}

func.func @maximumf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[2.0, 2.0, 0x7FC00000, 0x7FC00000]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.maximumf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @minimumf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[1.0, 1.0, 0x7FC00000, 0x7FC00000]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.minimumf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @maxnumf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[2.0, 2.0, 1.0, 3.0]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.maxnumf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @minnumf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[1.0, 1.0, 1.0, 3.0]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.minnumf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @addf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[3.0, 3.0, 0x7FC00000, 0x7FC00000]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.addf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @divf(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 0x7FC00000, 3.0]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 1.0, 0x7FC00000]> : tensor<4xf32>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[0.5, 2.0, 0x7FC00000, 0x7FC00000]> : tensor<4xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.divf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @remf(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[5.5, -5.5]> : tensor<2xf32>}, %x1: !rxt.tensor<f32[2]> {rx.value = dense<[2.0, 2.0]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[1.5, -1.5]> : tensor<2xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.remf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @cmpf_oeq(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, false, true, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf oeq, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_one(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, true, false, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf one, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_olt(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, false, false, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf olt, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ole(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, false, true, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ole, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ogt(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, true, false, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ogt, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_oge(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, true, true, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf oge, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ord(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, true, true, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ord, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ueq(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, false, true, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ueq, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_une(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, true, false, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf une, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ult(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, false, false, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ult, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ule(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, false, true, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ule, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_ugt(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, true, false, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf ugt, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_uge(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, true, true, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf uge, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_uno(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, false, false, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf uno, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_false(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[false, false, false, false]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf false, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpf_true(%x0: !rxt.tensor<f32[4]> {rx.value = dense<[1.0, 2.0, 2.0, 0x7FC00000]> : tensor<4xf32>}, %x1: !rxt.tensor<f32[4]> {rx.value = dense<[2.0, 1.0, 2.0, 1.0]> : tensor<4xf32>})
    -> (!rxt.tensor<i1[4]> {rx.expect = dense<[true, true, true, true]> : tensor<4xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = arith.cmpf true, %a0, %a1 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[4]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<i1[4]>
  return %y : !rxt.tensor<i1[4]>
}

func.func @cmpi_eq(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[false, true, false]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi eq, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_ne(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[true, false, true]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi ne, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_slt(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[true, false, false]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi slt, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_sle(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[true, true, false]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi sle, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_sgt(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[false, false, true]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi sgt, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_sge(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[false, true, true]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi sge, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_ult(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[false, false, true]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi ult, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_ule(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[false, true, true]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi ule, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_ugt(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[true, false, false]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi ugt, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @cmpi_uge(%x0: !rxt.tensor<i32[3]> {rx.value = dense<[-1, 2, 2]> : tensor<3xi32>}, %x1: !rxt.tensor<i32[3]> {rx.value = dense<[1, 2, -3]> : tensor<3xi32>})
    -> (!rxt.tensor<i1[3]> {rx.expect = dense<[true, true, false]> : tensor<3xi1>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.cmpi uge, %a0, %a1 : i32
    rxt.yield %r : i1
  } : (!rxt.tensor<i32[3]>, !rxt.tensor<i32[3]>) -> !rxt.tensor<i1[3]>
  return %y : !rxt.tensor<i1[3]>
}

func.func @divsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[3, -3, -3, 3]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.divsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @remsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[1, -1, 1, -1]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.remsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @floordivsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[3, -4, -4, 3]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.floordivsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @ceildivsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[4, -3, -3, 4]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.ceildivsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @maxsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[7, 2, 7, -2]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.maxsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @minsi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[2, -7, -2, -7]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.minsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @maxui(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[7, -7, -2, -2]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.maxui %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @minui(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[2, 2, 7, -7]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.minui %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @divui(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[3, 2147483644, 0, 0]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.divui %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @remui(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[1, 1, 7, -7]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.remui %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @andi(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[2, 0, 6, -8]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.andi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @ori(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[7, -5, -1, -1]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.ori %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @xori(%x0: !rxt.tensor<i32[4]> {rx.value = dense<[7, -7, 7, -7]> : tensor<4xi32>}, %x1: !rxt.tensor<i32[4]> {rx.value = dense<[2, 2, -2, -2]> : tensor<4xi32>})
    -> (!rxt.tensor<i32[4]> {rx.expect = dense<[5, -5, -7, 7]> : tensor<4xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.xori %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[4]>, !rxt.tensor<i32[4]>) -> !rxt.tensor<i32[4]>
  return %y : !rxt.tensor<i32[4]>
}

func.func @shli(%x0: !rxt.tensor<i32[2]> {rx.value = dense<[-4, 5]> : tensor<2xi32>}, %x1: !rxt.tensor<i32[2]> {rx.value = dense<[2, 2]> : tensor<2xi32>})
    -> (!rxt.tensor<i32[2]> {rx.expect = dense<[-16, 20]> : tensor<2xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.shli %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[2]>, !rxt.tensor<i32[2]>) -> !rxt.tensor<i32[2]>
  return %y : !rxt.tensor<i32[2]>
}

func.func @shrsi(%x0: !rxt.tensor<i32[2]> {rx.value = dense<[-8, 5]> : tensor<2xi32>}, %x1: !rxt.tensor<i32[2]> {rx.value = dense<[2, 2]> : tensor<2xi32>})
    -> (!rxt.tensor<i32[2]> {rx.expect = dense<[-2, 1]> : tensor<2xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.shrsi %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[2]>, !rxt.tensor<i32[2]>) -> !rxt.tensor<i32[2]>
  return %y : !rxt.tensor<i32[2]>
}

func.func @shrui(%x0: !rxt.tensor<i32[2]> {rx.value = dense<[-8, 5]> : tensor<2xi32>}, %x1: !rxt.tensor<i32[2]> {rx.value = dense<[2, 2]> : tensor<2xi32>})
    -> (!rxt.tensor<i32[2]> {rx.expect = dense<[1073741822, 1]> : tensor<2xi32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32, %a1: i32):
    %r = arith.shrui %a0, %a1 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[2]>, !rxt.tensor<i32[2]>) -> !rxt.tensor<i32[2]>
  return %y : !rxt.tensor<i32[2]>
}

func.func @fptosi(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[2.9, -2.9]> : tensor<2xf32>})
    -> (!rxt.tensor<i32[2]> {rx.expect = dense<[2, -2]> : tensor<2xi32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = arith.fptosi %a0 : f32 to i32
    rxt.yield %r : i32
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<i32[2]>
  return %y : !rxt.tensor<i32[2]>
}

func.func @sitofp(%x0: !rxt.tensor<i32[2]> {rx.value = dense<[-3, 16777217]> : tensor<2xi32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[-3.0, 16777216.0]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32):
    %r = arith.sitofp %a0 : i32 to f32
    rxt.yield %r : f32
  } : (!rxt.tensor<i32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @uitofp(%x0: !rxt.tensor<i8[2]> {rx.value = dense<[-1, 3]> : tensor<2xi8>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[255.0, 3.0]> : tensor<2xf32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i8):
    %r = arith.uitofp %a0 : i8 to f32
    rxt.yield %r : f32
  } : (!rxt.tensor<i8[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

// Ties to even, both ways.
func.func @truncf(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[1.00390625, 1.01171875]> : tensor<2xf32>})
    -> (!rxt.tensor<bf16[2]> {rx.expect = dense<[1.0, 1.015625]> : tensor<2xbf16>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = arith.truncf %a0 : f32 to bf16
    rxt.yield %r : bf16
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<bf16[2]>
  return %y : !rxt.tensor<bf16[2]>
}

func.func @fma(%x0: !rxt.tensor<f32[1]> {rx.value = dense<[3.0]> : tensor<1xf32>}, %x1: !rxt.tensor<f32[1]> {rx.value = dense<[4.0]> : tensor<1xf32>}, %x2: !rxt.tensor<f32[1]> {rx.value = dense<[5.0]> : tensor<1xf32>})
    -> (!rxt.tensor<f32[1]> {rx.expect = dense<[17.0]> : tensor<1xf32>}) {
  %y = rxt.map(%x0, %x1, %x2) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32, %a2: f32):
    %r = math.fma %a0, %a1, %a2 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[1]>, !rxt.tensor<f32[1]>, !rxt.tensor<f32[1]>) -> !rxt.tensor<f32[1]>
  return %y : !rxt.tensor<f32[1]>
}

func.func @powf(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[2.0, 4.0]> : tensor<2xf32>}, %x1: !rxt.tensor<f32[2]> {rx.value = dense<[3.0, 0.5]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[8.0, 2.0]> : tensor<2xf32>}) {
  %y = rxt.map(%x0, %x1) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32, %a1: f32):
    %r = math.powf %a0, %a1 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<f32[2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @select(%x0: !rxt.tensor<i1[2]> {rx.value = dense<[true, false]> : tensor<2xi1>}, %x1: !rxt.tensor<f32[2]> {rx.value = dense<[1.0, 1.0]> : tensor<2xf32>}, %x2: !rxt.tensor<f32[2]> {rx.value = dense<[2.0, 2.0]> : tensor<2xf32>})
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[1.0, 2.0]> : tensor<2xf32>}) {
  %y = rxt.map(%x0, %x1, %x2) by [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i1, %a1: f32, %a2: f32):
    %r = arith.select %a0, %a1, %a2 : f32
    rxt.yield %r : f32
  } : (!rxt.tensor<i1[2]>, !rxt.tensor<f32[2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
  return %y : !rxt.tensor<f32[2]>
}

func.func @isnan(%x0: !rxt.tensor<f32[2]> {rx.value = dense<[0x7FC00000, 1.0]> : tensor<2xf32>})
    -> (!rxt.tensor<i1[2]> {rx.expect = dense<[true, false]> : tensor<2xi1>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: f32):
    %r = math.isnan %a0 : f32
    rxt.yield %r : i1
  } : (!rxt.tensor<f32[2]>) -> !rxt.tensor<i1[2]>
  return %y : !rxt.tensor<i1[2]>
}

func.func @absi(%x0: !rxt.tensor<i32[2]> {rx.value = dense<[-4, 4]> : tensor<2xi32>})
    -> (!rxt.tensor<i32[2]> {rx.expect = dense<[4, 4]> : tensor<2xi32>}) {
  %y = rxt.map(%x0) by [affine_map<(d0) -> (d0)>] {
  ^bb0(%a0: i32):
    %r = math.absi %a0 : i32
    rxt.yield %r : i32
  } : (!rxt.tensor<i32[2]>) -> !rxt.tensor<i32[2]>
  return %y : !rxt.tensor<i32[2]>
}
