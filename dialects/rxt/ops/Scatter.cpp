//===- Scatter.cpp - add at integer positions ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/Points.h"

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

LogicalResult ScatterOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &updates = evaluation.tensor(getUpdates());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  Reader index(evaluation.tensor(getIndex()), dimensionsOf(getIndexMap()), updates.rank());
  std::vector<int64_t> strides = result.strides();
  SmallVector<unsigned> otherDims = dimensionsOf(getResultMap());
  int64_t at = 0;
  std::optional<int64_t> outside;
  forEachPoint(updates.shape, [&](ArrayRef<int64_t> point) {
    int64_t position = index.at(point).integer;
    if (position < 0 || position >= result.shape[getAxis()]) {
      outside = position;
      return;
    }
    int64_t offset = position * strides[getAxis()];
    for (auto [other, dim] : llvm::enumerate(otherDims))
      offset += point[dim] * strides[other < getAxis() ? other : other + 1];
    Scalar &sum = result.values[offset];
    Scalar update = updates.values[at++];
    if (isFloat(result.kind))
      sum.real = evaluation.round(result.kind, sum.real + update.real);
    else
      sum.integer = wrapTo(result.kind, sum.integer + update.integer);
  });
  if (outside)
    return emitOpError() << "position " << *outside << " is outside axis " << getAxis()
                         << " of the result, which has size " << result.shape[getAxis()];
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr ScatterOp::parallelRows() { return 1; }

LogicalResult ScatterOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
