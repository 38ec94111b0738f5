//===- Window.td - read at affine positions ---------------------*- tablegen -*-===//
def Rxt_WindowOp : Rxt_Op<"window", [Pure, Rxt_Pointwise]> {
  let summary = "read a tensor at affine positions: slices, shifts, padding, strides, convolution windows";
  let description = [{
    result[d0..] = input[map(d0.., s0..)], or `fill` where that lies outside the input. The map's symbols
    s0.. are the sizes named by `symbols`, in order. Without `fill` every read must be inside.

    (C1) the map has one dimension per result axis, one symbol per entry of `symbols`, one result per input axis
    (C2) element types agree; (C3) fill has the element type
    (C4) without fill, a position that is constant or a plain dimension of constant size is inside
  }];
  let arguments = (ins Rxt_TensorType:$input, AffineMapAttr:$map, DefaultValuedAttr<StrArrayAttr, "{}">:$symbols, OptionalAttr<TypedAttrInterface>:$fill);
  let results = (outs Rxt_TensorType:$result);
  let assemblyFormat = "$input `by` $map (`else` $fill^)? attr-dict `:` functional-type($input, $result)";
  let hasVerifier = 1;
}
