// What an equation gives for keys that a query does not see.
#pragma once

#include "dialects/rxt/Rxt.h"

#include <optional>

namespace rx::compiler {

/// A number of positions for each trip of the loops around an equation together: row-major, the
/// outermost loop first; one where there is no loop.
using PerTrip = llvm::SmallVector<int64_t>;

/// The larger of both in each trip.
PerTrip largerOf(const PerTrip &a, const PerTrip &b);

/// On which side of the query a key stands.
enum class Side { Later, Earlier };

/// An element with a key out of sight: one known value, or anything.
enum class Known { Anything, MinusInfinity, Zero, False, True };

/// The value of elements whose key is at least `from` positions away from the query, on one side.
struct Masked {
  Known value = Known::Anything;
  PerTrip from;
};

/// An argument of an equation: what is known of it where it is an element with a query and a key,
/// and its number by trip where it is an integer constant.
struct MaskInput {
  Masked masked;
  std::optional<PerTrip> number;
};

/// What a body's scalars are for keys far enough from the query. What is subtracted from, or
/// multiplied with, a known value is taken to be finite.
class MaskedElements {
public:
  /// `query` and `key` are dimensions; `inputs` stand for the body's arguments.
  MaskedElements(mlir::Block &body, unsigned query, unsigned key, Side side, size_t trips,
                 llvm::ArrayRef<MaskInput> inputs)
      : body(body), query(query), key(key), side(side), trips(trips), inputs(inputs) {}

  /// Of what the body yields.
  Masked result() const { return of(body.getTerminator()->getOperand(0)); }

private:
  Masked of(mlir::Value value) const;
  Masked ofOperation(mlir::Operation *op) const;
  Masked ofConstant(mlir::Value value) const;
  Masked ofComparison(mlir::Value condition) const;
  Masked ofSelection(mlir::Value condition, mlir::Value ifTrue, mlir::Value ifFalse) const;
  const PerTrip *numberOf(mlir::Value value) const;
  Masked everywhere(Known value) const { return {value, PerTrip(trips, 0)}; }

  mlir::Block &body;
  unsigned query, key;
  Side side;
  size_t trips;
  llvm::ArrayRef<MaskInput> inputs;
};

/// Whether elements that have this value leave a fold of this kind as it is.
bool isNeutral(Known value, rxt::ReduceKind kind);

} // namespace rx::compiler
