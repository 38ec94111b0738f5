// Which keys a row sees, read off the comparisons of indices in the equation of its scores.
#pragma once

#include "dialects/rxt/LoopEmitter.h"

namespace rx::compiler {

/// One end of the range of keys outside of which a score is -inf: an affine expression of what does
/// not depend on the key, as a block that computes it (i64) from the arguments of the equation.
struct KeyBound {
  bool isUpper; ///< key < bound; else key >= bound
  std::shared_ptr<mlir::Region> value;
  mlir::Block &block() const { return value->front(); }
};

/// The bounds that `body` states. Its positions are arguments (no rxt.index), `key` among them;
/// `dependsOnKey` says of each argument whether it differs from key to key. Where a comparison has
/// no such form there is no bound, which is right if slow: everything outside is -inf anyway.
llvm::SmallVector<KeyBound> keyBounds(mlir::Block &body, mlir::BlockArgument key,
                                      llvm::ArrayRef<bool> dependsOnKey);

} // namespace rx::compiler
