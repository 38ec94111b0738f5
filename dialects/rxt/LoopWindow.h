//===- LoopWindow.h - reads at affine positions, in loops -------*- C++ -*-===//
#pragma once

#include "dialects/rxt/LoopEmitter.h"

namespace rx::rxt {

/// One read through a window: where its input is read, which lanes lie inside, what they hold.
class WindowRead {
public:
  using Value = mlir::Value;

  /// Reads `window`, whose input is `source`, at one position per result axis.
  WindowRead(LoopEmitter &emitter, WindowOp window, const View &source,
             llvm::ArrayRef<Position> result, Value mask);

  /// A scalar if the lanes do not differ.
  Value value();

private:
  bool differsInLanes() const;
  bool isInside(unsigned axis);
  Value insideAll();
  Value inLanes(const Position &position);
  Position positionAt(mlir::AffineExpr expr);
  Position combine(mlir::AffineExprKind kind, const Position &a, const Position &b);
  Position divide(mlir::AffineExprKind kind, const Position &a, const Position &b);
  Value floorDivide(Value a, Value b);

  LoopEmitter &e;
  WindowOp window;
  const View &source;
  llvm::ArrayRef<Position> result; ///< positions along the result's axes
  Value mask;
  llvm::SmallVector<Position> positions; ///< along the input's axes
};

} // namespace rx::rxt
