// What a program's values are for keys that a query does not see.
#pragma once

#include "compiler/passes/CausalMask.h"

namespace rx::compiler {

/// Follows a program, op by op, and knows of every value with a query and a key what its elements
/// are on one side of the query.
class MaskedValues {
public:
  explicit MaskedValues(Side side) : side(side) {}

  /// `map` computes a value with these dimensions.
  void follow(rxt::MapOp map, unsigned query, unsigned key);
  /// Values pass into the body of a loop.
  void enter(rxt::LoopOp loop);
  /// From which distance on keys leave a fold over them as it is; none: from no distance.
  std::optional<PerTrip> neutralFrom(mlir::Operation &fold, unsigned query, unsigned key) const;

private:
  llvm::SmallVector<MaskInput> inputsOf(mlir::Operation &op, unsigned query, unsigned key) const;
  Masked resultOf(mlir::Operation &op, unsigned query, unsigned key) const;

  Side side;
  llvm::DenseMap<mlir::Value, Masked> known;
};

} // namespace rx::compiler
