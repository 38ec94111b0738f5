// The headers of MLIR that nearly every lowering needs, precompiled once for rxc_lower_gemm: they
// are four fifths of the time that a short file here takes.
#pragma once

#include "dialects/rxt/MlirPrecompiled.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
