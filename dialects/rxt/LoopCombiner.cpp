//===- LoopCombiner.cpp - how elements combine in loops --------------------===//
#include "dialects/rxt/LoopCombiner.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace rx::rxt {

using Values = LoopEmitter::Values;

//===-- Partial results ---===//

Values LoopCombiner::identity(bool inLanes) {
  Values values = {constant(identityAttr())};
  if (isArgument())
    values.push_back(constant(builder.getI32IntegerAttr(-1)));
  if (inLanes)
    for (Value &value : values)
      value = e.splat(value);
  return values;
}

Values LoopCombiner::add(ValueRange partial, Value value, Value position, Value mask) {
  bool inLanes = e.isVector(partial[0]);
  if (inLanes)
    value = e.splat(value);
  if (!isArgument()) {
    // Masking the element and not the sum is also a matter of safety: LLVM 22 folds a masked load
    // and a fused multiply-add under the same mask into one instruction, and may take them apart
    // again without the mask on the load, which then reads beyond the tensor.
    if (mask)
      return {combined(partial[0], e.select(mask, value, identity(inLanes)[0]))};
    return {fused(partial[0], value)};
  }
  if (inLanes)
    position = e.splat(position);
  Value first = comparePosition(IntPredicate::slt, partial[1], 0);
  if (isFloat())
    first = both(first, compare(FloatPredicate::ORD, value, value));
  Value take = either(first, better(value, partial[0]));
  if (mask)
    take = both(take, mask);
  return {e.select(take, value, partial[0]), e.select(take, position, partial[1])};
}

Values LoopCombiner::acrossLanes(ValueRange partial) {
  Values lanes(partial);
  for (int64_t half = LoopEmitter::lanes / 2; half > 0; half /= 2) {
    Values low, high;
    for (Value value : lanes) {
      low.push_back(part(value, 0, half));
      high.push_back(part(value, half, half));
    }
    lanes = join(low, high);
  }
  for (Value &value : lanes)
    value = e.lane(value, 0);
  return lanes;
}

/// Of equal values, the lower position wins: lanes hold every sixteenth position, not blocks.
Values LoopCombiner::join(ValueRange a, ValueRange b) {
  if (!isArgument())
    return {combined(a[0], b[0])};
  Value some = comparePosition(IntPredicate::sge, b[1], 0);
  Value none = comparePosition(IntPredicate::slt, a[1], 0);
  Value tie = both(equal(a[0], b[0]), compare(IntPredicate::slt, b[1], a[1]));
  Value take = both(some, either(none, either(better(b[0], a[0]), tie)));
  return {e.select(take, b[0], a[0]), e.select(take, b[1], a[1])};
}

//===-- One value ---===//

TypedAttr LoopCombiner::identityAttr() {
  bool low = kind == ReduceKind::Max || kind == ReduceKind::ArgMax;
  bool high = kind == ReduceKind::Min || kind == ReduceKind::ArgMin;
  if (auto type = dyn_cast<FloatType>(element)) {
    if (low || high)
      return FloatAttr::get(type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/low));
    return FloatAttr::get(type, kind == ReduceKind::Prod ? 1.0 : 0.0);
  }
  unsigned width = element.getIntOrFloatBitWidth();
  if (width > 1 && (low || high))
    return IntegerAttr::get(element, low ? APInt::getSignedMinValue(width)
                                         : APInt::getSignedMaxValue(width));
  bool one = kind == ReduceKind::Prod || kind == ReduceKind::All || high;
  return IntegerAttr::get(element, APInt(width, one));
}

/// As `combined`, a product going into a sum through one fused multiply-add.
Value LoopCombiner::fused(Value partial, Value value) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (kind != ReduceKind::Sum || !product || !value.use_empty())
    return combined(partial, value);
  Value sum = math::FmaOp::create(builder, e.loc, product.getLhs(), product.getRhs(), partial);
  product.erase();
  return sum;
}

Value LoopCombiner::combined(Value a, Value b) {
  switch (kind) {
  case ReduceKind::Sum:
    return isFloat() ? Value(arith::AddFOp::create(builder, e.loc, a, b))
                     : Value(arith::AddIOp::create(builder, e.loc, a, b));
  case ReduceKind::Prod:
    return isFloat() ? Value(arith::MulFOp::create(builder, e.loc, a, b))
                     : Value(arith::MulIOp::create(builder, e.loc, a, b));
  case ReduceKind::Any:
    return either(a, b);
  case ReduceKind::All:
    return both(a, b);
  default:
    break;
  }
  Value take = better(b, a);
  if (isFloat())
    take = either(take, compare(FloatPredicate::UNO, b, b));
  return e.select(take, b, a);
}

/// Whether `a` beats `b`: never if either is NaN.
Value LoopCombiner::better(Value a, Value b) {
  bool greater = kind == ReduceKind::Max || kind == ReduceKind::ArgMax;
  if (isFloat())
    return compare(greater ? FloatPredicate::OGT : FloatPredicate::OLT, a, b);
  if (element.isInteger(1)) // true is -1 to a signed comparison
    return compare(greater ? IntPredicate::ugt : IntPredicate::ult, a, b);
  return compare(greater ? IntPredicate::sgt : IntPredicate::slt, a, b);
}

Value LoopCombiner::equal(Value a, Value b) {
  return isFloat() ? compare(FloatPredicate::OEQ, a, b) : compare(IntPredicate::eq, a, b);
}

//===-- Ops ---===//

Value LoopCombiner::constant(TypedAttr value) {
  return arith::ConstantOp::create(builder, e.loc, value);
}
Value LoopCombiner::compare(FloatPredicate predicate, Value a, Value b) {
  return arith::CmpFOp::create(builder, e.loc, predicate, a, b);
}
Value LoopCombiner::compare(IntPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, e.loc, predicate, a, b);
}
Value LoopCombiner::comparePosition(IntPredicate predicate, Value position, int64_t bound) {
  auto attr = builder.getI32IntegerAttr(bound);
  if (auto type = dyn_cast<VectorType>(position.getType()))
    return compare(predicate, position, constant(DenseElementsAttr::get(type, attr)));
  return compare(predicate, position, constant(attr));
}
Value LoopCombiner::part(Value lanes, int64_t first, int64_t count) {
  auto indices = llvm::to_vector(llvm::seq<int64_t>(first, first + count));
  return vector::ShuffleOp::create(builder, e.loc, lanes, lanes, indices);
}
Value LoopCombiner::both(Value a, Value b) { return arith::AndIOp::create(builder, e.loc, a, b); }
Value LoopCombiner::either(Value a, Value b) { return arith::OrIOp::create(builder, e.loc, a, b); }

} // namespace rx::rxt
