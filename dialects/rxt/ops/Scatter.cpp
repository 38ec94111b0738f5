//===- Scatter.cpp - add at integer positions ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult ScatterOp::verify() {
  TensorType updates = getUpdates().getType(), index = getIndex().getType();
  TensorType result = getResult().getType();
  if (!index.getElementType().isInteger(32))
    return emitOpError() << "positions are i32, not " << index.getElementType();
  if (getAxis() >= static_cast<uint64_t>(result.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the result has "
                         << result.rank() << " axes";
  if (failed(verifyPlainMap(*this, getIndexMap(), "the index map", updates.rank(), index.rank())) ||
      failed(verifyPlainMap(*this, getResultMap(), "the result map", updates.rank(),
                            result.rank() - 1)))
    return failure();
  for (auto [axis, dim] : llvm::enumerate(dimensionsOf(getIndexMap())))
    if (failed(verifySameSize(*this, "axis " + Twine(axis) + " of the index", index.getAxes()[axis],
                              "axis " + Twine(dim) + " of the updates", updates.getAxes()[dim])))
      return failure();
  for (auto [other, dim] : llvm::enumerate(dimensionsOf(getResultMap()))) {
    uint64_t axis = other < getAxis() ? other : other + 1;
    if (failed(verifySameSize(*this, "axis " + Twine(axis) + " of the result",
                              result.getAxes()[axis], "axis " + Twine(dim) + " of the updates",
                              updates.getAxes()[dim])))
      return failure();
  }
  if (updates.getElementType() != result.getElementType())
    return emitOpError() << "element types differ: the updates have " << updates.getElementType()
                         << ", the result " << result.getElementType();
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult ScatterOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr ScatterOp::parallelRows() { return 1; }

LogicalResult ScatterOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
