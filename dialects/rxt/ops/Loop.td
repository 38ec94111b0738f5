//===- Loop.td - trips with shared, indexed and carried values --*- tablegen -*-===//
def Rxt_LoopOp : Rxt_Op<"loop", [Pure, SingleBlock, IsolatedFromAbove, AttrSizedOperandSegments,
                                  SingleBlockImplicitTerminator<"YieldOp">, DeclareOpInterfaceMethods<Rxt_Evaluable>]> {
  let summary = "run a body a fixed number of trips; the body stays one, however many trips";
  let description = [{
    Block arguments: the trip (`!rxt.tensor<i32[]>`), one per shared operand, one row per indexed operand,
    one per carried operand. `rxt.yield` gives the next carried values, then the values to stack. Results:
    the carried values after the last trip, then one tensor [trips, ..] per stacked value.

    (C1) an indexed operand is a table whose first trip count is `trips`, or a tensor whose first axis is
    (C2) carried operand, argument, yield and result have one type
    (C3) stacked results prepend an axis of size `trips`
  }];
  let arguments = (ins I64Attr:$trips, Variadic<Rxt_TensorOrTable>:$shared, Variadic<Rxt_TensorOrTable>:$indexed,
                       Variadic<Rxt_TensorType>:$carried);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $trips `shared` `(` $shared `)` `indexed` `(` $indexed `)` `carried` `(` $carried `)`
    attr-dict-with-keyword $body `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::BlockArgument tripArgument() { return getBody().getArgument(0); }
    unsigned firstIndexedArgument() { return 1 + getShared().size(); }
    unsigned firstCarriedArgument() { return firstIndexedArgument() + getIndexed().size(); }
  }];
}
