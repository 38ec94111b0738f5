//===- Window.cpp - read at affine positions ---===//
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// (C4) a read at a constant, or at a plain dimension of constant size, is inside the input.
static LogicalResult verifyInside(WindowOp op, unsigned axis, AffineExpr position) {
  SizeExpr size = op.getInput().getType().size(axis);
  if (!size.isConstant())
    return success();
  int64_t last = 0;
  if (auto constant = dyn_cast<AffineConstantExpr>(position)) {
    last = constant.getValue();
  } else if (auto dim = dyn_cast<AffineDimExpr>(position)) {
    SizeExpr extent = op.getResult().getType().size(dim.getPosition());
    if (!extent.isConstant())
      return success();
    last = extent.constant() - 1;
  } else {
    return success();
  }
  if (last < size.constant() && (last >= 0 || isa<AffineDimExpr>(position)))
    return success();
  return op.emitOpError() << "axis " << axis << " of the input has size '" << size.str()
                          << "' and is read at " << last << "; give a fill value (`else`)";
}

LogicalResult WindowOp::verify() {
  TensorType input = getInput().getType(), result = getResult().getType();
  AffineMap map = getMap();
  if (map.getNumDims() != result.rank())
    return emitOpError() << "dimensions differ: the map has " << map.getNumDims()
                         << ", the result has " << result.rank() << " axes";
  for (StringRef size : getSymbols().getAsValueRange<StringAttr>())
    if (!SizeExpr::parse(std::string_view(size)))
      return emitOpError() << "'" << size << "' is no size";
  if (map.getNumSymbols() != getSymbols().size())
    return emitOpError() << "symbols differ: the map has " << map.getNumSymbols()
                         << ", the op names " << getSymbols().size() << " sizes";
  if (map.getNumResults() != input.rank())
    return emitOpError() << "axes differ: the map gives " << map.getNumResults()
                         << " positions, the input has " << input.rank() << " axes";
  if (input.getElementType() != result.getElementType())
    return emitOpError() << "element types differ: the input has " << input.getElementType()
                         << ", the result " << result.getElementType();
  if (getFill() && getFill()->getType() != result.getElementType())
    return emitOpError() << "the fill value is " << getFill()->getType() << ", the elements are "
                         << result.getElementType();
  if (!getFill())
    for (auto [axis, position] : llvm::enumerate(map.getResults()))
      if (failed(verifyInside(*this, axis, position)))
        return failure();
  return success();
}

//===-- Reference evaluation ---===//

static int64_t floorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/// Divisors are positive constants: AffineExpr allows no others to be parsed as affine.
static int64_t positionOf(AffineExpr expr, ArrayRef<int64_t> dims, ArrayRef<int64_t> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = positionOf(binary.getLHS(), dims, symbols);
  int64_t right = positionOf(binary.getRHS(), dims, symbols);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::Mod:
    return left - floorDivide(left, right) * right;
  case AffineExprKind::FloorDiv:
    return floorDivide(left, right);
  case AffineExprKind::CeilDiv:
    return -floorDivide(-left, right);
  default:
    llvm_unreachable("leaves are handled above");
  }
}

static Scalar fillValue(const Evaluation &evaluation, WindowOp op, ElementKind kind) {
  if (auto real = dyn_cast<FloatAttr>(*op.getFill()))
    return scalarOf(evaluation.round(kind, real.getValueAsDouble()));
  return scalarOf(wrapTo(kind, cast<IntegerAttr>(*op.getFill()).getValue().getSExtValue()));
}

LogicalResult WindowOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(getInput());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  SmallVector<int64_t> symbols;
  for (StringRef name : getSymbols().getAsValueRange<StringAttr>())
    symbols.push_back(evaluation.size(*SizeExpr::parse(std::string_view(name))));
  std::vector<int64_t> strides = input.strides();
  std::optional<Scalar> fill;
  if (getFill())
    fill = fillValue(evaluation, *this, result.kind);
  std::optional<std::pair<unsigned, int64_t>> outside; // axis, position
  int64_t at = 0;
  forEachPoint(result.shape, [&](ArrayRef<int64_t> point) {
    int64_t offset = 0;
    bool inside = true;
    for (auto [axis, expr] : llvm::enumerate(getMap().getResults())) {
      int64_t position = positionOf(expr, point, symbols);
      if (position < 0 || position >= input.shape[axis]) {
        inside = false;
        if (!fill)
          outside = {axis, position};
      }
      offset += position * strides[axis];
    }
    if (inside)
      result.values[at] = input.values[offset];
    else if (fill)
      result.values[at] = *fill;
    ++at;
  });
  if (outside)
    return emitOpError() << "reads position " << outside->second << " of input axis "
                         << outside->first << ", which has size " << input.shape[outside->first]
                         << ", and has no fill value";
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

