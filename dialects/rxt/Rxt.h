//===- Rxt.h - the rxt dialect in C++ ---------------------------*- C++ -*-===//
#pragma once

#include "runtime/abi/SizeExpr.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace rx::rxt {
class Evaluation;  // dialects/rxt/Evaluation.h
class LoopEmitter; // dialects/rxt/LoopEmitter.h

/// On a program, and on those of its kernels that it makes a difference to: whether it computes many
/// positions of a text at once (the default), or few. It is fixed when a program is compiled, so that
/// an element's bits do not depend on how many rows a run has.
inline constexpr llvm::StringLiteral pathAttribute = "rx.path", bulkPath = "bulk",
                                     stepPath = "step";
} // namespace rx::rxt

#include "dialects/rxt/RxtDialect.h.inc"
#include "dialects/rxt/RxtEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/rxt/RxtAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/rxt/RxtTypes.h.inc"

#include "dialects/rxt/RxtInterfaces.h.inc"

#define GET_OP_CLASSES
#include "dialects/rxt/RxtOps.h.inc"
