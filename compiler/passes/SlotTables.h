// Where the positions of texts lie in caches.
#pragma once

#include "compiler/passes/CausalAxes.h"

namespace rx::compiler {

/// Caches of values that one block computes, and whose later positions reach equally far back.
struct SlotTable {
  mlir::Block *block;
  std::optional<PerTrip> reach;
  SizeExpr slots; ///< places for positions in each of the caches, a symbol
};

/// The slot tables of a function's caches, and the one of each cache.
class SlotTables {
public:
  SlotTables(mlir::func::FuncOp function, const CausalAxes &axes);

  llvm::ArrayRef<SlotTable> all() const { return tables; }
  unsigned of(mlir::Value cached) const { return tableOf.lookup(cached); }
  /// How many positions a table lists, a symbol.
  const SizeExpr &capacity() const { return positions; }
  /// i32[trips.., size..] of a table as it is in `block`: the loops between here and there have
  /// indexed it.
  rxt::TensorType typeIn(mlir::Block &block, unsigned table, llvm::ArrayRef<SizeExpr> sizes) const;
  /// The tables that `block`, or a loop in it, needs.
  llvm::SmallVector<unsigned> below(mlir::Block &block) const;

private:
  llvm::SmallVector<SlotTable> tables;
  llvm::DenseMap<mlir::Value, unsigned> tableOf;
  SizeExpr positions;
};

} // namespace rx::compiler
