//===- Map.cpp - elementwise ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopEmitter.h"
#include "dialects/rxt/Points.h"
#include "dialects/rxt/ScalarBody.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult MapOp::verify() {
  if (failed(verifyIteration(*this, getInputs(), getMaps(), getResult().getType(), Reduced::None)))
    return failure();
  return verifyBody(*this, getBody().front(), getInputs(), getResult().getType().getElementType());
}

SmallVector<std::optional<unsigned>> MapOp::readDims(unsigned operand) {
  return rxt::readDims(mapAt(getMaps(), operand));
}

Operation *MapOp::withFirstAxes(OpBuilder &builder, ValueRange operands, TensorType result,
                               ArrayRef<std::optional<unsigned>> first) {
  return rxt::withFirstAxes(*this, getMaps(), builder, operands, result, first);
}

//===-- Reference evaluation ---===//

LogicalResult MapOp::evaluate(Evaluation &evaluation) {
  FailureOr<ScalarBody> body = ScalarBody::compile(getBody().front(), evaluation);
  if (failed(body))
    return failure();
  ReferenceTensor result = evaluation.allocate(getResult().getType());
  SmallVector<Reader> readers = readersOf(evaluation, getInputs(), getMaps());
  SmallVector<Scalar> elements(readers.size());
  int64_t at = 0;
  forEachPoint(result.shape, [&](ArrayRef<int64_t> point) {
    for (auto [element, reader] : llvm::zip_equal(elements, readers))
      element = reader.at(point);
    result.values[at++] = body->run(elements, point);
  });
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr MapOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult MapOp::emitLoops(LoopEmitter &emitter) {
  TensorType type = getResult().getType();
  SmallVector<int64_t> splits;
  if (type.rank() > 0)
    splits = splitsOf(getBody().front(), type.rank() - 1, LoopEmitter::lanes);
  emitter.forPoints(type, splits, [&](const Point &point) {
    SmallVector<Value> elements;
    for (unsigned i = 0; i < getInputs().size(); ++i)
      elements.push_back(emitter.load(emitter.input(i), dimensionsOf(mapAt(getMaps(), i)), point));
    emitter.store(emitter.evaluate(getBody().front(), elements, point), emitter.result(), point);
  });
  return success();
}

} // namespace rx::rxt
