// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// CHECK: rxt.loop 2 shared(%[[X:.*]]) indexed(%{{.*}}) carried(%[[X]]) {
// CHECK: ^bb0(%{{.*}}: !rxt.tensor<i32[]>, %{{.*}}: !rxt.tensor<f32[b, t, 640]>, %{{.*}}: !rxt.table<[9] x f32[640, 640]>, %{{.*}}: !rxt.tensor<f32[b, t, 640]>):
// CHECK: rxt.yield
// CHECK: -> (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<f32[2, b, t, 640]>)
func.func @f(%x: !rxt.tensor<f32[b, t, 640]>, %w: !rxt.table<[2, 9] x f32[640, 640]>) {
  %y:2 = rxt.loop 2 shared(%x) indexed(%w) carried(%x) {
  ^bb0(%i: !rxt.tensor<i32[]>, %s: !rxt.tensor<f32[b, t, 640]>, %r: !rxt.table<[9] x f32[640, 640]>, %c: !rxt.tensor<f32[b, t, 640]>):
    rxt.yield %c, %s : !rxt.tensor<f32[b, t, 640]>, !rxt.tensor<f32[b, t, 640]>
  } : (!rxt.tensor<f32[b, t, 640]>, !rxt.table<[2, 9] x f32[640, 640]>, !rxt.tensor<f32[b, t, 640]>) -> (!rxt.tensor<f32[b, t, 640]>, !rxt.tensor<f32[2, b, t, 640]>)
  return
}
