//===- Points.cpp - walk an iteration space in the reference ---------------===//
#include "dialects/rxt/Points.h"

#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

Reader::Reader(const ReferenceTensor &tensor, ArrayRef<unsigned> dims, unsigned rank)
    : tensor(&tensor), steps(rank, 0) {
  std::vector<int64_t> strides = tensor.strides();
  for (auto [axis, dim] : llvm::enumerate(dims))
    steps[dim] += strides[axis];
}

SmallVector<Reader> readersOf(const Evaluation &evaluation, ValueRange inputs, ArrayAttr maps) {
  SmallVector<Reader> readers;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    AffineMap map = mapAt(maps, index);
    readers.emplace_back(evaluation.tensor(input), dimensionsOf(map), map.getNumDims());
  }
  return readers;
}

LogicalResult PresenceTest::addAxis(const Evaluation &evaluation, Operation *op, TensorType type,
                                    ArrayRef<unsigned> dims, unsigned rank, unsigned axis) {
  AxisAttr attr = type.getAxes()[axis];
  const Evaluation::PresenceValue *value = evaluation.presence(attr.getPresenceName());
  if (!value)
    return op->emitOpError() << "no argument is called '" << attr.getPresenceName()
                             << "', which says what exists along axis " << axis << " of " << type;
  FailureOr<SmallVector<unsigned>> readDims = presenceDims(op, value->type, type, dims, axis);
  if (failed(readDims))
    return failure();
  tests.push_back({attr.getPresence(), dims[axis], Reader(value->tensor, *readDims, rank)});
  return success();
}

LogicalResult PresenceTest::add(const Evaluation &evaluation, Operation *op, TensorType type,
                                ArrayRef<unsigned> dims, unsigned rank, unsigned firstDim) {
  for (auto [axis, dim] : llvm::enumerate(dims))
    if (dim >= firstDim && type.getAxes()[axis].getPresence() != Presence::All)
      if (failed(addAxis(evaluation, op, type, dims, rank, axis)))
        return failure();
  return success();
}

bool PresenceTest::holds(ArrayRef<int64_t> point) const {
  return llvm::all_of(tests, [&](const Test &test) {
    int64_t value = test.reader.at(point).integer;
    return test.presence == Presence::Mask ? value != 0 : point[test.dim] < value;
  });
}

FailureOr<PresenceTest> reducedPresence(const Evaluation &evaluation, Operation *op,
                                        ValueRange inputs, ArrayAttr maps, unsigned resultRank) {
  PresenceTest test;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    AffineMap map = mapAt(maps, index);
    if (failed(test.add(evaluation, op, cast<TensorType>(input.getType()), dimensionsOf(map),
                        map.getNumDims(), resultRank)))
      return failure();
  }
  return test;
}

} // namespace rx::rxt
