//===- LoopWindow.cpp - reads at affine positions, in loops ----------------===//
#include "dialects/rxt/LoopWindow.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <numeric>

using namespace mlir;

namespace rx::rxt {

WindowRead::WindowRead(LoopEmitter &emitter, WindowOp window, const View &source,
                       ArrayRef<Position> result, Value mask)
    : e(emitter), window(window), source(source), result(result), mask(mask) {
  for (AffineExpr expr : window.getMap().getResults())
    positions.push_back(positionAt(expr));
}

Value WindowRead::value() {
  if (!window.getFill())
    return e.loadAt(source, positions, mask);
  Value fill = arith::ConstantOp::create(e.builder, e.loc, cast<TypedAttr>(*window.getFill()));
  Value inside = insideAll();
  if (!inside)
    return e.loadAt(source, positions, mask);
  if (!differsInLanes())
    return e.ifElse(
        inside, [&] { return SmallVector<Value>{e.loadAt(source, positions, Value())}; },
        [&] { return SmallVector<Value>{fill}; })[0];
  inside = e.splat(inside);
  Value loaded = e.loadAt(source, positions, e.both(mask, inside));
  return e.select(inside, e.splat(loaded), e.splat(fill));
}

bool WindowRead::differsInLanes() const {
  return llvm::any_of(positions, [&](const Position &position) {
    return position.step != 0 || e.isVector(position.at);
  });
}

/// Whether every position of the result reads inside along `axis`, or those read do.
bool WindowRead::isInside(unsigned axis) {
  const SizeExpr &size = source.type.size(axis);
  if (auto dim = dyn_cast<AffineDimExpr>(window.getMap().getResult(axis)))
    if (window.getResult().getType().size(dim.getPosition()) == size)
      return true;
  const std::optional<Piece> &piece = positions[axis].piece;
  return piece && size.isConstant() && piece->begin >= 0 && piece->end <= size.constant();
}

/// Null: all are.
Value WindowRead::insideAll() {
  Value inside;
  for (auto [axis, position] : llvm::enumerate(positions)) {
    if (isInside(axis))
      continue;
    Value at = inLanes(position), size = e.size(source.type.size(axis));
    if (e.isVector(at))
      size = e.splat(size);
    // Negative positions are large as unsigned numbers.
    inside = e.both(inside, e.compare(arith::CmpIPredicate::ult, at, size));
  }
  return inside;
}

/// A position as one number, or one per lane.
Value WindowRead::inLanes(const Position &position) {
  if (position.step == 0)
    return position.at;
  Value steps = e.mul(e.iota(e.builder.getI64Type()), e.splat(e.constant(position.step)));
  return e.add(e.splat(position.at), steps);
}

Position WindowRead::positionAt(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    int64_t value = constant.getValue();
    return {e.constant(value), 0, std::abs(value), Piece{value, value + 1}};
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return result[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    auto size = cast<StringAttr>(window.getSymbols()[symbol.getPosition()]).getValue();
    return {e.size(*SizeExpr::parse(std::string_view(size)))};
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  return combine(binary.getKind(), positionAt(binary.getLHS()), positionAt(binary.getRHS()));
}

/// The piece, moved by a number.
static std::optional<Piece> moved(std::optional<Piece> piece, std::optional<int64_t> by) {
  if (!piece || !by || piece->end == INT64_MAX)
    return std::nullopt;
  return Piece{piece->begin + *by, piece->end + *by};
}

/// Sums, and products with a constant, stay steps; what else differs between lanes is one number
/// per lane.
Position WindowRead::combine(AffineExprKind kind, const Position &a, const Position &b) {
  std::optional<int64_t> factor = getConstantIntValue(b.at);
  bool steps = !e.isVector(a.at) && !e.isVector(b.at);
  if (kind == AffineExprKind::Add && steps)
    return {e.add(a.at, b.at), a.step + b.step, std::gcd(a.multiple, b.multiple),
            moved(a.piece, getConstantIntValue(b.at))};
  if (kind == AffineExprKind::Mul && steps && b.step == 0 && factor)
    return {e.mul(a.at, b.at), a.step * *factor, a.multiple * std::abs(*factor)};
  if (kind != AffineExprKind::Add && kind != AffineExprKind::Mul)
    return divide(kind, a, b);
  Value left = inLanes(a), right = inLanes(b);
  if (e.isVector(left) || e.isVector(right))
    left = e.splat(left), right = e.splat(right);
  return {kind == AffineExprKind::Add ? e.add(left, right) : e.mul(left, right)};
}

/// floordiv, ceildiv, mod by a positive number. The 16 lanes of a strip that starts at a multiple
/// of what they span lie within one quotient, as when a head of 64 elements is cut out of a row.
Position WindowRead::divide(AffineExprKind kind, const Position &a, const Position &b) {
  std::optional<int64_t> divisor = getConstantIntValue(b.at);
  int64_t span = a.step * LoopEmitter::lanes;
  if (divisor && span > 0 && a.multiple % span == 0 && *divisor % span == 0) {
    Value quotient = floorDivide(a.at, b.at);
    if (kind == AffineExprKind::FloorDiv)
      return {quotient};
    if (kind == AffineExprKind::Mod)
      return {e.sub(a.at, e.mul(quotient, b.at)), a.step, std::gcd(a.multiple, *divisor)};
  }
  Value left = inLanes(a), right = inLanes(b);
  if (e.isVector(left) || e.isVector(right))
    left = e.splat(left), right = e.splat(right);
  if (kind == AffineExprKind::FloorDiv)
    return {floorDivide(left, right)};
  if (kind == AffineExprKind::Mod)
    return {e.sub(left, e.mul(floorDivide(left, right), right))};
  Value zero = e.sub(left, left);
  return {e.sub(zero, floorDivide(e.sub(zero, left), right))};
}

/// By a positive number, rounding down.
Value WindowRead::floorDivide(Value a, Value b) {
  Value quotient = arith::DivSIOp::create(e.builder, e.loc, a, b);
  Value below = e.compare(arith::CmpIPredicate::sgt, e.mul(quotient, b), a);
  return e.sub(quotient, arith::ExtUIOp::create(e.builder, e.loc, a.getType(), below));
}

} // namespace rx::rxt
