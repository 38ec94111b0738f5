// Products of few rows of A with a row-major B that is read where it lies.
#pragma once

#include "compiler/lower/GemmFinish.h"

namespace rx::compiler {

/// What buildGemmDirect computes: C[rows, columns] of a batch element, with rows <= directRows.
struct GemmDirectCall {
  mlir::Value a, aStride;          ///< The first of the rows; stride of axis 0 as stored.
  mlir::Value b, bStride;          ///< Element (0, column).
  mlir::Value c, cStride;          ///< Element (row, column).
  mlir::Value depth, rows, columns;
  mlir::Value row, column; ///< Where in C.
  llvm::SmallVector<GemmExtra> extras;
};

/// Emits the private function for GemmDirectCall, and calls to it. Rows of B, a few at a time, are
/// scaled and added to the rows of C, which stay in L1: every load instruction walks along a row of
/// B, which is what prefetchers follow. Packing B would cost more than the product.
class GemmDirect {
public:
  GemmDirect(GemmEmitter &emitter, const GemmSpec &spec, GemmFinish &finish);
  void call(const GemmDirectCall &call);

private:
  void body(const GemmDirectCall &call);
  void products(const GemmDirectCall &call, int64_t rows);
  void addRows(const GemmDirectCall &call, int64_t rows, int64_t steps, mlir::Value k);
  int64_t stepsAtOnce(int64_t rows) const;

  GemmEmitter &e;
  const GemmSpec &spec;
  GemmFinish &finish;
  mlir::func::FuncOp function;
};

} // namespace rx::compiler
