//===- RxtDialect.td - which maths? ----------------------------*- tablegen -*-===//
#ifndef RXT_DIALECT_TD
#define RXT_DIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/AttrTypeBase.td"

def Rxt_Dialect : Dialect {
  let name = "rxt";
  let cppNamespace = "::rx::rxt";
  let summary = "Which maths? Structured tensor programs with symbolic sizes and value semantics";
  let description = [{
    About fourteen structured ops over value-semantic tensors. Softmax, norms, attention and losses are
    not ops: they are library text that arrives here as maps, reductions and contractions, and the fuser
    recognises them by structure.

    A tensor type has, per axis, a size (a constant, a symbol, a polynomial; optionally with a static
    bound) and a presence (all elements, the first `length`, or those under a `mask`).
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

class Rxt_Op<string mnemonic, list<Trait> traits = []> : Op<Rxt_Dialect, mnemonic, traits>;

#endif
