#include "dialects/rxt/IndexComparison.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using Predicate = mlir::arith::CmpIPredicate;

namespace rx::rxt {

/// Integers below it are f32 numbers.
constexpr double mostExact = 1 << 24;

void AffineSum::add(const AffineSum &other, int64_t sign) {
  constant += sign * other.constant;
  for (auto [value, factor] : other.terms)
    terms.push_back({value, sign * factor});
}

AffineSum affineSumOf(Value value) {
  AffineSum result;
  APInt number;
  APFloat real(0.0);
  Operation *op = value.getDefiningOp();
  if (matchPattern(value, m_ConstantInt(&number)))
    result.constant = number.getSExtValue();
  else if (matchPattern(value, m_ConstantFloat(&real)) && real.isInteger() &&
           std::abs(real.convertToDouble()) < mostExact)
    result.constant = static_cast<int64_t>(real.convertToDouble());
  else if (isa_and_nonnull<arith::AddIOp, arith::SubIOp>(op)) {
    result.add(affineSumOf(op->getOperand(0)), 1);
    result.add(affineSumOf(op->getOperand(1)), isa<arith::AddIOp>(op) ? 1 : -1);
  } else if (isa_and_nonnull<arith::ExtSIOp, arith::SIToFPOp>(op))
    result = affineSumOf(op->getOperand(0));
  else
    result.terms.push_back({value, 1});
  return result;
}

static std::optional<Predicate> asIntegers(arith::CmpFPredicate predicate) {
  using Float = arith::CmpFPredicate;
  switch (predicate) {
  case Float::OLT:
  case Float::ULT:
    return Predicate::slt;
  case Float::OLE:
  case Float::ULE:
    return Predicate::sle;
  case Float::OGT:
  case Float::UGT:
    return Predicate::sgt;
  case Float::OGE:
  case Float::UGE:
    return Predicate::sge;
  case Float::OEQ:
  case Float::UEQ:
    return Predicate::eq;
  default:
    return std::nullopt;
  }
}

std::optional<IndexComparison> indexComparisonOf(Value condition) {
  Operation *op = condition.getDefiningOp();
  std::optional<Predicate> predicate;
  if (auto compare = dyn_cast_or_null<arith::CmpIOp>(op))
    predicate = compare.getPredicate();
  else if (auto floats = dyn_cast_or_null<arith::CmpFOp>(op))
    predicate = asIntegers(floats.getPredicate());
  if (!predicate)
    return std::nullopt;
  IndexComparison result{{}, *predicate};
  result.difference.add(affineSumOf(op->getOperand(0)), 1);
  result.difference.add(affineSumOf(op->getOperand(1)), -1);
  return result;
}

Predicate swapped(Predicate predicate) {
  switch (predicate) {
  case Predicate::slt:
    return Predicate::sgt;
  case Predicate::sle:
    return Predicate::sge;
  case Predicate::sgt:
    return Predicate::slt;
  case Predicate::sge:
    return Predicate::sle;
  default:
    return predicate;
  }
}

} // namespace rx::rxt
