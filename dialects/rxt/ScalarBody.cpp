//===- ScalarBody.cpp - the body of a map or reduce, at one point ----------===//
#include "dialects/rxt/ScalarBody.h"

using namespace mlir;

namespace rx::rxt {

FailureOr<ScalarBody> ScalarBody::compile(Block &block, const Evaluation &evaluation) {
  ScalarBody body;
  llvm::DenseMap<Value, unsigned> slots;
  for (BlockArgument argument : block.getArguments())
    slots[argument] = slots.size();
  for (Operation &op : block.without_terminator()) {
    ScalarStep step;
    for (Value operand : op.getOperands())
      step.operands.push_back(slots.lookup(operand));
    step.result = slots.size();
    if (failed(selectRule(op, evaluation, step)))
      return failure();
    slots[op.getResult(0)] = step.result;
    body.steps.push_back(std::move(step));
  }
  body.values.resize(slots.size());
  body.yielded = slots.lookup(block.getTerminator()->getOperand(0));
  return body;
}

Scalar ScalarBody::run(ArrayRef<Scalar> arguments, ArrayRef<int64_t> point) {
  llvm::copy(arguments, values.begin());
  for (const ScalarStep &step : steps)
    step.rule(step, values.data(), point);
  return values[yielded];
}

} // namespace rx::rxt
