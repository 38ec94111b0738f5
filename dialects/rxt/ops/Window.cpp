//===- Window.cpp - read at affine positions ---===//
#include "dialects/rxt/IterationSpace.h"

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
  if (map.getNumSymbols() != getSymbols().size())
    return emitOpError() << "symbols differ: the map has " << map.getNumSymbols() << ", the op names "
                         << getSymbols().size() << " sizes";
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

LogicalResult WindowOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr WindowOp::parallelRows() { return 1; }

LogicalResult WindowOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
