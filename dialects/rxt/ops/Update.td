//===- Update.td - overwrite at integer positions ---------------*- tablegen -*-===//
def Rxt_UpdateOp : Rxt_Op<"update", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>,
                                     DeclareOpInterfaceMethods<Rxt_LoopLowering, ["updatedOperand"]>]> {
  let summary = "a tensor with some of its rows replaced, at positions given by an integer tensor";
  let description = [{
    How a cache grows. result = base, except that for every point of the rows' axes d0.., in order,
    result[..] = rows[d0..], where `axis` of the result is index[index_map] and its other axes are at
    result_map. Rows whose position lies outside the axis are left out: those of a text that has ended.

    In memory the result is the base: its kernel writes the rows and nothing else. Whoever launches it
    sees to it that nobody reads the base afterwards, or copies it first.

    (C1) index is i32; (C2) maps are dimensions of the rows' axes, the result map no dimension twice;
    (C3) sizes agree per dimension; (C4) element types agree; (C5) result and base have one type
  }];
  let arguments = (ins Rxt_TensorType:$base, Rxt_TensorType:$rows, Rxt_TensorType:$index, I64Attr:$axis, AffineMapAttr:$result_map, AffineMapAttr:$index_map);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$base `with` $rows `at` $index `axis` $axis `by` $result_map `,` $index_map attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
