//===- Gather.cpp - read by integer position ---===//
#include "dialects/rxt/IterationSpace.h"

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

//===-- Reference evaluation ---===//

LogicalResult GatherOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr GatherOp::parallelRows() { return 1; }

LogicalResult GatherOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
