// Contractions through the GEMM generator.
#pragma once

#include "compiler/lower/ContractShape.h"
#include "compiler/lower/KernelToLoops.h"

namespace rx::compiler {

/// The kernel `name` for `op`, whose operands are the kernel's two arguments in the order `arguments`
/// ({0, 1}, {1, 0}, or {0, 0} for a product with itself). Its parallel dimension counts elements of
/// the result, as in all kernels; a part of it is cut at the nearest tiles.
LoweredKernel lowerToGemm(rxt::ContractOp op, const MatrixProduct &product, llvm::StringRef name,
                          llvm::ArrayRef<unsigned> arguments, unsigned argumentCount,
                          std::vector<std::string> sizes, const CpuTarget &target);

} // namespace rx::compiler
