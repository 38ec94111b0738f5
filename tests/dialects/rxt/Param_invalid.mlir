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
