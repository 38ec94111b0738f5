//===- Cond.cpp - one of two branches ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

static LogicalResult verifyBranch(CondOp op, Region &branch, StringRef name) {
  Block &body = branch.front();
  if (body.getArgumentTypes() != op.getInputs().getTypes())
    return op.emitOpError() << "the " << name << " branch takes the inputs as its arguments";
  auto yield = dyn_cast<YieldOp>(body.getTerminator());
  if (!yield || yield.getValues().getTypes() != op.getResultTypes())
    return op.emitOpError() << "the " << name << " branch yields values of the result types";
  return success();
}

LogicalResult CondOp::verify() {
  TensorType condition = getCondition().getType();
  if (condition.rank() != 0 || !condition.getElementType().isInteger(1))
    return emitOpError() << "the condition is i1[], not " << condition;
  if (failed(verifyBranch(*this, getThenBody(), "then")))
    return failure();
  return verifyBranch(*this, getElseBody(), "else");
}

//===-- Reference evaluation ---===//

LogicalResult CondOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
