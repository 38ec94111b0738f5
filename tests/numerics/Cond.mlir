// RUN: %rx-opt %s | %rx-opt -o %t

func.func @takes_then(%c: !rxt.tensor<i1[]> {rx.value = dense<true> : tensor<i1>}, %x: !rxt.tensor<f32[]> {rx.value = dense<1.0> : tensor<f32>}, %z: !rxt.tensor<f32[]> {rx.value = dense<2.0> : tensor<f32>})
    -> (!rxt.tensor<f32[]> {rx.expect = dense<1.0> : tensor<f32>}) {
  %y = rxt.cond %c(%x, %z) then {
  ^bb0(%p: !rxt.tensor<f32[]>, %q: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>, %q: !rxt.tensor<f32[]>):
    rxt.yield %q : !rxt.tensor<f32[]>
  } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return %y : !rxt.tensor<f32[]>
}

func.func @takes_else(%c: !rxt.tensor<i1[]> {rx.value = dense<false> : tensor<i1>}, %x: !rxt.tensor<f32[]> {rx.value = dense<1.0> : tensor<f32>}, %z: !rxt.tensor<f32[]> {rx.value = dense<2.0> : tensor<f32>})
    -> (!rxt.tensor<f32[]> {rx.expect = dense<2.0> : tensor<f32>}) {
  %y = rxt.cond %c(%x, %z) then {
  ^bb0(%p: !rxt.tensor<f32[]>, %q: !rxt.tensor<f32[]>):
    rxt.yield %p : !rxt.tensor<f32[]>
  } else {
  ^bb0(%p: !rxt.tensor<f32[]>, %q: !rxt.tensor<f32[]>):
    rxt.yield %q : !rxt.tensor<f32[]>
  } : (!rxt.tensor<i1[]>, !rxt.tensor<f32[]>, !rxt.tensor<f32[]>) -> !rxt.tensor<f32[]>
  return %y : !rxt.tensor<f32[]>
}
