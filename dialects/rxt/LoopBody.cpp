//===- LoopBody.cpp - the body of a map or reduce in lanes -----------------===//
#include "dialects/rxt/LoopEmitter.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::rxt {

Value LoopEmitter::position(const Point &point, unsigned dim) {
  Type i32 = builder.getI32Type();
  Value position = arith::TruncIOp::create(builder, loc, i32, point.indices[dim]);
  return dim == point.laneDim ? add(splat(position), iota(i32)) : position;
}

/// Repeats an op of a body: scalar when all its operands are, else in lanes.
Operation *LoopEmitter::cloneInLanes(Operation &op, ArrayRef<Value> operands) {
  bool inLanes = llvm::any_of(operands, [&](Value value) { return isVector(value); });
  OperationState state(loc, op.getName());
  state.attributes = op.getDiscardableAttrDictionary().getValue();
  state.propertiesAttr = op.getPropertiesAsAttribute();
  for (Value operand : operands)
    state.operands.push_back(inLanes ? splat(operand) : operand);
  for (Type type : op.getResultTypes())
    state.types.push_back(inLanes ? vectorOf(type) : type);
  return builder.create(state);
}

static bool isDivision(Operation &op) {
  return isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp,
             arith::CeilDivSIOp>(op);
}

/// Integer division by zero gives 0, and division of the lowest number by -1 wraps, as in the
/// reference; the processor would trap. Lanes outside a mask hold zeros, so even a program that
/// never divides by zero needs it.
Value LoopEmitter::divideSafely(Operation &op, Value dividend, Value divisor) {
  align(dividend, divisor);
  Type type = divisor.getType();
  auto number = [&](int64_t value) -> Value {
    auto attr = builder.getIntegerAttr(getElementTypeOrSelf(type), value);
    if (auto vector = dyn_cast<VectorType>(type))
      return arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(vector, attr));
    return arith::ConstantOp::create(builder, loc, attr);
  };
  bool isSigned = !isa<arith::DivUIOp, arith::RemUIOp>(op);
  Value zero = number(0), byZero = compare(Predicate::eq, divisor, zero);
  Value safe = select(byZero, number(1), divisor);
  if (!isSigned) {
    Value result = isa<arith::DivUIOp>(op) ? div(dividend, safe) : rem(dividend, safe);
    return select(byZero, zero, result);
  }
  Value byMinusOne = compare(Predicate::eq, divisor, number(-1));
  safe = select(byMinusOne, number(1), safe);
  Value quotient = arith::DivSIOp::create(builder, loc, dividend, safe);
  Value remainder = sub(dividend, mul(quotient, safe));
  if (isa<arith::RemSIOp>(op))
    return remainder; // by 1: zero
  // The quotient was rounded towards zero; it goes down or up by one where that was the other way.
  Value inexact = compare(Predicate::ne, remainder, zero);
  Value negative =
      compare(Predicate::slt, arith::XOrIOp::create(builder, loc, dividend, safe), zero);
  if (isa<arith::FloorDivSIOp>(op))
    quotient = select(both(inexact, negative), sub(quotient, number(1)), quotient);
  if (isa<arith::CeilDivSIOp>(op)) {
    Value positive =
        compare(Predicate::sge, arith::XOrIOp::create(builder, loc, dividend, safe), zero);
    quotient = select(both(inexact, positive), add(quotient, number(1)), quotient);
  }
  return select(byZero, zero, select(byMinusOne, sub(zero, dividend), quotient));
}

/// An integer power through the library's pow, which is exact about signs when the exponent is
/// whole: LLVM's own needs a function of the compiler's runtime, and takes no exponent per lane.
Value LoopEmitter::integerPower(Value base, Value exponent) {
  align(base, exponent);
  Value whole = arith::SIToFPOp::create(builder, loc, base.getType(), exponent);
  return math::PowFOp::create(builder, loc, base, whole);
}

/// MLIR lowers isnan and isfinite, but not this one.
static Value isInfiniteIn(OpBuilder &builder, Location loc, Value x) {
  auto element = cast<FloatType>(getElementTypeOrSelf(x.getType()));
  auto infinity = builder.getFloatAttr(element, APFloat::getInf(element.getFloatSemantics()));
  TypedAttr all = infinity;
  if (auto vector = dyn_cast<VectorType>(x.getType()))
    all = DenseElementsAttr::get(vector, infinity);
  Value magnitude = math::AbsFOp::create(builder, loc, x);
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, magnitude,
                               arith::ConstantOp::create(builder, loc, all));
}

Value LoopEmitter::evaluate(Block &body, ArrayRef<Value> arguments, const Point &point) {
  IRMapping values;
  values.map(body.getArguments(), arguments);
  for (Operation &op : body.without_terminator()) {
    if (std::optional<bool> answer =
            point.piece ? answerIn(op, *point.laneDim, *point.piece) : std::nullopt) {
      values.map(op.getResult(0), arith::ConstantIntOp::create(builder, loc, *answer, 1));
      continue;
    }
    if (auto index = dyn_cast<IndexOp>(op)) {
      values.map(index.getResult(), position(point, index.getDim()));
      continue;
    }
    if (auto polynomial = dyn_cast<SizeOp>(op)) {
      auto expr = SizeExpr::parse(std::string_view(polynomial.getSize()));
      Value number = arith::TruncIOp::create(builder, loc, builder.getI32Type(), size(*expr));
      values.map(polynomial.getResult(), number);
      continue;
    }
    auto operands =
        llvm::map_to_vector(op.getOperands(), [&](Value value) { return values.lookup(value); });
    if (isDivision(op))
      values.map(op.getResult(0), divideSafely(op, operands[0], operands[1]));
    else if (isa<math::IsInfOp>(op))
      values.map(op.getResult(0), isInfiniteIn(builder, loc, operands[0]));
    else if (isa<math::FPowIOp>(op))
      values.map(op.getResult(0), integerPower(operands[0], operands[1]));
    else
      values.map(op.getResults(), cloneInLanes(op, operands)->getResults());
  }
  return values.lookup(body.getTerminator()->getOperand(0));
}

} // namespace rx::rxt
