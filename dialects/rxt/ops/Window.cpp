//===- Window.cpp - read at affine positions ---===//
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"

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

SmallVector<std::optional<unsigned>> WindowOp::readDims(unsigned) {
  return rxt::readDims(getMap());
}

Operation *WindowOp::withFirstAxes(OpBuilder &builder, ValueRange operands, TensorType result,
                                   ArrayRef<std::optional<unsigned>> first) {
  bool resultHasOne = result.rank() > getResult().getType().rank();
  AffineMap map = withFirstAxis(getMap(), resultHasOne, first[0]);
  return WindowOp::create(builder, getLoc(), result, operands[0], map, getSymbolsAttr(),
                          getFillAttr());
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

SizeExpr WindowOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult WindowOp::emitLoops(LoopEmitter &emitter) {
  TensorType type = getResult().getType();
  View window = View::through(*this, emitter.input(0));
  emitter.forPoints(type, [&](const Point &point) {
    emitter.store(emitter.load(window, identityDims(type.rank()), point), emitter.result(), point);
  });
  return success();
}

} // namespace rx::rxt
