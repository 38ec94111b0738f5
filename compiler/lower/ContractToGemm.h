// Contractions through the GEMM generator.
#pragma once

#include "compiler/lower/ContractShape.h"
#include "compiler/lower/Gemm.h"
#include "compiler/lower/KernelToLoops.h"
#include "compiler/lower/Precision.h"
#include "runtime/abi/PanelForm.h"

namespace rx::compiler {

/// A product of f32 in `kernel` by an operand of `form` (B).
GemmSpec specOfProduct(mlir::FunctionOpInterface kernel, const PanelForm &form,
                       const CpuTarget &target, Precision precision);

/// Makes `lowered`, whose sizes and extent are known, the product `op` of `kernel`'s arguments. The
/// parallel dimension counts elements of the result, as in all kernels; a part of it is cut at the
/// nearest tiles. `form` is that of the operand by which the product multiplies (B).
void lowerToGemm(LoweredKernel &lowered, mlir::FunctionOpInterface kernel, rxt::ContractOp op,
                 const MatrixProduct &product, const PanelForm &form, const CpuTarget &target,
                 Precision precision);

} // namespace rx::compiler
