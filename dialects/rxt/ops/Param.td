//===- Param.td - buffers and the parameters that name them -----*- tablegen -*-===//
def Rxt_BufferNames : TypedArrayAttrBase<FlatSymbolRefAttr, "names of buffers"> {
  let constBuilderCall = "$_builder.getArrayAttr($0)"; // lets it have a default
}

def Rxt_BufferOp : Rxt_Op<"buffer", [Symbol, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "one buffer of weights: where it comes from; tied names are aliases of one buffer";
  let description = [{
    A buffer owns its checkpoint key and (in training) its optimizer state. Its value is `tensor` of the
    weight file `file`, or nothing; passed with the buffers of `inputs` through the function `via`, if given.
    Such a function is a program of its own, run once; it reads no other weights.

    (C1) `tensor` and `file` come together; without them `via` is present
    (C2) `via` is a function of the tensor of the file, if any, then `inputs`; its one result has the type `type`
    (C3) `via` holds no rxt.param
    (C4) no other buffer of the module has the same tensor, or inputs, through the same function: it would be a copy
         of this one. Without tensor and inputs they may: two parameters that begin as zero are two.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, OptionalAttr<StrAttr>:$file, OptionalAttr<StrAttr>:$tensor,
                       OptionalAttr<FlatSymbolRefAttr>:$via, DefaultValuedAttr<Rxt_BufferNames, "{}">:$inputs);
  let assemblyFormat = "$sym_name `:` $type (`from` $file^ $tensor)? (`via` $via^)? attr-dict";
  let hasVerifier = 1;
}

def Rxt_ParamOp : Rxt_Op<"param", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a model's parameter: one buffer, or a table of them";
  let description = [{
    `path` is the parameter's name in the model (`layers.attention.q.w`). A table lists its buffers in
    row-major order of its trip counts; one buffer may stand in several entries and parameters.

    (C1) as many buffers as the type has entries; (C2) each exists and has the entry's type
  }];
  let arguments = (ins StrAttr:$path, FlatSymbolRefArrayAttr:$buffers);
  let results = (outs Rxt_TensorOrTable:$result);
  let assemblyFormat = "$path custom<BufferNames>($buffers) attr-dict `:` type($result)";
}
