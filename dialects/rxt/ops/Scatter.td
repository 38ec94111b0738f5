//===- Scatter.td - add at integer positions --------------------*- tablegen -*-===//
def Rxt_ScatterOp : Rxt_Op<"scatter", [Pure, Rxt_Kernel]> {
  let summary = "sum updates into a zero tensor at positions given by an integer tensor";
  let description = [{
    The adjoint of `rxt.gather`: result starts at 0; for every point of the updates' axes d0.., in order,
    result[..] += updates[d0..], where `axis` of the result is index[index_map] and its other axes are at
    result_map. The order of additions is fixed, so the bits are.

    (C1) index is i32; (C2) maps are dimensions of the updates' axes; (C3) sizes agree per dimension;
    (C4) element types agree
  }];
  let arguments = (ins Rxt_TensorType:$updates, Rxt_TensorType:$index, I64Attr:$axis, AffineMapAttr:$result_map, AffineMapAttr:$index_map);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$updates `at` $index `axis` $axis `by` $result_map `,` $index_map attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
