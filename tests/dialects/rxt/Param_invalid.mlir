// RUN: %rx-opt %s -split-input-file -verify-diagnostics

// (buffer C1)
// expected-error @+1 {{a file and the name of a tensor in it come together}}
"rxt.buffer"() {sym_name = "w", type = !rxt.tensor<f32[2]>, file = "w.gguf"} : () -> ()

// -----

// (buffer C1)
// expected-error @+1 {{a buffer comes from a file or through a function}}
rxt.buffer @w : !rxt.tensor<f32[2]>

// -----

// (buffer)
// expected-error @+1 {{a buffer is a tensor, not 'f32'}}
rxt.buffer @w : f32 from "w.gguf" "w"

// -----

// (buffer)
// expected-error @+1 {{a buffer that takes others passes them through a function}}
rxt.buffer @w : !rxt.tensor<f32[2]> from "w.gguf" "w" {inputs = [@w]}

// -----

// (buffer C2)
// expected-error @+1 {{no function is called @g}}
rxt.buffer @w : !rxt.tensor<f32[2]> via @g

// -----

// (buffer C2)
// expected-error @+1 {{@g takes 2 arguments, the buffer gives it 1}}
rxt.buffer @w : !rxt.tensor<f32[2]> from "w.gguf" "w" via @g
func.func private @g(!rxt.tensor<f32[2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>

// -----

// (buffer C2)
// expected-error @+1 {{the buffer is '!rxt.tensor<f32[2]>', @g is '() -> !rxt.tensor<f32[3]>'}}
rxt.buffer @w : !rxt.tensor<f32[2]> via @g
func.func private @g() -> !rxt.tensor<f32[3]>

// -----

// (buffer C2)
// expected-error @+1 {{no buffer is called @a}}
rxt.buffer @w : !rxt.tensor<f32[2]> via @g {inputs = [@a]}
func.func private @g(!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[2]>

// -----

// (buffer C2)
rxt.buffer @a : !rxt.tensor<f32[2]> from "w.gguf" "a"
// expected-error @+1 {{buffer @a is '!rxt.tensor<f32[2]>', @g takes '!rxt.tensor<f32[3]>'}}
rxt.buffer @w : !rxt.tensor<f32[2]> via @g {inputs = [@a]}
func.func private @g(!rxt.tensor<f32[3]>) -> !rxt.tensor<f32[2]>

// -----

// (buffer C3)
rxt.buffer @a : !rxt.tensor<f32[2]> from "w.gguf" "a"
// expected-error @+1 {{@g reads weights that are not among its inputs}}
rxt.buffer @w : !rxt.tensor<f32[2]> via @g
func.func private @g() -> !rxt.tensor<f32[2]> {
  %a = rxt.param "a" [@a] : !rxt.tensor<f32[2]>
  return %a : !rxt.tensor<f32[2]>
}

// -----

// (buffer C4)
rxt.buffer @w0 : !rxt.tensor<f32[2]> from "w.gguf" "w"
rxt.buffer @v : !rxt.tensor<f32[2]> from "w.gguf" "v"
// expected-error @+1 {{is a copy of @w0; what is shared is one buffer, which parameters name}}
rxt.buffer @w1 : !rxt.tensor<f32[2]> from "w.gguf" "w"
func.func @f() {
  %w = rxt.param "layers.w" [@w0, @v, @w1, @v] : !rxt.table<[2, 2] x f32[2]>
  return
}

// -----

// (buffer C4)
func.func private @mean(!rxt.tensor<f32[2]>, !rxt.tensor<f32[2]>) -> !rxt.tensor<f32[2]>
rxt.buffer @a : !rxt.tensor<f32[2]> from "w.gguf" "a"
rxt.buffer @b : !rxt.tensor<f32[2]> from "w.gguf" "b"
rxt.buffer @m0 : !rxt.tensor<f32[2]> via @mean {inputs = [@a, @b]}
// expected-error @+1 {{is a copy of @m0}}
rxt.buffer @m1 : !rxt.tensor<f32[2]> via @mean {inputs = [@a, @b]}

// -----

// (param C1)
rxt.buffer @a : !rxt.tensor<f32[2]> from "w.gguf" "a"
func.func @f() {
  // expected-error @+1 {{parameter 'w' has 2 entries, but 1 buffers}}
  %w = rxt.param "w" [@a] : !rxt.table<[2] x f32[2]>
  return
}

// -----

// (param C2)
func.func @f() {
  // expected-error @+1 {{no buffer is called @b}}
  %w = rxt.param "w" [@b] : !rxt.tensor<f32[2]>
  return
}

// -----

// (param C2)
rxt.buffer @a : !rxt.tensor<f32[2]> from "w.gguf" "a"
func.func @f() {
  // expected-error @+1 {{buffer @a is '!rxt.tensor<f32[2]>', the entries of parameter 'w' are '!rxt.tensor<f32[3]>'}}
  %w = rxt.param "w" [@a] : !rxt.tensor<f32[3]>
  return
}
