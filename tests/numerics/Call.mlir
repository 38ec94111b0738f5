// RUN: %rx-opt %s | %rx-opt -o %t

func.func private @swap(%a: !rxt.tensor<f32[b]>, %c: !rxt.tensor<f32[]>) -> (!rxt.tensor<f32[]>, !rxt.tensor<f32[b]>) {
  return %c, %a : !rxt.tensor<f32[]>, !rxt.tensor<f32[b]>
}

func.func @call(%x: !rxt.tensor<f32[b]> {rx.value = dense<[1.0, 2.0]> : tensor<2xf32>}, %s: !rxt.tensor<f32[]> {rx.value = dense<5.0> : tensor<f32>})
    -> (!rxt.tensor<f32[]> {rx.expect = dense<5.0> : tensor<f32>}, !rxt.tensor<f32[b]> {rx.expect = dense<[1.0, 2.0]> : tensor<2xf32>}) {
  %y:2 = rxt.call @swap(%x, %s) : (!rxt.tensor<f32[b]>, !rxt.tensor<f32[]>) -> (!rxt.tensor<f32[]>, !rxt.tensor<f32[b]>)
  return %y#0, %y#1 : !rxt.tensor<f32[]>, !rxt.tensor<f32[b]>
}

func.func @constants()
    -> (!rxt.tensor<f32[2]> {rx.expect = dense<[1.0, -2.0]> : tensor<2xf32>}, !rxt.tensor<i32[]> {rx.expect = dense<3> : tensor<i32>}, !rxt.tensor<i1[2]> {rx.expect = dense<[true, false]> : tensor<2xi1>}, !rxt.tensor<f32[2]> {rx.expect = dense<0.5> : tensor<2xf32>}) {
  %a = rxt.constant dense<[1.0, -2.0]> : tensor<2xf32> : !rxt.tensor<f32[2]>
  %c = rxt.constant dense<3> : tensor<i32> : !rxt.tensor<i32[]>
  %d = rxt.constant dense<[true, false]> : tensor<2xi1> : !rxt.tensor<i1[2]>
  %e = rxt.constant dense<0.5> : tensor<2xf32> : !rxt.tensor<f32[2]>
  return %a, %c, %d, %e : !rxt.tensor<f32[2]>, !rxt.tensor<i32[]>, !rxt.tensor<i1[2]>, !rxt.tensor<f32[2]>
}
