// From kernels in func, scf, arith, math, vector and llvm to the llvm dialect alone.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Error.h"
#include <string>

namespace rx::compiler {

/// Registers the dialects in which kernels are written, for parsing their text.
void registerKernelDialects(mlir::DialectRegistry &registry);

/// The passes that lower a kernel module. f32 exp, expm1, log, log1p, log2, tanh and erf
/// become polynomials (branch-free, hence vectorisable); every other function of math, and all of
/// math on f64, calls libm.
void buildKernelPipeline(mlir::OpPassManager &pipeline);

/// Runs buildKernelPipeline on `module` in place. Private functions become internal, so that only
/// the entry can be seen from other objects. The error carries MLIR's diagnostics.
llvm::Error lowerKernelModule(mlir::ModuleOp module);

/// Text that changes whenever lowering may change its output for the same input; part of the keys
/// of cached objects.
std::string kernelPipelineIdentity();

} // namespace rx::compiler
