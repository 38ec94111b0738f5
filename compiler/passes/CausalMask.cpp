#include "compiler/passes/CausalMask.h"

#include "dialects/rxt/IndexComparison.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

Later LaterElements::of(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == &body ? inputs[argument.getArgNumber()] : Later::Anything;
  if (Later constant = ofConstant(value); constant != Later::Anything)
    return constant;
  if (Later compared = ofComparison(value); compared != Later::Anything)
    return compared;
  return ofOperation(value.getDefiningOp());
}

Later LaterElements::ofConstant(Value value) {
  APFloat real(0.0f);
  if (matchPattern(value, m_ConstantFloat(&real))) {
    if (real.isInfinity() && real.isNegative())
      return Later::MinusInfinity;
    return real.isZero() ? Later::Zero : Later::Anything;
  }
  APInt integer;
  if (!value.getType().isInteger(1) || !matchPattern(value, m_ConstantInt(&integer)))
    return Later::Anything;
  return integer.isZero() ? Later::False : Later::True;
}

/// c * (key - query) + constant against 0, where key - query is 1 or more.
Later LaterElements::ofComparison(Value condition) {
  std::optional<rxt::IndexComparison> comparison = rxt::indexComparisonOf(condition);
  if (!comparison)
    return Later::Anything;
  int64_t ofKey = 0, ofQuery = 0;
  for (auto [value, factor] : comparison->difference.terms) {
    auto index = value.getDefiningOp<rxt::IndexOp>();
    if (!index || (index.getDim() != key && index.getDim() != query))
      return Later::Anything;
    (index.getDim() == key ? ofKey : ofQuery) += factor;
  }
  if (ofKey != -ofQuery || ofKey == 0)
    return Later::Anything;
  Predicate predicate = comparison->predicate;
  int64_t sign = ofKey > 0 ? 1 : -1;
  if (sign < 0)
    predicate = rxt::swapped(predicate);
  // |c| (key - query) (predicate) -sign * constant; the left side is |c| or more.
  int64_t least = std::abs(ofKey), bound = -sign * comparison->difference.constant;
  if ((predicate == Predicate::sle && least > bound) ||
      (predicate == Predicate::slt && least >= bound) ||
      (predicate == Predicate::eq && least > bound))
    return Later::False;
  if ((predicate == Predicate::sge && least >= bound) ||
      (predicate == Predicate::sgt && least > bound))
    return Later::True;
  return Later::Anything;
}

Later LaterElements::ofSelection(Value condition, Value ifTrue, Value ifFalse) {
  Later chosen = of(condition);
  if (chosen == Later::True)
    return of(ifTrue);
  if (chosen == Later::False)
    return of(ifFalse);
  Later first = of(ifTrue);
  return first == of(ifFalse) ? first : Later::Anything;
}

static bool isPositive(Value value) {
  APFloat number(0.0f);
  return matchPattern(value, m_ConstantFloat(&number)) && number.isFiniteNonZero() &&
         !number.isNegative();
}

Later LaterElements::ofOperation(Operation *op) {
  auto either = [&](Later value, Later otherwise) {
    Later left = of(op->getOperand(0)), right = of(op->getOperand(1));
    if (left == value || right == value)
      return value;
    return left == otherwise && right == otherwise ? otherwise : Later::Anything;
  };
  return llvm::TypeSwitch<Operation *, Later>(op)
      .Case([&](arith::SelectOp o) {
        return ofSelection(o.getCondition(), o.getTrueValue(), o.getFalseValue());
      })
      .Case([&](arith::AndIOp o) {
        return o.getType().isInteger(1) ? either(Later::False, Later::True) : Later::Anything;
      })
      .Case([&](arith::OrIOp o) {
        return o.getType().isInteger(1) ? either(Later::True, Later::False) : Later::Anything;
      })
      .Case([&](arith::XOrIOp o) {
        Later value = matchPattern(o.getRhs(), m_One()) ? of(o.getLhs()) : Later::Anything;
        return value == Later::False  ? Later::True
               : value == Later::True ? Later::False
                                      : Later::Anything;
      })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto o) { return of(o.getIn()); })
      .Case([&](math::ExpOp o) {
        return of(o.getOperand()) == Later::MinusInfinity ? Later::Zero : Later::Anything;
      })
      .Case([&](arith::SubFOp o) {
        return of(o.getLhs()) == Later::MinusInfinity ? Later::MinusInfinity : Later::Anything;
      })
      .Case([&](arith::AddFOp) { return either(Later::MinusInfinity, Later::Zero); })
      .Case([&](arith::MulFOp o) {
        if (of(o.getLhs()) == Later::Zero || of(o.getRhs()) == Later::Zero)
          return Later::Zero;
        bool scaled = (of(o.getLhs()) == Later::MinusInfinity && isPositive(o.getRhs())) ||
                      (of(o.getRhs()) == Later::MinusInfinity && isPositive(o.getLhs()));
        return scaled ? Later::MinusInfinity : Later::Anything;
      })
      .Case([&](arith::DivFOp o) {
        Later dividend = of(o.getLhs());
        bool keeps =
            dividend == Later::Zero || (dividend == Later::MinusInfinity && isPositive(o.getRhs()));
        return keeps ? dividend : Later::Anything;
      })
      .Default([](Operation *) { return Later::Anything; });
}

bool isNeutral(Later value, rxt::ReduceKind kind) {
  switch (kind) {
  case rxt::ReduceKind::Sum:
    return value == Later::Zero;
  case rxt::ReduceKind::Max:
  case rxt::ReduceKind::ArgMax:
    return value == Later::MinusInfinity;
  case rxt::ReduceKind::Any:
    return value == Later::False;
  case rxt::ReduceKind::All:
    return value == Later::True;
  default:
    return false;
  }
}

} // namespace rx::compiler
