//===- Reduce.td - fold dimensions away -------------------------*- tablegen -*-===//
def Rxt_ReduceKind : I32EnumAttr<"ReduceKind", "how elements combine", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">,
    I32EnumAttrCase<"Max", 2, "max">, I32EnumAttrCase<"Min", 3, "min">,
    I32EnumAttrCase<"Any", 4, "any">, I32EnumAttrCase<"All", 5, "all">,
    I32EnumAttrCase<"ArgMax", 6, "argmax">, I32EnumAttrCase<"ArgMin", 7, "argmin">]> {
  let cppNamespace = "::rx::rxt";
}

def Rxt_ReduceOp : Rxt_Op<"reduce", [Pure, Rxt_Pointwise, SingleBlock, IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "combine the elements of an equation over some dimensions";
  let description = [{
    The iteration space is the result's axes d0 .. d(r-1), then the reduced dimensions. The body computes
    the element at one point of it, as in `rxt.map`. Every reducer honours presence: absent elements do
    not take part. An empty range gives the neutral element (sum 0, prod 1, max -inf, min inf, any false,
    all true); argmax and argmin of an empty range give -1, ties go to the lowest position. NaN passes
    through max and min and is never an argmax or argmin (all NaN gives -1; all -inf gives position 0).

    (C1) one map per input; its results are dimensions; every reduced dimension is read by some input
    (C2) all axes that read one dimension have the same size (and the result's size, for its own)
    (C3) a presence of a dimension not reduced is the presence of the result axis
    (C4) the body yields one scalar: of the result's element type, i1 for any/all; for argmax/argmin any
         number, and the result is i32; argmax/argmin reduce exactly one dimension
  }];
  let arguments = (ins Rxt_ReduceKind:$kind, Variadic<Rxt_TensorType>:$inputs, AffineMapArrayAttr:$maps);
  let results = (outs Rxt_TensorType:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$kind `(` $inputs `)` `by` $maps attr-dict-with-keyword $body `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}