namespace {

/// One strip of a window: positions of the map, lanes that lie inside, what they hold.
class WindowRead {
public:
  WindowRead(WindowOp op, LoopEmitter &emitter, const Point &point)
      : op(op), e(emitter), point(point) {
    for (AffineExpr expr : op.getMap().getResults())
      positions.push_back(positionAt(expr));
  }

  Value value() {
    if (!op.getFill())
      return e.loadAt(e.input(0), positions, point.mask);
    Value fill = arith::ConstantOp::create(e.builder, e.loc, cast<TypedAttr>(*op.getFill()));
    Value inside = insideAll();
    if (!point.laneDim)
      return e.ifElse(
          inside, [&] { return SmallVector<Value>{e.loadAt(e.input(0), positions, Value())}; },
          [&] { return SmallVector<Value>{fill}; })[0];
    inside = e.splat(inside);
    return e.select(inside, e.splat(loadOrNothing(e.both(point.mask, inside))), e.splat(fill));
  }

private:
  /// Lanes that read one element must not read it when it is outside.
  Value loadOrNothing(Value mask) {
    bool differ = llvm::any_of(positions, [&](const Position &position) {
      return position.step != 0 || e.isVector(position.at);
    });
    if (!differ && !positions.empty())
      positions.back().at = e.splat(positions.back().at);
    return e.loadAt(e.input(0), positions, mask);
  }

  Value insideAll() {
    Value inside = arith::ConstantIntOp::create(e.builder, e.loc, 1, 1); // of a scalar input
    for (auto [axis, position] : llvm::enumerate(positions)) {
      Value at = inLanes(position), size = e.size(op.getInput().getType().size(axis));
      if (e.isVector(at))
        size = e.splat(size);
      // Negative positions are large as unsigned numbers.
      Value one = e.compare(arith::CmpIPredicate::ult, at, size);
      inside = e.both(inside, one);
    }
    return inside;
  }

  /// A position as one number, or one per lane.
  Value inLanes(const Position &position) {
    if (position.step == 0)
      return position.at;
    Value steps = e.mul(e.iota(e.builder.getI64Type()), e.splat(e.constant(position.step)));
    return e.add(e.splat(position.at), steps);
  }

  Position positionAt(AffineExpr expr) {
    if (auto constant = dyn_cast<AffineConstantExpr>(expr))
      return {e.constant(constant.getValue())};
    if (auto dim = dyn_cast<AffineDimExpr>(expr))
      return {point.indices[dim.getPosition()], dim.getPosition() == point.laneDim};
    if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
      auto name = cast<StringAttr>(op.getSymbols()[symbol.getPosition()]).getValue();
      return {e.size(*SizeExpr::parse(std::string_view(name)))};
    }
    auto binary = cast<AffineBinaryOpExpr>(expr);
    return combine(binary.getKind(), positionAt(binary.getLHS()), positionAt(binary.getRHS()));
  }

  /// Sums, and products with a constant, stay steps; what else differs between lanes is one number
  /// per lane.
  Position combine(AffineExprKind kind, Position a, Position b) {
    std::optional<int64_t> factor = getConstantIntValue(b.at);
    if (kind == AffineExprKind::Add && !e.isVector(a.at) && !e.isVector(b.at))
      return {e.add(a.at, b.at), a.step + b.step};
    if (kind == AffineExprKind::Mul && !e.isVector(a.at) && b.step == 0 && factor)
      return {e.mul(a.at, b.at), a.step * *factor};
    Value left = inLanes(a), right = inLanes(b);
    if (e.isVector(left) || e.isVector(right)) {
      left = e.splat(left);
      right = e.splat(right);
    }
    switch (kind) {
    case AffineExprKind::Add:
      return {e.add(left, right)};
    case AffineExprKind::Mul:
      return {e.mul(left, right)};
    case AffineExprKind::FloorDiv:
      return {floorDivide(left, right)};
    case AffineExprKind::CeilDiv: {
      Value zero = e.sub(left, left);
      return {e.sub(zero, floorDivide(e.sub(zero, left), right))};
    }
    default: // mod
      return {e.sub(left, e.mul(floorDivide(left, right), right))};
    }
  }

  /// By a positive number, rounding down.
  Value floorDivide(Value a, Value b) {
    Value quotient = arith::DivSIOp::create(e.builder, e.loc, a, b);
    Value product = e.mul(quotient, b);
    Value below = e.compare(arith::CmpIPredicate::sgt, product, a);
    return e.sub(quotient, arith::ExtUIOp::create(e.builder, e.loc, a.getType(), below));
  }

  WindowOp op;
  LoopEmitter &e;
  const Point &point;
  SmallVector<Position> positions;
};

} // namespace

SizeExpr WindowOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult WindowOp::emitLoops(LoopEmitter &emitter) {
  emitter.forPoints(getResult().getType(), [&](const Point &point) {
    emitter.store(WindowRead(*this, emitter, point).value(), emitter.result(), point);
  });
  return success();
}

} // namespace rx::rxt
