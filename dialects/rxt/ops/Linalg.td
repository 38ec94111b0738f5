//===- Linalg.td - decompositions -------------------------------*- tablegen -*-===//
def Rxt_LinalgKind : I32EnumAttr<"LinalgKind", "which decomposition", [
    I32EnumAttrCase<"Svd", 0, "svd">, I32EnumAttrCase<"Cholesky", 1, "cholesky">]> {
  let cppNamespace = "::rx::rxt";
}

def Rxt_LinalgOp : Rxt_Op<"linalg", [Pure, DeclareOpInterfaceMethods<Rxt_Evaluable>]> {
  let summary = "a matrix decomposition, computed by a library on the host";
  let description = [{
    svd: f[i, o] -> u f[i, r], s f[r], v f[o, r], the r largest singular values in descending order; the sign
    of each pair of vectors is fixed by making the largest |u| of a column positive; vectors of equal or
    vanishing singular values are any that fit. cholesky: f[n, n] -> lower factor. No kernel: it becomes a
    host instruction of the plan, whose decompositions are kept by the contents of the matrix.

    (C1) operands and results have the shapes above, one floating-point element type
  }];
  let arguments = (ins Rxt_LinalgKind:$kind, Variadic<Rxt_TensorType>:$inputs);
  let results = (outs Variadic<Rxt_TensorType>:$results);
  let assemblyFormat = "$kind `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
  let hasVerifier = 1;
}
