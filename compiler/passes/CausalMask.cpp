#include "compiler/passes/CausalMask.h"

#include "dialects/rxt/IndexComparison.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::compiler {

//===----------------------------------------------------------------------===//
// Distances
//===----------------------------------------------------------------------===//

PerTrip largerOf(const PerTrip &a, const PerTrip &b) {
  return llvm::map_to_vector(llvm::zip_equal(a, b), [](auto pair) {
    return std::max(std::get<0>(pair), std::get<1>(pair));
  });
}

static PerTrip smallerOf(const PerTrip &a, const PerTrip &b) {
  return llvm::map_to_vector(llvm::zip_equal(a, b), [](auto pair) {
    return std::min(std::get<0>(pair), std::get<1>(pair));
  });
}

/// Where one of two suffices for `value`.
static Masked anyOf(const Masked &a, const Masked &b) {
  return {a.value, smallerOf(a.from, b.from)};
}

/// `value` where both hold.
static Masked allOf(Known value, const Masked &a, const Masked &b) {
  return {value, largerOf(a.from, b.from)};
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Masked MaskedElements::of(Value value) const {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == &body ? inputs[argument.getArgNumber()].masked : Masked();
  if (Masked constant = ofConstant(value); constant.value != Known::Anything)
    return constant;
  if (Masked compared = ofComparison(value); compared.value != Known::Anything)
    return compared;
  return ofOperation(value.getDefiningOp());
}

Masked MaskedElements::ofConstant(Value value) const {
  APFloat real(0.0f);
  if (matchPattern(value, m_ConstantFloat(&real))) {
    if (real.isInfinity() && real.isNegative())
      return everywhere(Known::MinusInfinity);
    return real.isZero() ? everywhere(Known::Zero) : Masked();
  }
  APInt integer;
  if (!value.getType().isInteger(1) || !matchPattern(value, m_ConstantInt(&integer)))
    return {};
  return everywhere(integer.isZero() ? Known::False : Known::True);
}

const PerTrip *MaskedElements::numberOf(Value value) const {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &body)
    return nullptr;
  const std::optional<PerTrip> &number = inputs[argument.getArgNumber()].number;
  return number ? &*number : nullptr;
}

/// What a comparison gives in the end, as the left side of `left (predicate) number` grows.
static Known inTheEnd(Predicate predicate) {
  switch (predicate) {
  case Predicate::slt:
  case Predicate::sle:
  case Predicate::eq:
    return Known::False;
  case Predicate::sgt:
  case Predicate::sge:
  case Predicate::ne:
    return Known::True;
  default:
    return Known::Anything;
  }
}

/// slope * distance + rest against 0.
Masked MaskedElements::ofComparison(Value condition) const {
  std::optional<rxt::IndexComparison> comparison = rxt::indexComparisonOf(condition);
  if (!comparison)
    return {};
  int64_t ofKey = 0, ofQuery = 0;
  PerTrip rest(trips, comparison->difference.constant);
  for (auto [value, factor] : comparison->difference.terms) {
    if (auto index = value.getDefiningOp<rxt::IndexOp>()) {
      if (index.getDim() != key && index.getDim() != query)
        return {};
      (index.getDim() == key ? ofKey : ofQuery) += factor;
      continue;
    }
    const PerTrip *number = numberOf(value);
    if (!number)
      return {};
    for (auto [sum, add] : llvm::zip_equal(rest, *number))
      sum += factor * add;
  }
  if (ofKey != -ofQuery || ofKey == 0)
    return {};
  int64_t slope = side == Side::Later ? ofKey : ofQuery, steep = std::abs(slope);
  Predicate predicate = slope > 0 ? comparison->predicate : rxt::swapped(comparison->predicate);
  bool whenEqual = predicate == Predicate::slt || predicate == Predicate::sge;
  Masked result{inTheEnd(predicate), rest};
  for (int64_t &from : result.from) { // steep * distance (predicate) bound
    int64_t bound = slope > 0 ? -from : from;
    from = whenEqual ? llvm::divideCeilSigned(bound, steep)
                     : llvm::divideFloorSigned(bound, steep) + 1;
  }
  return result;
}

