//===- Cond.cpp - one of two branches ---===//
#include "dialects/rxt/Evaluation.h"

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

LogicalResult CondOp::evaluate(Evaluation &evaluation) {
  bool condition = evaluation.tensor(getCondition()).integer(0);
  std::vector<ReferenceValue> arguments, yielded;
  for (Value input : getInputs())
    arguments.push_back(evaluation.value(input));
  Region &branch = condition ? getThenBody() : getElseBody();
  if (failed(evaluation.run(branch.front(), arguments, yielded)))
    return failure();
  for (auto [result, value] : llvm::zip_equal(getResults(), yielded))
    evaluation.set(result, value);
  return success();
}

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
