// The loops around the register tiles of the GEMM generator.
#pragma once

#include "compiler/lower/Gemm.h"
#include "compiler/lower/GemmEmitter.h"

namespace rx::compiler {

/// Regions of a thread's scratch, in elements.
struct GemmScratch {
  explicit GemmScratch(const GemmSpec &spec);
  int64_t packedA, packedB, edge; ///< Where each region starts.
  int64_t total;
};

/// A range of C to compute, as values inside the function that computes it.
struct GemmRange {
  mlir::Value a, aStride, b, bStride, c, cStride; ///< Elements (batch, 0, 0); strides of axis 0.
  mlir::Value depth;                              ///< K
  mlir::Value rowBegin, rowEnd, columnBegin, columnEnd;
  mlir::Value scratch;
  llvm::SmallVector<GemmExtra> extras;

  llvm::SmallVector<mlir::Value> flatten() const;
  static GemmRange unflatten(mlir::ValueRange values);
  static llvm::SmallVector<mlir::Type> types(GemmEmitter &emitter, const GemmSpec &spec);
};

/// Emits private functions into the emitter's module and returns the one that computes a GemmRange
/// (flattened).
mlir::func::FuncOp buildGemmRange(GemmEmitter &emitter, const GemmSpec &spec);

} // namespace rx::compiler
