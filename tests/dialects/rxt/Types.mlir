// RUN: %rx-opt %s | %rx-opt | FileCheck %s

// Sizes are kept in normal form; what is no integer or word is quoted.
// CHECK: @sizes(!rxt.tensor<f32[]>, !rxt.tensor<i1["2*b*t + 1", 640, t]>, !rxt.tensor<f32["a.b"]>, !rxt.tensor<bf16[0]>)
func.func private @sizes(!rxt.tensor<f32[]>, !rxt.tensor<i1["1 + t*2*b", "640", t]>, !rxt.tensor<f32["a.b"]>, !rxt.tensor<bf16["t - t"]>)

// CHECK: @presence(!rxt.tensor<f32[b, s max 1024 length(n), "2*t" mask(m.0)]>)
func.func private @presence(!rxt.tensor<f32[b, s max 1024 length(n), "2*t" mask("m.0")]>)

// CHECK: @tables(!rxt.table<[2, 9] x f32[1024, 640]>, !rxt.table<[3] x i32[]>)
func.func private @tables(!rxt.table<[2, 9] x f32[1024, 640]>, !rxt.table<[3] x i32[]>)

// CHECK: @axes() attributes {axis = #rxt.axis<s max 4 length(n)>, plain = #rxt.axis<"t + 1">}
func.func private @axes() attributes {axis = #rxt.axis<s max 4 length(n)>, plain = #rxt.axis<"t + 1">}
