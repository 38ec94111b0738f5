// RUN: %rx-opt %s | %rx-opt -o %t

// Expected values come from an implementation of Philox of its own, checked with the published vectors.
func.func @uniform(%k: !rxt.tensor<i64[2]> {rx.value = dense<[7, 3]> : tensor<2xi64>})
    -> (!rxt.tensor<f32[2, 3]> {rx.expect = dense<[[0x3F02AFC9, 0x3F0DDF46, 0x3F2C0CC6], [0x3ECD9E18, 0x3D954290, 0x3E92C218]]> : tensor<2x3xf32>}) {
  %y = rxt.draw uniform "init.w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[2, 3]>
  return %y : !rxt.tensor<f32[2, 3]>
}

func.func @normal(%k: !rxt.tensor<i64[2]> {rx.value = dense<[7, 3]> : tensor<2xi64>})
    -> (!rxt.tensor<f32[4]> {rx.expect = dense<[0x3F285DED, 0x3F59A15E, 0x3FA5E609, 0x3ED457D5]> : tensor<4xf32>}) attributes {rx.tolerance = 2.4e-7} {
  %y = rxt.draw normal "init.w" (1.0, 2.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[4]>
  return %y : !rxt.tensor<f32[4]>
}

func.func @uniform_int(%k: !rxt.tensor<i64[2]> {rx.value = dense<[7, 3]> : tensor<2xi64>})
    -> (!rxt.tensor<i32[6]> {rx.expect = dense<[2, 3, 5, 1, -4, -1]> : tensor<6xi32>}) {
  %y = rxt.draw uniform_int "init.w" (-5.0, 10.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<i32[6]>
  return %y : !rxt.tensor<i32[6]>
}

func.func @bernoulli(%k: !rxt.tensor<i64[2]> {rx.value = dense<[7, 3]> : tensor<2xi64>})
    -> (!rxt.tensor<i1[6]> {rx.expect = dense<[false, false, false, false, true, false]> : tensor<6xi1>}) {
  %y = rxt.draw bernoulli "init.w" (0.25, 0.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<i1[6]>
  return %y : !rxt.tensor<i1[6]>
}

func.func @empty(%k: !rxt.tensor<i64[2]> {rx.value = dense<[7, 3]> : tensor<2xi64>})
    -> (!rxt.tensor<f32[0]> {rx.expect = dense<> : tensor<0xf32>}) {
  %y = rxt.draw uniform "init.w" (0.0, 1.0) key %k : (!rxt.tensor<i64[2]>) -> !rxt.tensor<f32[0]>
  return %y : !rxt.tensor<f32[0]>
}
