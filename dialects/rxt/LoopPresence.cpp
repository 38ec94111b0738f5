//===- LoopPresence.cpp - which elements take part, in loops ---------------===//
#include "dialects/rxt/LoopPresence.h"

#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

LogicalResult LoopPresence::addAxis(LoopEmitter &emitter, Operation *op, TensorType type,
                                    ArrayRef<unsigned> dims, unsigned axis) {
  AxisAttr attr = type.getAxes()[axis];
  const View *view = emitter.presence(attr.getPresenceName());
  if (!view)
    return op->emitOpError() << "the kernel has no argument '" << attr.getPresenceName()
                             << "', which says what exists along axis " << axis << " of " << type;
  FailureOr<SmallVector<unsigned>> read = presenceDims(op, view->type, type, dims, axis);
  if (failed(read))
    return failure();
  tests.push_back({attr.getPresence(), dims[axis], *view, *read});
  return success();
}

LogicalResult LoopPresence::add(LoopEmitter &emitter, Operation *op, TensorType type,
                                ArrayRef<unsigned> dims, unsigned firstDim) {
  for (auto [axis, dim] : llvm::enumerate(dims))
    if (dim >= firstDim && type.getAxes()[axis].getPresence() != Presence::All)
      if (failed(addAxis(emitter, op, type, dims, axis)))
        return failure();
  return success();
}

Value LoopPresence::at(LoopEmitter &emitter, const Point &point) const {
  Value all;
  for (const Test &test : tests) {
    Value value = emitter.load(test.view, test.dims, point);
    Value other = test.presence == Presence::Length ? emitter.position(point, test.dim) : Value();
    if (other && !test.view.type.getElementType().isInteger(32))
      other = emitter.widen(other);
    all = emitter.both(all, other ? emitter.less(other, value) : value);
  }
  return all;
}

} // namespace rx::rxt
