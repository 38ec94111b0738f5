//===- LoopPresence.h - which elements take part, in loops ------*- C++ -*-===//
#pragma once

#include "dialects/rxt/LoopEmitter.h"

namespace rx::rxt {

/// The presences of some dimensions of an iteration space, as in `PresenceTest` of the reference.
class LoopPresence {
public:
  /// Adds the presences of those axes of a tensor whose dimension is `firstDim` or later. Fails,
  /// with an error on `op`, if the kernel has no operand of that name.
  mlir::LogicalResult add(LoopEmitter &emitter, mlir::Operation *op, TensorType type,
                          llvm::ArrayRef<unsigned> dims, unsigned firstDim);
  mlir::LogicalResult addAxis(LoopEmitter &emitter, mlir::Operation *op, TensorType type,
                              llvm::ArrayRef<unsigned> dims, unsigned axis);

  /// i1, or one per lane, of the points where all tests hold; null if there are no tests.
  mlir::Value at(LoopEmitter &emitter, const Point &point) const;

private:
  struct Test {
    Presence presence;
    unsigned dim; ///< whose position is compared with a length
    View view;
    llvm::SmallVector<unsigned> dims; ///< that the view's axes read
  };
  llvm::SmallVector<Test> tests;
};

} // namespace rx::rxt
