// Kernel modules to x86-64 machine code.
#pragma once

#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <string>

namespace rx::compiler {

struct EmitOptions {
  /// 0 to 3, as in clang. 0 answers "does it run" about ten times faster.
  unsigned optLevel = 3;
};

/// The bytes of a relocatable ELF object for `module`, which holds func, scf, arith, math, vector
/// and llvm ops and is lowered in place. Position-independent; may call libm and mem* only.
/// Safe on several threads at once when each module has its own MLIRContext.
llvm::Expected<std::string> emitObject(mlir::ModuleOp module, const CpuTarget &target,
                                       const EmitOptions &options = {});

/// The same code as assembly text (AT&T syntax), for tests and for reading.
llvm::Expected<std::string> emitAssembly(mlir::ModuleOp module, const CpuTarget &target,
                                         const EmitOptions &options = {});

} // namespace rx::compiler
