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

/// On programs, and on those of their kernels that it makes a difference to: `step` where rows come
/// one or a few at a time for good (decoding, at any batch), `bulk` or absent elsewhere. The bits of
/// products with weights in blocks and of attention differ between the two, so it is said once, by
/// who makes the program, and nothing at run time chooses.
inline constexpr llvm::StringLiteral pathAttribute = "rx.path", bulkPath = "bulk",
                                     stepPath = "step";
inline bool isOnStepPath(mlir::Operation *op) {
  auto path = op->getAttrOfType<mlir::StringAttr>(pathAttribute);
  return path && path.getValue() == stepPath;
}

/// On a state of a program that is a table of slots, i32[trips.., c]: element [.., p] is the place
/// in caches of position p of a text, in that trip. The value of `slots` is the size symbol of
/// those places, that of `reach` (absent: all) how many positions a later one reads at most, its
/// own among them, by trip. Who runs the program fills the table (runtime/infer/SlotLayout.h).
inline constexpr llvm::StringLiteral slotsAttribute = "rx.slots", reachAttribute = "rx.reach";
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
