//===- Gather.td - read by integer position ---------------------*- tablegen -*-===//
def Rxt_GatherOp : Rxt_Op<"gather", [Pure, Rxt_Pointwise]> {
  let summary = "read a tensor at positions given by an integer tensor";
  let description = [{
    result[d0..] = source[..] where `axis` of the source is read at index[index_map] and its other axes, in
    order, at source_map. Typed ids make every index valid; an index outside the axis is an error of the
    program's input and is reported by the runtime where data enter.

    (C1) index is i32; (C2) index_map has one result per index axis, source_map one per other source axis,
    each a dimension of the result; (C3) sizes agree per dimension; (C4) element types agree
  }];
  let arguments = (ins Rxt_TensorType:$source, Rxt_TensorType:$index, I64Attr:$axis, AffineMapAttr:$source_map, AffineMapAttr:$index_map);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$source `at` $index `axis` $axis `by` $source_map `,` $index_map attr-dict `:` functional-type(operands, $result)";
  let hasVerifier = 1;
}
