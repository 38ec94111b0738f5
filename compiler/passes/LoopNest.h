// The loops around an op, and values handed down to it.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <optional>

namespace rx::compiler {

/// Loops inside of each other, the outermost first.
class LoopNest {
public:
  /// Those that surround `inner` with nothing between, and it.
  explicit LoopNest(rxt::LoopOp inner);

  rxt::LoopOp outermost() { return loops.front(); }
  rxt::LoopOp inner() { return loops.back(); }
  size_t depth() const { return loops.size(); }

  /// Where an argument of the innermost loop comes from: a value outside of all loops, and which of
  /// them index it. None for trips and carried values, and what inner loops compute.
  struct Source {
    mlir::Value value;
    llvm::SmallVector<bool> indexed; ///< by loop
  };
  std::optional<Source> sourceOf(mlir::Value argument);

  /// Hands a value from outside down to the innermost loop: the argument there. Loops are replaced.
  mlir::Value handDown(const Source &source);

private:
  llvm::SmallVector<rxt::LoopOp> loops;
};

/// The trip counts of the loops around a block, the outermost first.
llvm::SmallVector<int64_t> tripsAround(mlir::Block &block);

/// The numbers that an integer scalar, an argument of loops or a constant, has in the trips around
/// `block`, row-major; none if it is not the same constants in every run.
std::optional<llvm::SmallVector<int64_t>> numbersByTrip(mlir::Value scalar, mlir::Block &block);

} // namespace rx::compiler
