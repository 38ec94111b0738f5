#include "compiler/lower/GemmMagnitudes.h"
#include "compiler/lower/Lanes.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

/// The largest magnitude of an ordinary row or column is zero, or at least 2^leastPower and below
/// 2^boundPower.
constexpr int64_t leastPower = -50, boundPower = 60;

/// Lanes [index, index + lanes) that are not ordinary and before `end`.
Value GemmMagnitudes::below(Value index, Value end) {
  Lanes lanes(e);
  Value most = lanes.loadWords(e.at(magnitudes, index));
  // As unsigned numbers, differences below zero are out of range, too.
  Value above = lanes.sub(most, lanes.splat(bitsOfPower(leastPower)));
  Value range = lanes.splat(bitsOfPower(boundPower) - bitsOfPower(leastPower));
  Value isOutside = e.compare(Predicate::uge, above, range);
  Value isSome = e.compare(Predicate::ne, most, lanes.splat(0));
  return e.both(e.both(isOutside, isSome), e.maskBelow(e.sub(end, index)));
}

Value GemmMagnitudes::isUnusual(Value index) {
  return any({below(index, e.add(index, e.constant(1)))});
}

Value GemmMagnitudes::areUnusual(Value index) { return below(index, count); }

Value GemmMagnitudes::any(ArrayRef<Value> masks) {
  Value some = arith::ConstantIntOp::create(e.builder, e.loc, 0, 1);
  for (Value mask : masks) {
    Value here = vector::ReductionOp::create(e.builder, e.loc, vector::CombiningKind::OR, mask);
    some = arith::OrIOp::create(e.builder, e.loc, some, here);
  }
  return some;
}

Value GemmMagnitudes::anyUnusual() {
  Value no = arith::ConstantIntOp::create(e.builder, e.loc, 0, 1);
  return e.forCarry(e.constant(0), count, e.constant(e.lanes), {no},
                    [&](Value index, ValueRange before) -> GemmEmitter::Values {
                      Value here = any({areUnusual(index)});
                      return {arith::OrIOp::create(e.builder, e.loc, before[0], here)};
                    })[0];
}

} // namespace rx::compiler
