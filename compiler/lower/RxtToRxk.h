//===- RxtToRxk.h - cut programs into kernels ---------------------*- C++ -*-===//
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace rx::compiler {

/// Every op that has loops becomes part of a kernel (CutKernels.h), together with the windows it reads
/// through, and each kernel is launched; equal kernels become one. Control flow stays.
/// Kernels of contractions and attention keep the `rx.path` of their program (dialects/rxt/Rxt.h).
/// A kernel is named after its op and the part of the model where it was first met.
mlir::LogicalResult rxtToRxk(mlir::ModuleOp module);

/// `layers.attention.q (net.rx:26)`: the author's place of an op.
std::string placeOf(mlir::Location location);

} // namespace rx::compiler
