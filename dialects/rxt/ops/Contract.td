//===- Contract.td - sums of products ---------------------------*- tablegen -*-===//
def Rxt_ContractOp : Rxt_Op<"contract", [Pure, Rxt_Pointwise]> {
  let summary = "sum of products of two tensors: the only op that may become a matrix product";
  let description = [{
    result[d0..] = sum over the remaining dimensions of lhs[map0] * rhs[map1]. A dimension is batch (both
    operands and the result), left, right (one operand and the result) or reduced (both, not the result).
    An empty reduction gives 0. Products and sums are in the result's element type; an element's value is
    chains in the order of the reduced dimension, cut at fixed places, never of its neighbours.

    (C1) two maps over the same dimensions; results are distinct dimensions
    (C2) all axes that read one dimension have the same size
    (C3) presence as in `rxt.reduce`
    (C4) lhs, rhs and result have one floating-point element type
    (C5) every result axis is read by an operand; every reduced dimension by both
  }];
  let arguments = (ins Rxt_TensorType:$lhs, Rxt_TensorType:$rhs, AffineMapArrayAttr:$maps);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "`(` $lhs `,` $rhs `)` `by` $maps attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
