// Which rows of A the arithmetic of blocks takes.
#pragma once

#include "compiler/lower/BlockSums.h"

namespace rx::compiler {

/// The largest number of an ordinary row is at least 2^leastPower, so that no scale underflows.
inline constexpr int64_t leastOrdinaryPower = -100;

/// Per lane, the bits of the largest magnitude of vectors of f32 and of those before.
mlir::Value largestBits(GemmEmitter &emitter, llvm::ArrayRef<mlir::Value> vectors,
                        mlir::Value before);

/// Emits a private function (a, stride, rows, depth, ordinary): writes to ordinary[row], i32,
/// whether all numbers of a row are finite and the largest is zero or in [2^leastOrdinaryPower,
/// 2^boundPower).
mlir::func::FuncOp buildOrdinaryRows(GemmEmitter &emitter, int64_t boundPower);

} // namespace rx::compiler
