//===- RxToRxt.h - inline the structure ---------------------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// Turns every rx.program into a func.func of rxt ops: applications are inlined, a stack or loop becomes one
/// rxt.loop whose body is inlined once, parameters become rxt.param at the top of the function and reach the
/// body as shared or trip-indexed operands. No rx op is left.
mlir::LogicalResult rxToRxt(mlir::ModuleOp module);

} // namespace rx::compiler
