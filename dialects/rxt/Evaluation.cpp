//===- Evaluation.cpp - what an op sees of a reference run -----------------===//
#include "dialects/rxt/Evaluation.h"

#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

int64_t Evaluation::size(const SizeExpr &size) const {
  std::optional<int64_t> value = size.evaluate(bindings);
  assert(value && "sizes are checked when a function is entered");
  return *value;
}

std::vector<int64_t> Evaluation::shapeOf(TensorType type) const {
  std::vector<int64_t> shape;
  for (const SizeExpr &axis : type.sizes())
    shape.push_back(size(axis));
  return shape;
}

ReferenceTensor Evaluation::allocate(TensorType type) const {
  return ReferenceTensor::zeros(shapeOf(type), *elementKindOf(type.getElementType()));
}

void Evaluation::bindPresence(StringRef name, PresenceValue presence) {
  presences.insert_or_assign(name.str(), std::move(presence));
}

const Evaluation::PresenceValue *Evaluation::presence(StringRef name) const {
  auto it = presences.find(std::string_view(name));
  return it == presences.end() ? nullptr : &it->second;
}

/// Reject what no evaluator should have to think about: unknown element types, negative sizes.
LogicalResult Evaluation::checkShapes(Operation &op) const {
  for (Type type : op.getResultTypes()) {
    auto tensor = dyn_cast<TensorType>(type);
    if (!tensor)
      continue;
    if (!elementKindOf(tensor.getElementType()))
      return op.emitOpError() << "the reference has no elements of " << tensor.getElementType();
    for (auto [axis, size] : llvm::enumerate(shapeOf(tensor)))
      if (size < 0)
        return op.emitOpError() << "axis " << axis << " of the result, '"
                                << tensor.getAxes()[axis].getSize() << "', is negative: " << size;
  }
  return success();
}

LogicalResult Evaluation::evaluate(Operation &op) {
  auto evaluable = dyn_cast<Evaluable>(op);
  if (!evaluable)
    return op.emitOpError() << "has no reference evaluation";
  if (failed(checkShapes(op)))
    return failure();
  return evaluable.evaluate(*this);
}

LogicalResult Evaluation::run(Block &block, ArrayRef<ReferenceValue> arguments,
                              std::vector<ReferenceValue> &yielded) {
  for (auto [argument, value] : llvm::zip_equal(block.getArguments(), arguments))
    set(argument, value);
  for (Operation &op : block.without_terminator())
    if (failed(evaluate(op)))
      return failure();
  yielded.clear();
  for (Value result : block.getTerminator()->getOperands())
    yielded.push_back(value(result));
  return success();
}

LogicalResult Evaluation::call(func::FuncOp function, ArrayRef<ReferenceValue> arguments,
                               std::vector<ReferenceValue> &results) {
  if (function.isExternal() || !function.getBody().hasOneBlock())
    return function.emitOpError() << "has no body of one block to evaluate";
  for (const std::string &name : sizeSymbols(function.getOperation()))
    if (!bindings.count(name))
      return function.emitOpError() << "the size '" << name << "' is fixed by no argument";
  return run(function.getBody().front(), arguments, results);
}

} // namespace rx::rxt