Masked MaskedElements::ofSelection(Value condition, Value ifTrue, Value ifFalse) const {
  Masked chosen = of(condition);
  if (chosen.value == Known::True || chosen.value == Known::False) {
    Masked value = of(chosen.value == Known::True ? ifTrue : ifFalse);
    return value.value == Known::Anything ? value : allOf(value.value, chosen, value);
  }
  Masked first = of(ifTrue), second = of(ifFalse);
  bool same = first.value == second.value && first.value != Known::Anything;
  return same ? allOf(first.value, first, second) : Masked();
}

static bool isPositive(Value value) {
  APFloat number(0.0f);
  return matchPattern(value, m_ConstantFloat(&number)) && number.isFiniteNonZero() &&
         !number.isNegative();
}

Masked MaskedElements::ofOperation(Operation *op) const {
  auto either = [&](Known value, Known otherwise) {
    Masked left = of(op->getOperand(0)), right = of(op->getOperand(1));
    if (left.value == value && right.value == value)
      return anyOf(left, right);
    if (left.value == value || right.value == value)
      return left.value == value ? left : right;
    bool both = left.value == otherwise && right.value == otherwise;
    return both ? allOf(otherwise, left, right) : Masked();
  };
  auto onlyIf = [](bool condition, Masked value) { return condition ? value : Masked(); };
  return llvm::TypeSwitch<Operation *, Masked>(op)
      .Case([&](arith::SelectOp o) {
        return ofSelection(o.getCondition(), o.getTrueValue(), o.getFalseValue());
      })
      .Case([&](arith::AndIOp o) {
        return o.getType().isInteger(1) ? either(Known::False, Known::True) : Masked();
      })
      .Case([&](arith::OrIOp o) {
        return o.getType().isInteger(1) ? either(Known::True, Known::False) : Masked();
      })
      .Case([&](arith::XOrIOp o) {
        Masked value = matchPattern(o.getRhs(), m_One()) ? of(o.getLhs()) : Masked();
        if (value.value == Known::False || value.value == Known::True)
          value.value = value.value == Known::False ? Known::True : Known::False;
        return onlyIf(value.value == Known::False || value.value == Known::True, value);
      })
      .Case<arith::ExtFOp, arith::TruncFOp>([&](auto o) { return of(o.getIn()); })
      .Case([&](math::ExpOp o) {
        Masked exponent = of(o.getOperand());
        return onlyIf(exponent.value == Known::MinusInfinity, {Known::Zero, exponent.from});
      })
      .Case([&](arith::SubFOp o) {
        Masked left = of(o.getLhs());
        return onlyIf(left.value == Known::MinusInfinity, left);
      })
      .Case([&](arith::AddFOp) { return either(Known::MinusInfinity, Known::Zero); })
      .Case([&](arith::MulFOp o) {
        Masked left = of(o.getLhs()), right = of(o.getRhs());
        if (left.value == Known::Zero || right.value == Known::Zero)
          return either(Known::Zero, Known::Zero);
        if (left.value == Known::MinusInfinity && isPositive(o.getRhs()))
          return left;
        return onlyIf(right.value == Known::MinusInfinity && isPositive(o.getLhs()), right);
      })
      .Case([&](arith::DivFOp o) {
        Masked dividend = of(o.getLhs());
        return onlyIf(dividend.value == Known::Zero ||
                          (dividend.value == Known::MinusInfinity && isPositive(o.getRhs())),
                      dividend);
      })
      .Default([](Operation *) { return Masked(); });
}

bool isNeutral(Known value, rxt::ReduceKind kind) {
  switch (kind) {
  case rxt::ReduceKind::Sum:
    return value == Known::Zero;
  case rxt::ReduceKind::Max:
  case rxt::ReduceKind::ArgMax:
    return value == Known::MinusInfinity;
  case rxt::ReduceKind::Any:
    return value == Known::False;
  case rxt::ReduceKind::All:
    return value == Known::True;
  default:
    return false;
  }
}

} // namespace rx::compiler
