//===- Scan.td - running reductions -----------------------------*- tablegen -*-===//
def Rxt_ScanKind : I32EnumAttr<"ScanKind", "how elements accumulate", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Prod", 1, "prod">, I32EnumAttrCase<"Max", 2, "max">]> {
  let cppNamespace = "::rx::rxt";
}

def Rxt_ScanOp : Rxt_Op<"scan", [Pure, Rxt_Kernel]> {
  let summary = "inclusive running sum, product or maximum along one axis";
  let description = [{
    result[.., i, ..] = combination of input[.., 0..i, ..] in order; with `reverse`, of input[.., i.., ..]
    from the end. Absent elements do not take part.

    (C1) input and result have the same type; (C2) `axis` is an axis of it
  }];
  let arguments = (ins Rxt_ScanKind:$kind, Rxt_TensorType:$input, I64Attr:$axis, UnitAttr:$reverse);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$kind $input `along` $axis (`reverse` $reverse^)? attr-dict `:` functional-type($input, $result)";
  let hasVerifier = 1;
}
