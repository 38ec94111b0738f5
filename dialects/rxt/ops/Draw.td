//===- Draw.td - random numbers ---------------------------------*- tablegen -*-===//
def Rxt_DrawLaw : I32EnumAttr<"DrawLaw", "distribution of a draw", [
    I32EnumAttrCase<"Uniform", 0, "uniform">, I32EnumAttrCase<"Normal", 1, "normal">,
    I32EnumAttrCase<"UniformInt", 2, "uniform_int">, I32EnumAttrCase<"Bernoulli", 3, "bernoulli">]> {
  let cppNamespace = "::rx::rxt";
}

def Rxt_DrawOp : Rxt_Op<"draw", [Pure, Rxt_Kernel]> {
  let summary = "a tensor of independent draws, a pure function of seed, path, step and position";
  let description = [{
    Philox4x32-10 (Salmon et al., SC 2011): key = (seed, hash of `path`), counter = (step, logical index of
    the element in row-major order). Never the batch row, thread or rank of a run. Laws: uniform on [a, b),
    normal with mean a and deviation b, uniform_int in [a, b), bernoulli with probability a.

    (C1) key is i64[2] = (seed, step); (C2) the element type suits the law (f32/f64; i32; i1)
  }];
  let arguments = (ins Rxt_DrawLaw:$law, Rxt_TensorType:$key, StrAttr:$path, F64Attr:$a, F64Attr:$b);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$law $path `(` $a `,` $b `)` `key` $key attr-dict `:` functional-type($key, $result)";
  let hasVerifier = 1;
}
