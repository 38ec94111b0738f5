//===- Affine.cpp - positions that are affine in indices ---------*- C++ -*-===//
#include "compiler/elaborate/Affine.h"

#include <cmath>

using namespace rx;
using namespace rx::elaborate;

bool Affine::isShift() const {
  return rounded.empty() && coefficients.size() == 1 && coefficients.begin()->second.isConstant() &&
         std::abs(coefficients.begin()->second.constant()) == 1;
}

//===----------------------------------------------------------------------===//
// Terms as positions
//===----------------------------------------------------------------------===//

namespace {

Affine constantAffine(SizeExpr size) {
  Affine a;
  a.offset = std::move(size);
  return a;
}

Affine scaled(Affine a, const SizeExpr &factor) {
  for (auto &[name, coefficient] : a.coefficients)
    coefficient = coefficient * factor;
  a.offset = a.offset * factor;
  return a;
}

std::optional<Affine> sum(Affine left, const Affine &right, bool isDifference) {
  if (isDifference && !right.rounded.empty())
    return std::nullopt;
  Affine other = scaled(right, SizeExpr(isDifference ? -1 : 1));
  left.rounded.insert(left.rounded.end(), other.rounded.begin(), other.rounded.end());
  for (auto &[name, coefficient] : other.coefficients) {
    SizeExpr &own = left.coefficients[name];
    own = own + coefficient;
    if (own == SizeExpr(0))
      left.coefficients.erase(name);
  }
  left.offset = left.offset + other.offset;
  return left;
}

} // namespace

std::optional<Affine> rx::elaborate::affineOf(const Term &term, bool symbolicStrides) {
  if (term.kind == Term::Number && term.isInteger)
    return constantAffine(SizeExpr(int64_t(term.number)));
  if (term.kind == Term::Size)
    return constantAffine(term.size);
  if (term.kind == Term::Position) {
    Affine a;
    a.coefficients[term.name] = SizeExpr(1);
    return a;
  }
  if (term.kind != Term::Apply || term.arguments.empty())
    return std::nullopt;
  auto left = affineOf(*term.arguments[0], symbolicStrides);
  if (!left)
    return std::nullopt;
  if (term.name == "neg")
    return left->rounded.empty() ? std::optional(scaled(*left, SizeExpr(-1))) : std::nullopt;
  if (term.arguments.size() != 2)
    return std::nullopt;
  auto right = affineOf(*term.arguments[1], symbolicStrides);
  if (!right)
    return std::nullopt;
  auto isStride = [&](const Affine &a) {
    return a.isConstant() && (symbolicStrides || a.offset.isConstant());
  };
  if (term.name == "idiv" || term.name == "mod") {
    if (!isStride(*right) || (right->offset.isConstant() && right->offset.constant() <= 0))
      return std::nullopt;
    Affine a;
    a.rounded.push_back({term.name == "mod", *left, right->offset});
    return a;
  }
  if (term.name == "add" || term.name == "sub")
    return sum(*left, *right, term.name == "sub");
  if (term.name == "mul" && isStride(*right) && left->rounded.empty())
    return scaled(*left, right->offset);
  if (term.name == "mul" && isStride(*left) && right->rounded.empty())
    return scaled(*right, left->offset);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Extents
//===----------------------------------------------------------------------===//

namespace {

/// Smallest and largest value of a quotient or remainder of what lies between `inner`.
std::optional<std::pair<SizeExpr, SizeExpr>>
extentOfRounded(const Affine::Rounded &part, const std::pair<SizeExpr, SizeExpr> &inner) {
  const auto &[low, high] = inner;
  if (low.isConstant() && high.isConstant() && part.by.isConstant()) {
    int64_t by = part.by.constant(), first = low.constant() / by, last = high.constant() / by;
    if (part.isRemainder)
      return std::pair(SizeExpr(0), SizeExpr(last > first ? by - 1 : high.constant() % by));
    return std::pair(SizeExpr(first), SizeExpr(last));
  }
  if (part.isRemainder)
    return std::pair(SizeExpr(0), part.by - SizeExpr(1));
  auto count = (high + SizeExpr(1)).dividedBy(part.by);
  if (!count || !(low == SizeExpr(0)))
    return std::nullopt;
  return std::pair(SizeExpr(0), *count - SizeExpr(1));
}

} // namespace

bool rx::elaborate::isPositive(const SizeExpr &size) {
  for (auto &[monomial, coefficient] : size.monomials())
    if (coefficient < 0)
      return false;
  return true;
}

std::optional<std::pair<SizeExpr, SizeExpr>>
rx::elaborate::extentOf(const Affine &affine, const std::vector<Axis> &axes) {
  SizeExpr low = affine.offset, high = affine.offset;
  for (auto &[name, coefficient] : affine.coefficients) {
    const Axis *found = findAxis(axes, name);
    bool hasSign = isPositive(coefficient) || isPositive(SizeExpr(0) - coefficient);
    if (!found || isUnknown(found->size) || !hasSign)
      return std::nullopt;
    SizeExpr &end = isPositive(coefficient) ? high : low;
    end = end + (found->size - SizeExpr(1)) * coefficient;
  }
  for (auto &part : affine.rounded) {
    auto inner = extentOf(part.of, axes);
    auto reach = inner ? extentOfRounded(part, *inner) : std::nullopt;
    if (!reach)
      return std::nullopt;
    low = low + reach->first;
    high = high + reach->second;
  }
  return std::pair(low, high);
}

//===----------------------------------------------------------------------===//
// Positions in MLIR
//===----------------------------------------------------------------------===//

mlir::AffineExpr
rx::elaborate::positionOf(const Affine &affine, mlir::OpBuilder &builder,
                          llvm::function_ref<mlir::AffineExpr(const std::string &)> dim,
                          llvm::SmallVectorImpl<mlir::Attribute> &symbols) {
  auto number = [&](const SizeExpr &size) {
    if (size.isConstant())
      return builder.getAffineConstantExpr(size.constant());
    symbols.push_back(builder.getStringAttr(size.str()));
    return builder.getAffineSymbolExpr(symbols.size() - 1);
  };
  mlir::AffineExpr result = number(affine.offset);
  for (auto &[name, coefficient] : affine.coefficients)
    result = result + dim(name) * number(coefficient);
  for (auto &part : affine.rounded) {
    mlir::AffineExpr inner = positionOf(part.of, builder, dim, symbols), by = number(part.by);
    result = result + (part.isRemainder ? inner % by : inner.floorDiv(by));
  }
  return result;
}
