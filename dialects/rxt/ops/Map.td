//===- Map.td - elementwise -------------------------------------*- tablegen -*-===//
def Rxt_MapOp : Rxt_Op<"map", [Pure, Rxt_Pointwise, SingleBlock, IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "an elementwise equation over the axes of its result";
  let description = [{
    The iteration space is the result's axes d0, d1, ... Each input is read through a map that lists, per
    input axis, the iteration dimension that indexes it; an axis that a map does not name is broadcast.
    The body computes one element; `rxt.index` is the position along a dimension.

    (C1) one map per input; it has one dimension per result axis and one result per input axis, each a dimension
    (C2) the size of an input axis equals the size of the iteration dimension that reads it
    (C3) a presence on an input axis is the presence of the result axis that reads it
    (C4) the body takes one scalar per input and yields one scalar of the result's element type
  }];
  let arguments = (ins Variadic<Rxt_TensorType>:$inputs, AffineMapArrayAttr:$maps);
  let results = (outs Rxt_TensorType:$result);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "`(` $inputs `)` `by` $maps attr-dict-with-keyword $body `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}
