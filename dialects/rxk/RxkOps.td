//===- RxkOps.td - which kernels? -------------------------------*- tablegen -*-===//
#ifndef RXK_OPS_TD
#define RXK_OPS_TD

include "mlir/IR/EnumAttr.td"
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

//===----------------------------------------------------------------------===//
// Inside the loops of kernels
//===----------------------------------------------------------------------===//

def Rxk_TileOrder : I32EnumAttr<"TileOrder", "how a tile multiply adds its products up", [
    I32EnumAttrCase<"Chain", 0, "chain">, I32EnumAttrCase<"Pairs", 1, "pairs">, I32EnumAttrCase<"Amx", 2, "amx">]> {
  let cppNamespace = "::rx::rxk";
}

def Rxk_TileMultiplyOp : Rxk_Op<"tile_multiply", [Pure, AllTypesMatch<["sums", "result"]>]> {
  let summary = "result[m, n] = sums[m, n] + sum over k of a[m, k] * b[k, n], in a stated order";
  let description = [{
    What one instruction of a matrix unit or of vectors does, and what stands for it where there is none. The
    order is part of the meaning: every lowering gives the same bits (a NaN for a NaN). Products are exact and
    every sum is rounded to nearest, ties to even.

    * `chain`: f32 or f64; one chain of fused multiply-adds from `sums` on, k ascending.
    * `pairs`: bf16 with f32 sums, the order of vdpbf16ps: a chain of fused multiply-adds from `sums` on, pairs of
      k ascending and in each the odd one first.
    * `amx`: bf16 with f32 sums, the order of tdpbf16ps: two chains from +0, of even and of odd k, ascending;
      even + odd is rounded, then added to `sums`.

    In `pairs` and `amx` subnormal operands are zeros, and so is every result that would be subnormal after
    rounding (DAZ and FTZ of MXCSR, which these instructions do not read). MXCSR must say so wherever such an op
    runs: an emulation is made of ordinary instructions.

    (C1) `a` is [M, K], `sums` is [M, N]; `b` is [K, N], or [K / 2, N, 2] of bf16: neighbours in k side by side
    (C2) the elements are those of the order
    (C3) `amx`: M and N at most 16, K at most 32
  }];
  let arguments = (ins Rxk_TileOrder:$order, AnyVectorOfNonZeroRank:$a, AnyVectorOfNonZeroRank:$b,
                       AnyVectorOfNonZeroRank:$sums);
  let results = (outs AnyVectorOfNonZeroRank:$result);
  let builders = [OpBuilder<(ins "::rx::rxk::TileOrder":$order, "::mlir::Value":$a, "::mlir::Value":$b, "::mlir::Value":$sums),
                            [{ build($_builder, $_state, sums.getType(), order, a, b, sums); }]>];
  let assemblyFormat = "$order $a `,` $b `,` $sums attr-dict `:` type($a) `,` type($b) `,` type($sums)";
  let hasVerifier = 1;
}

def Rxk_TileLoadOp : Rxk_Op<"tile_load", [MemoryEffects<[MemRead]>]> {
  let summary = "a tile whose rows lie in memory, `stride` bytes apart";
  let description = [{
    For the registers of a matrix unit. A row holds the elements of all axes but the first, side by side.

    (C1) the tile fits a register: at most 16 rows of at most 64 bytes
  }];
  let arguments = (ins AnyType:$address, I64:$stride);
  let results = (outs AnyVectorOfNonZeroRank:$tile);
  let assemblyFormat = "$address `,` $stride attr-dict `:` type($address) `->` type($tile)";
  let hasVerifier = 1;
}

def Rxk_TileStoreOp : Rxk_Op<"tile_store", [MemoryEffects<[MemWrite]>]> {
  let summary = "writes what tile_load reads";
  let description = [{ (C1) as tile_load }];
  let arguments = (ins AnyType:$address, I64:$stride, AnyVectorOfNonZeroRank:$tile);
  let assemblyFormat = "$address `,` $stride `,` $tile attr-dict `:` type($address) `,` type($tile)";
  let hasVerifier = 1;
}

#endif
