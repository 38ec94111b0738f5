//===- Map.cpp - elementwise ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult MapOp::verify() {
  if (failed(verifyIteration(*this, getInputs(), getMaps(), getResult().getType(), Reduced::None)))
    return failure();
  return verifyBody(*this, getBody().front(), getInputs(), getResult().getType().getElementType());
}

//===-- Reference evaluation ---===//

LogicalResult MapOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr MapOp::parallelRows() { return 1; }

LogicalResult MapOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
