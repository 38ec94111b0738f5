// Machine code of kernels for tests: each piece is compiled, linked and loaded once in a process.
#pragma once

#include "compiler/target/CpuTarget.h"
#include "mlir/IR/BuiltinOps.h"
#include "runtime/abi/Kernel.h"
#include "llvm/ADT/ArrayRef.h"
#include <vector>

namespace rx::compiler {

/// The target whose code for `module` is also that of `target`: the first one from which `target`
/// differs in instructions alone that the module has no types for. LLVM gives both the same bytes,
/// so a test that runs one of them has run the other.
const CpuTarget &codeTarget(mlir::ModuleOp module, const CpuTarget &target);

/// The targets that this machine runs; says which it leaves out.
std::vector<const CpuTarget *> runnableTargets();

/// A module and a target that runs on this machine.
struct CodeRequest {
  mlir::ModuleOp module;
  const CpuTarget *target;
};

/// The entry of each module, of its code target. In every run, one in 16 of those that another
/// target stands in for is compiled for its own target too and compared byte by byte.
std::vector<rx_kernel> codeOf(llvm::ArrayRef<CodeRequest> requests);
rx_kernel codeOf(mlir::ModuleOp module, const CpuTarget &target);

} // namespace rx::compiler
