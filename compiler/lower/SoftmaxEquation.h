// The equation of SoftmaxRows::x, as the loops of its kernels evaluate it.
#pragma once

#include "compiler/lower/KeyRange.h"
#include "compiler/lower/SoftmaxRows.h"
#include "dialects/rxt/LoopEmitter.h"

namespace rx::compiler {

/// Positions become arguments of the equation, behind its inputs: what a lane's position along a
/// row axis is depends on how a kernel lays rows into lanes. The first input is the score.
struct SoftmaxEquation {
  SoftmaxEquation(SoftmaxRows &rows, rxt::LoopEmitter &e);

  mlir::Block *body;
  llvm::SmallVector<unsigned> positionDims; ///< of the arguments behind the inputs
  llvm::SmallVector<bool> ofKey;            ///< which arguments differ from key to key
  llvm::SmallVector<KeyBound> bounds;       ///< of the keys that a row sees
};

} // namespace rx::compiler
