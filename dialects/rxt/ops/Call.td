//===- Call.td - functions, constants, yields --------------------*- tablegen -*-===//
def Rxt_CallOp : Rxt_Op<"call", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "call a function of the module";
  let description = [{ (C1) the callee is a `func.func` with these operand and result types }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<Rxt_TensorOrTable>:$inputs);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let assemblyFormat = "$callee `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
}

def Rxt_ConstantOp : Rxt_Op<"constant", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>]> {
  let summary = "a tensor, or a table of scalars that differ by depth, known when the program is compiled";
  let description = [{
    (C1) the value's shape is the tensor's, or the table's trip counts followed by the entry's
    (C2) element types agree
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Rxt_TensorOrTable:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Rxt_YieldOp : Rxt_Op<"yield", [Pure, Terminator, ReturnLike]> {
  let summary = "the value of a body";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
  let builders = [OpBuilder<(ins), [{ /* implicit terminator */ }]>];
}

def Rxt_IndexOp : Rxt_Op<"index", [Pure]> {
  let summary = "the position along an iteration dimension, inside the body of a map or reduce";
  let arguments = (ins I64Attr:$dim);
  let results = (outs I32:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
}

def Rxt_SizeOp : Rxt_Op<"size", [Pure]> {
  let summary = "the value of a size polynomial, inside the body of a map or reduce";
  let arguments = (ins StrAttr:$size);
  let results = (outs I32:$result);
  let assemblyFormat = "$size attr-dict `:` type($result)";
  let hasVerifier = 1;
}
