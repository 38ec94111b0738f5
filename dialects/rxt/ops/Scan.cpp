//===- Scan.cpp - running reductions ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult ScanOp::verify() {
  TensorType input = getInput().getType(), result = getResult().getType();
  if (input != result)
    return emitOpError() << "input and result have one type, not " << input << " and " << result;
  if (getAxis() >= static_cast<uint64_t>(input.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the input has " << input.rank()
                         << " axes";
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult ScanOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

SizeExpr ScanOp::parallelRows() { return 1; }

LogicalResult ScanOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
