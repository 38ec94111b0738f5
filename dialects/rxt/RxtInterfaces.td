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
      "::mlir::LogicalResult", "emitLoops", (ins "::rx::rxt::LoopEmitter &":$emitter)>,
    InterfaceMethod<"The operand that lies where the result is made: the loops change it. Most ops have none",
      "::std::optional<unsigned>", "updatedOperand", (ins), /*methodBody=*/"",
      /*defaultImplementation=*/"return ::std::nullopt;">];
}

def Rxt_Iterated : OpInterface<"Iterated"> {
  let cppNamespace = "::rx::rxt";
  let description = [{
    An op whose one result is computed point by point. Its dimensions are the result's axes, then those
    that it reduces.
  }];
  let methods = [
    InterfaceMethod<"The dimension at which each axis of an operand is read; none where it is read elsewhere",
      "::llvm::SmallVector<::std::optional<unsigned>>", "readDims", (ins "unsigned":$operand)>,
    InterfaceMethod<[{
        The same op on other operands. Those that `first` names have a new first axis, read at that dimension of
        the new op. Whether the result has one, too, its type says: then it is dimension 0, and all others come
        one later.
      }],
      "::mlir::Operation *", "withFirstAxes",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands, "::rx::rxt::TensorType":$result,
           "::llvm::ArrayRef<::std::optional<unsigned>>":$first)>];
}

#endif
