//===- Gather.cpp - read by integer position ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult GatherOp::verify() {
  TensorType source = getSource().getType(), index = getIndex().getType();
  TensorType result = getResult().getType();
  if (!index.getElementType().isInteger(32))
    return emitOpError() << "positions are i32, not " << index.getElementType();
  if (getAxis() >= static_cast<uint64_t>(source.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the source has "
                         << source.rank() << " axes";
  if (failed(verifyPlainMap(*this, getIndexMap(), "the index map", result.rank(), index.rank())) ||
      failed(verifyPlainMap(*this, getSourceMap(), "the source map", result.rank(),
                            source.rank() - 1)))
    return failure();
  for (auto [axis, dim] : llvm::enumerate(dimensionsOf(getIndexMap())))
    if (failed(verifySameSize(*this, "axis " + Twine(axis) + " of the index", index.getAxes()[axis],
                              "result axis " + Twine(dim), result.getAxes()[dim])))
      return failure();
  for (auto [other, dim] : llvm::enumerate(dimensionsOf(getSourceMap()))) {
    uint64_t axis = other < getAxis() ? other : other + 1;
    if (failed(verifySameSize(*this, "axis " + Twine(axis) + " of the source",
                              source.getAxes()[axis], "result axis " + Twine(dim),
                              result.getAxes()[dim])))
      return failure();
  }
  if (source.getElementType() != result.getElementType())
    return emitOpError() << "element types differ: the source has " << source.getElementType()
                         << ", the result " << result.getElementType();
  return success();
}

SmallVector<std::optional<unsigned>> GatherOp::readDims(unsigned operand) {
  if (operand == 1)
    return rxt::readDims(getIndexMap());
  SmallVector<std::optional<unsigned>> dims = rxt::readDims(getSourceMap());
  dims.insert(dims.begin() + getAxis(), std::nullopt);
  return dims;
}

Operation *GatherOp::withFirstAxes(OpBuilder &builder, ValueRange operands, TensorType result,
                                   ArrayRef<std::optional<unsigned>> first) {
  bool resultHasOne = result.rank() > getResult().getType().rank();
  return GatherOp::create(builder, getLoc(), result, operands[0], operands[1],
                          getAxis() + (first[0] ? 1 : 0),
                          withFirstAxis(getSourceMap(), resultHasOne, first[0]),
                          withFirstAxis(getIndexMap(), resultHasOne, first[1]));
}

//===-- Reference evaluation ---===//

LogicalResult GatherOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &source = evaluation.tensor(getSource());
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  Reader index(evaluation.tensor(getIndex()), dimensionsOf(getIndexMap()), result.rank());
  std::vector<int64_t> strides = source.strides();
  SmallVector<unsigned> otherDims = dimensionsOf(getSourceMap());
  int64_t at = 0;
  std::optional<int64_t> outside;
  forEachPoint(result.shape, [&](ArrayRef<int64_t> point) {
    int64_t position = index.at(point).integer;
    if (position < 0 || position >= source.shape[getAxis()]) {
      outside = position;
      return;
    }
    int64_t offset = position * strides[getAxis()];
    for (auto [other, dim] : llvm::enumerate(otherDims))
      offset += point[dim] * strides[other < getAxis() ? other : other + 1];
    result.values[at++] = source.values[offset];
  });
  if (outside)
    return emitOpError() << "position " << *outside << " is outside axis " << getAxis()
                         << " of the source, which has size " << source.shape[getAxis()];
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr GatherOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult GatherOp::emitLoops(LoopEmitter &emitter) {
  SmallVector<unsigned> indexDims = dimensionsOf(getIndexMap());
  SmallVector<unsigned> sourceDims = dimensionsOf(getSourceMap());
  emitter.forPoints(getResult().getType(), [&](const Point &point) {
    auto positions = llvm::map_to_vector(sourceDims, [&](unsigned dim) {
      return Position{point.indices[dim], dim == point.laneDim};
    });
    Value index = emitter.load(emitter.input(1), indexDims, point);
    positions.insert(positions.begin() + getAxis(), {emitter.widen(index), 0});
    emitter.store(emitter.loadAt(emitter.input(0), positions, point.mask), emitter.result(), point);
  });
  return success();
}

} // namespace rx::rxt
