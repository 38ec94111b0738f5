#include "compiler/lower/ExpandScalars.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Matchers.h"
#include <cmath>
#include <optional>

using namespace mlir;

namespace rx::compiler {
namespace {

constexpr int64_t largest = 4;

/// The exponent, if it is a small constant integer.
std::optional<int64_t> smallExponent(Value exponent) {
  APFloat real(0.0);
  if (matchPattern(exponent, m_ConstantFloat(&real))) {
    double value = real.convertToDouble();
    if (value == std::nearbyint(value) && std::fabs(value) <= largest)
      return static_cast<int64_t>(value);
    return std::nullopt;
  }
  APInt integer;
  if (matchPattern(exponent, m_ConstantInt(&integer)) && integer.abs().ule(largest))
    return integer.getSExtValue();
  return std::nullopt;
}

Value product(OpBuilder &builder, Location loc, Value base, int64_t exponent) {
  auto times = [&](Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); };
  Value one = arith::ConstantOp::create(builder, loc, builder.getFloatAttr(base.getType(), 1.0));
  int64_t count = std::abs(exponent);
  Value result = count == 0 ? one : base;
  if (count >= 2)
    result = times(base, base);
  if (count == 3)
    result = times(result, base);
  if (count == 4)
    result = times(result, result);
  return exponent < 0 ? Value(arith::DivFOp::create(builder, loc, one, result)) : result;
}

/// The power as other ops; null to keep it.
Value expandPower(OpBuilder &builder, Operation &op) {
  Value base = op.getOperand(0), exponent = op.getOperand(1);
  if (std::optional<int64_t> small = smallExponent(exponent))
    return product(builder, op.getLoc(), base, *small);
  if (isa<math::PowFOp>(op))
    return Value();
  Value real = arith::SIToFPOp::create(builder, op.getLoc(), base.getType(), exponent);
  return math::PowFOp::create(builder, op.getLoc(), base, real);
}

Value expandTest(OpBuilder &builder, Operation &op) {
  Location loc = op.getLoc();
  Value x = op.getOperand(0);
  auto compare = [&](arith::CmpFPredicate predicate, Value a, Value b) {
    return arith::CmpFOp::create(builder, loc, predicate, a, b);
  };
  if (isa<math::IsNaNOp>(op))
    return compare(arith::CmpFPredicate::UNO, x, x);
  auto type = cast<FloatType>(x.getType());
  Value infinity = arith::ConstantOp::create(
      builder, loc, FloatAttr::get(type, APFloat::getInf(type.getFloatSemantics())));
  auto predicate = isa<math::IsInfOp>(op) ? arith::CmpFPredicate::OEQ : arith::CmpFPredicate::OLT;
  return compare(predicate, math::AbsFOp::create(builder, loc, x), infinity);
}

} // namespace

void expandScalars(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    OpBuilder builder(&op);
    Value result;
    if (isa<math::PowFOp, math::FPowIOp>(op))
      result = expandPower(builder, op);
    else if (isa<math::IsNaNOp, math::IsInfOp, math::IsFiniteOp>(op))
      result = expandTest(builder, op);
    if (!result)
      continue;
    op.getResult(0).replaceAllUsesWith(result);
    op.erase();
  }
}

} // namespace rx::compiler
