//===- LoopCombiner.h - how elements combine in loops -----------*- C++ -*-===//
#pragma once

#include "dialects/rxt/LoopEmitter.h"

namespace rx::rxt {

/// Emits the operations of a reduction: partial results are one value, or for argmax and argmin the
/// best value and its position (-1: none yet); each in 16 lanes or a scalar.
class LoopCombiner {
public:
  using Value = mlir::Value;
  using Values = LoopEmitter::Values;

  /// `element` is the type of what is combined.
  LoopCombiner(LoopEmitter &emitter, ReduceKind kind, mlir::Type element)
      : e(emitter), builder(emitter.builder), kind(kind), element(element) {}

  Values identity(bool inLanes);
  /// `partial` and one element more; lanes outside `mask` (null: none are) stay as they are. NaN
  /// passes through maxima and minima, and is never an argmax or argmin. `position` is the
  /// element's along the reduced dimension of argmax and argmin.
  Values add(mlir::ValueRange partial, Value value, Value position, Value mask);
  /// Two partial results as one.
  Values join(mlir::ValueRange a, mlir::ValueRange b);
  /// The 16 lanes of partial results as one, by a tree over lanes 8, 4, 2 and 1 apart.
  Values acrossLanes(mlir::ValueRange partial);
  /// What is stored: the combination, or the position.
  Value result(mlir::ValueRange partial) { return partial.back(); }

private:
  using FloatPredicate = mlir::arith::CmpFPredicate;
  using IntPredicate = mlir::arith::CmpIPredicate;

  bool isArgument() const { return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin; }
  bool isFloat() const { return mlir::isa<mlir::FloatType>(element); }
  mlir::TypedAttr identityAttr();
  Value constant(mlir::TypedAttr value);
  Value fused(Value partial, Value value);
  Value combined(Value a, Value b);
  Value better(Value a, Value b);
  Value equal(Value a, Value b);
  Value compare(FloatPredicate predicate, Value a, Value b);
  Value compare(IntPredicate predicate, Value a, Value b);
  Value comparePosition(IntPredicate predicate, Value position, int64_t bound);
  Value part(Value lanes, int64_t first, int64_t count);
  Value both(Value a, Value b);
  Value either(Value a, Value b);

  LoopEmitter &e;
  mlir::OpBuilder &builder;
  ReduceKind kind;
  mlir::Type element;
};

} // namespace rx::rxt
