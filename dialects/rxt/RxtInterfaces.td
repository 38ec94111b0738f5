//===- RxtInterfaces.td - what a pass may ask of an op ---------*- tablegen -*-===//
#ifndef RXT_INTERFACES_TD
#define RXT_INTERFACES_TD

include "mlir/IR/OpBase.td"

def Rxt_Evaluable : OpInterface<"Evaluable"> {
  let cppNamespace = "::rx::rxt";
  let description = [{ The op's value by definition: slow, obvious, the oracle of every backend. }];
  let methods = [InterfaceMethod<
      "Compute the results from the operands' values, f32 or f64 by the evaluation's precision",
      "::mlir::LogicalResult", "evaluate", (ins "::rx::rxt::Evaluation &":$evaluation)>];
}

def Rxt_LoopLowering : OpInterface<"LoopLowering"> {
  let cppNamespace = "::rx::rxt";
  let description = [{
    The op as loops over strided buffers. Only ops that become kernels have it; control flow (loop, cond,
    call, param) becomes plan instructions instead.
  }];
  let methods = [
    InterfaceMethod<"Number of independent rows of the result, the kernel's parallel dimension",
      "::rx::SizeExpr", "parallelRows", (ins)>,
    InterfaceMethod<"Emit the loops for rows [begin, end)",
      "::mlir::LogicalResult", "emitLoops", (ins "::rx::rxt::LoopEmitter &":$emitter)>];
}

#endif
