//===- Cond.td - one of two branches ----------------------------*- tablegen -*-===//
def Rxt_CondOp : Rxt_Op<"cond", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>]> {
  let summary = "run one of two branches by a scalar";
  let description = [{
    Both regions take the `inputs` as block arguments and yield values of the result types.

    (C1) condition is i1[]; (C2) arguments and yields match
  }];
  let arguments = (ins Rxt_TensorType:$condition, Variadic<Rxt_TensorOrTable>:$inputs);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let regions = (region SizedRegion<1>:$thenBody, SizedRegion<1>:$elseBody);
  let assemblyFormat = [{
    $condition `(` $inputs `)` attr-dict-with-keyword `then` $thenBody `else` $elseBody `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}
