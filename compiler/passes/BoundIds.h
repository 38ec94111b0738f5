// Which integers a program may be given: those that every read by position can take.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// Sets `rx.below = N` on every integer argument of a function whose elements are positions, on
/// axes of at least N elements: gathered or scattered at directly, or after they were themselves
/// gathered or moved by windows and loops. Kernels check no position, so the runtime holds what
/// enters a program to this; positions that a program computes are its own affair.
void boundIds(mlir::ModuleOp module);

} // namespace rx::compiler
