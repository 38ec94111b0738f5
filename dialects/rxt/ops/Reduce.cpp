//===- Reduce.cpp - fold dimensions away ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

static bool isArgument(ReduceKind kind) {
  return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
}

static bool isLogical(ReduceKind kind) { return kind == ReduceKind::Any || kind == ReduceKind::All; }

LogicalResult ReduceOp::verify() {
  TensorType result = getResult().getType();
  if (failed(verifyIteration(*this, getInputs(), getMaps(), result, Reduced::Any)))
    return failure();
  Type element = result.getElementType();
  if (isLogical(getKind()) && !element.isInteger(1))
    return emitOpError() << "any and all give i1, the result's elements are " << element;
  if (!isArgument(getKind()))
    return verifyBody(*this, getBody().front(), getInputs(), element);
  if (!element.isInteger(32))
    return emitOpError() << "argmax and argmin give positions of i32, the result's elements are "
                         << element;
  size_t reduced = iterationAxes(*this).size() - result.rank();
  if (reduced != 1)
    return emitOpError() << "argmax and argmin reduce exactly one dimension, not " << reduced;
  return verifyBody(*this, getBody().front(), getInputs(), Type());
}

//===-- Reference evaluation ---===//

LogicalResult ReduceOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr ReduceOp::parallelRows() { return 1; }

LogicalResult ReduceOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
