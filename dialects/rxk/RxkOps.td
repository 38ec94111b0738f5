//===- RxkOps.td - which kernels? -------------------------------*- tablegen -*-===//
#ifndef RXK_OPS_TD
#define RXK_OPS_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/CallInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Rxk_Dialect : Dialect {
  let name = "rxk";
  let cppNamespace = "::rx::rxk";
  let summary = "Which kernels? Computation cut into kernels, and the launches that order them";
  let description = [{
    A kernel is a function of tensors whose body is still rxt ops; a launch calls it. Control flow (loop, cond,
    param, constant) stays rxt: it has one meaning at both levels and becomes plan instructions. Values are
    still SSA; buffers appear only in the plan.
  }];
}

class Rxk_Op<string mnemonic, list<Trait> traits = []> : Op<Rxk_Dialect, mnemonic, traits>;

def Rxk_KernelOp : Rxk_Op<"kernel", [IsolatedFromAbove, FunctionOpInterface]> {
  let summary = "one kernel: its inputs are arguments, its outputs results";
  let description = [{
    Kernels with equal bodies are one kernel. The attribute `kind` (optional) says what a kernel is: the
    name of its op, or that of a group that is computed without its intermediate results. `schedule`
    (optional) says how it is cut among threads: `parallel`, the size of what is cut (elements of its
    result, rows), and `tile`, how many of these are computed at a time where that is the same on every
    target.

    (C1) the body is one block of ops that have loops, ended by rxk.return
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type, OptionalAttr<StrAttr>:$sym_visibility,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region AnyRegion:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
}

def Rxk_LaunchOp : Rxk_Op<"launch", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "run a kernel";
  let description = [{ (C1) the kernel exists and has these operand and result types }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<AnyType>:$inputs);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, results)";
}

def Rxk_ReturnOp : Rxk_Op<"return", [Pure, Terminator, ReturnLike, HasParent<"KernelOp">]> {
  let summary = "the outputs of a kernel";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

#endif
