//===- Sort.cpp - order along an axis ---===//
#include "dialects/rxt/Points.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

LogicalResult SortOp::verify() {
  TensorType input = getInput().getType(), values = getValues().getType();
  TensorType positions = getPositions().getType();
  if (getAxis() >= static_cast<uint64_t>(input.rank()))
    return emitOpError() << "axis " << getAxis() << " does not exist: the input has "
                         << input.rank() << " axes";
  if (values != input)
    return emitOpError() << "values have the input's type " << input << ", not " << values;
  if (!positions.getElementType().isInteger(32) || positions.getAxes() != input.getAxes())
    return emitOpError() << "positions are i32 over the input's axes, not " << positions
                         << " for the input " << input;
  return success();
}

//===-- Reference evaluation ---===//

LogicalResult SortOp::evaluate(Evaluation &evaluation) {
  const ReferenceTensor &input = evaluation.tensor(getInput());
  ReferenceTensor values = evaluation.allocate(getValues().getType());
  ReferenceTensor positions = evaluation.allocate(getPositions().getType());
  int64_t length = input.shape[getAxis()], stride = input.strides()[getAxis()];
  std::vector<int64_t> lines = input.shape;
  lines[getAxis()] = length == 0 ? 0 : 1;
  Reader reader(input, identityDims(input.rank()), input.rank());
  forEachPoint(lines, [&](ArrayRef<int64_t> line) {
    int64_t start = reader.offset(line);
    auto element = [&](int64_t i) { return input.values[start + i * stride]; };
    // Strictly before; neither way round means equal, and then positions decide: stability.
    auto before = [&](int64_t i, int64_t j) {
      Scalar a = element(getDescending() ? j : i), b = element(getDescending() ? i : j);
      if (!isFloat(input.kind))
        return a.integer < b.integer;
      if (std::isnan(element(i).real) || std::isnan(element(j).real))
        return !std::isnan(element(i).real) && std::isnan(element(j).real);
      return a.real < b.real;
    };
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, length));
    llvm::sort(order,
               [&](int64_t i, int64_t j) { return before(i, j) || (i < j && !before(j, i)); });
    for (int64_t i = 0; i < length; ++i) {
      values.values[start + i * stride] = element(order[i]);
      positions.values[start + i * stride].integer = order[i];
    }
  });
  evaluation.set(getValues(), std::move(values));
  evaluation.set(getPositions(), std::move(positions));
  return success();
}

//===-- CPU loops ---===//

SizeExpr SortOp::parallelRows() { return 1; }

LogicalResult SortOp::emitLoops(LoopEmitter &) { return emitOpError("has no CPU loops yet"); }

} // namespace rx::rxt
