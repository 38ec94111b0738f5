//===- Sort.cpp - order along an axis ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult SortOp::verify() {
  TensorType input = getInput().getType(), values = getValues().getType();
  TensorType positions = getPositions().getType();
  if (getAxis() >= static_cast<uint64_t>(input.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the input has " << input.rank()
                         << " axes";
  if (values != input)
    return emitOpError() << "values have the input's type " << input << ", not " << values;
  if (!positions.getElementType().isInteger(32) || positions.getAxes() != input.getAxes())
    return emitOpError() << "positions are i32 over the input's axes, not " << positions
                         << " for the input " << input;
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult SortOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr SortOp::parallelRows() { return 1; }

LogicalResult SortOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
