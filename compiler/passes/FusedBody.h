// The body of a map or reduce under construction, with producers merged into it.
#pragma once

#include "dialects/rxt/Rxt.h"

namespace rx::compiler {

/// Starts as a copy of a body with its inputs and their maps; each `absorb` replaces an input by
/// what the input's producer reads. Inputs that nothing reads any more are dropped, equal reads
/// merged.
class FusedBody {
public:
  /// Inputs that are read twice in the same way are one from here on.
  FusedBody(mlir::Block &body, mlir::ValueRange inputs, mlir::ArrayAttr maps);

  /// Input `index` is the result of `producer`.
  void absorbMap(unsigned index, rxt::MapOp producer);
  /// False, and nothing changed, unless the window reads whole axes at plain dimensions.
  bool absorbWindow(unsigned index, rxt::WindowOp producer);
  /// False, and nothing changed, unless all elements are one number.
  bool absorbConstant(unsigned index, rxt::ConstantOp producer);

  llvm::ArrayRef<mlir::Value> inputs() const { return values; }
  mlir::AffineMap read(unsigned index) const { return reads[index]; }
  mlir::ArrayAttr maps(mlir::MLIRContext *context) const;
  mlir::Region &region() { return body; }

private:
  mlir::Block &block() { return body.front(); }
  void append(mlir::Value input, mlir::AffineMap map);
  void erase(unsigned index);
  void mergeEqualReads();

  mlir::Region body;
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<mlir::AffineMap> reads;
};

} // namespace rx::compiler
