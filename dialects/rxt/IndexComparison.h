// Comparisons of positions, as inequalities between sums.
#pragma once

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <optional>

namespace rx::rxt {

/// constant + sum of factor * value, of integers.
struct AffineSum {
  int64_t constant = 0;
  llvm::SmallVector<std::pair<mlir::Value, int64_t>> terms;

  void add(const AffineSum &other, int64_t sign);
};

/// `value`, an integer or an integer converted to a float, taken apart as far as it is a sum.
AffineSum affineSumOf(mlir::Value value);

/// `difference` (predicate) 0, of signed integers.
struct IndexComparison {
  AffineSum difference;
  mlir::arith::CmpIPredicate predicate;
};

/// The comparison that computes `condition`, of integers or of integers converted to floats: none
/// of them is NaN, and positions are below 2^24, hence exact.
std::optional<IndexComparison> indexComparisonOf(mlir::Value condition);

/// The predicate of b, a for that of a, b.
mlir::arith::CmpIPredicate swapped(mlir::arith::CmpIPredicate predicate);

} // namespace rx::rxt
