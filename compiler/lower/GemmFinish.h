// The epilogue of a product, applied to finished sums where they lie in C.
#pragma once

#include "compiler/lower/Gemm.h"
#include "compiler/lower/GemmEmitter.h"

namespace rx::compiler {

/// Types of the values that stand for spec's extras in the arguments of private functions.
llvm::SmallVector<mlir::Type> extraTypes(GemmEmitter &emitter, const GemmSpec &spec);
llvm::SmallVector<mlir::Value> flattenExtras(llvm::ArrayRef<GemmExtra> extras);
llvm::SmallVector<GemmExtra> unflattenExtras(mlir::ValueRange values);

/// A block of C whose sums are finished; c addresses element (row, column).
struct GemmFinishedBlock {
  mlir::Value c, cStep, rows, columns, row, column;
};

/// Emits a private function that applies spec.epilogue to a block, and calls to it.
class GemmFinish {
public:
  GemmFinish(GemmEmitter &emitter, const GemmSpec &spec);
  /// Emits nothing when there is no epilogue.
  void call(const GemmFinishedBlock &block, llvm::ArrayRef<GemmExtra> extras);
  explicit operator bool() const { return static_cast<bool>(function); }

private:
  void body(const GemmFinishedBlock &block, llvm::ArrayRef<GemmExtra> extras);

  GemmEmitter &emitter;
  const GemmSpec &spec;
  mlir::func::FuncOp function;
};

} // namespace rx::compiler
