//===- Sort.td - order along an axis ----------------------------*- tablegen -*-===//
def Rxt_SortOp : Rxt_Op<"sort", [Pure, Rxt_Kernel]> {
  let summary = "values in order along one axis, and the positions they came from";
  let description = [{
    Stable; ascending, or descending with `descending`; NaN sorts last either way.

    (C1) values has the input's type; (C2) positions has the input's axes and element type i32; (C3) `axis` exists
  }];
  let arguments = (ins Rxt_TensorType:$input, I64Attr:$axis, UnitAttr:$descending);
  let results = (outs Rxt_TensorType:$values, Rxt_TensorType:$positions);
  let assemblyFormat = "$input `along` $axis (`descending` $descending^)? attr-dict `:` functional-type($input, results)";
  let hasVerifier = 1;
}
