//===- RxtOps.td - the ops, one file each ----------------------*- tablegen -*-===//
#ifndef RXT_OPS_TD
#define RXT_OPS_TD

include "dialects/rxt/RxtTypes.td"
include "dialects/rxt/RxtInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// An op that may stand in a kernel: it has a definition and loops.
def Rxt_Kernel : TraitList<[DeclareOpInterfaceMethods<Rxt_Evaluable>, DeclareOpInterfaceMethods<Rxt_LoopLowering>]>;

// A kernel's op whose result is computed point by point.
def Rxt_Pointwise : TraitList<[Rxt_Kernel, DeclareOpInterfaceMethods<Rxt_Iterated>]>;

include "dialects/rxt/ops/Map.td"
include "dialects/rxt/ops/Reduce.td"
include "dialects/rxt/ops/Contract.td"
include "dialects/rxt/ops/Scan.td"
include "dialects/rxt/ops/Gather.td"
include "dialects/rxt/ops/Scatter.td"
include "dialects/rxt/ops/Update.td"
include "dialects/rxt/ops/Window.td"
include "dialects/rxt/ops/Draw.td"
include "dialects/rxt/ops/Sort.td"
include "dialects/rxt/ops/Linalg.td"
include "dialects/rxt/ops/Loop.td"
include "dialects/rxt/ops/Cond.td"
include "dialects/rxt/ops/Param.td"
include "dialects/rxt/ops/Call.td"

#endif
