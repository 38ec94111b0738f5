// Products of few rows of A with a B that is read where it lies: packing it, or decoding it to
// memory, would cost more than the product.
#pragma once

#include "compiler/lower/GemmFinish.h"

namespace rx::compiler {

/// C[rows, columns] of a batch element, with 1 <= rows <= directRows (decodeRows where B is panels
/// of another form than f32), as values inside the function that calls for it.
struct GemmDirectCall {
  mlir::Value a, aStride; ///< The first of the rows; stride of axis 0 as stored.
  mlir::Value b, bStride; ///< The first of the columns; stride of axis 0 as stored. Of panels, the
                          ///< first panel; its stride is not read.
  mlir::Value c, cStride; ///< Element (row, column).
  mlir::Value depth, rows, columns;
  mlir::Value row, column; ///< Where in C.
  mlir::Value scratch;     ///< GemmScratch::edge
  llvm::SmallVector<GemmExtra> extras;

  llvm::SmallVector<mlir::Value> flatten() const;
  static GemmDirectCall unflatten(mlir::ValueRange values);
};

/// Emits the private function that computes a GemmDirectCall (flattened), epilogue included.
mlir::func::FuncOp buildGemmDirect(GemmEmitter &emitter, const GemmSpec &spec, GemmFinish &finish);

} // namespace rx::compiler
