// Arithmetic in which subnormal numbers are zeros, as rxk.tile_multiply wants it for bf16.
#pragma once

#include "compiler/lower/GemmEmitter.h"

namespace rx::compiler {

/// Emits a private function with the arguments of `callee` that calls it while MXCSR says DAZ and
/// FTZ, and puts MXCSR back. LLVM does not know that arithmetic depends on MXCSR: `callee` is
/// never inlined, so that none of it moves out.
mlir::func::FuncOp buildFlushingSubnormals(GemmEmitter &emitter, mlir::func::FuncOp callee);

} // namespace rx::compiler
