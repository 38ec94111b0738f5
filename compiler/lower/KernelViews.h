// Where a kernel finds what it reads, and puts what it returns, when windows stand between.
#pragma once

#include "dialects/rxt/LoopEmitter.h"

#include <optional>

namespace rx::compiler {

/// Whether `op` computes nothing and a kernel may read through it: a window, or a row picked out of
/// a table by one position for the whole result (`rxt.gather` at an index without axes that no op
/// computes).
bool readsThrough(mlir::Operation *op);

/// What `value` is read from: itself, or what the ops that are read through begin with.
mlir::Value behindWindows(mlir::Value value);

/// Whether a kernel may read the rows of `gather` where they lie, one by one: all of its result but
/// one axis are axes of its source, which lies in memory, and its table says where along it to
/// read. A cache of earlier positions is read so.
bool placesRows(rxt::GatherOp gather);

/// Whether `value` is in memory, as far as windows go: every window on the way to it gives elements
/// at fixed distances, as heads cut out of a product. Rows of such a tensor are memory like any.
bool isStrided(mlir::Value value);

/// A window that only puts axes of its input together, each element once, as heads back into one
/// axis: its input may be written where the result is to lie.
class Merge {
public:
  static std::optional<Merge> match(rxt::WindowOp window);
  /// Of what a map or reduction computes for `window` alone: their loops store to any strides.
  static std::optional<Merge> afterLoops(rxt::WindowOp window);
  /// The window's input, lying in `result`.
  rxt::View inputIn(rxt::LoopEmitter &e, const rxt::View &result) const;

private:
  /// Of an axis of the input: the axis of the result that holds it, and how far apart there.
  struct Place {
    unsigned axis;
    int64_t step;
  };
  static std::optional<Place> placeOf(mlir::AffineExpr position, int64_t &modulus);

  rxt::TensorType input;
  llvm::SmallVector<Place> places;
};

/// Views of the values of one kernel.
class KernelViews {
public:
  /// `arguments`: of the kernel, in order.
  KernelViews(rxt::LoopEmitter &e, llvm::ArrayRef<rxt::View> arguments)
      : e(e), arguments(arguments) {}
  rxt::View operator()(mlir::Value value) const;
  /// What `op`, which is read through, makes of its operands.
  static rxt::View through(rxt::LoopEmitter &e, mlir::Operation *op,
                           llvm::ArrayRef<rxt::View> operands);

private:
  rxt::LoopEmitter &e;
  llvm::ArrayRef<rxt::View> arguments;
};

} // namespace rx::compiler
