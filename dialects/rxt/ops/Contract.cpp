//===- Contract.cpp - sums of products ---===//
#include "dialects/rxt/IterationSpace.h"
#include "dialects/rxt/LoopReduction.h"
#include "dialects/rxt/Points.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// (C5) every result axis is read by an operand; every reduced dimension by both.
static LogicalResult verifyReads(ContractOp op, unsigned rank, unsigned resultRank) {
  SmallVector<unsigned> readers(rank, 0);
  for (unsigned side = 0; side < 2; ++side)
    for (unsigned dim : dimensionsOf(mapAt(op.getMaps(), side)))
      readers[dim] |= 1u << side;
  for (unsigned dim = 0; dim < rank; ++dim) {
    if (dim < resultRank && readers[dim] == 0)
      return op.emitOpError() << "result axis " << dim << " is read by neither operand";
    if (dim >= resultRank && readers[dim] != 3)
      return op.emitOpError() << "reduced dimension d" << dim << " is read by the "
                              << (readers[dim] == 1 ? "left" : "right")
                              << " operand only; sum it with rxt.reduce first";
  }
  return success();
}

LogicalResult ContractOp::verify() {
  TensorType result = getResult().getType();
  if (failed(verifyIteration(*this, getOperands(), getMaps(), result, Reduced::Any)))
    return failure();
  for (unsigned side = 0; side < 2; ++side) {
    SmallVector<unsigned> dims = dimensionsOf(mapAt(getMaps(), side));
    llvm::sort(dims);
    if (std::adjacent_find(dims.begin(), dims.end()) != dims.end())
      return emitOpError() << "map " << side << " reads two axes at one dimension";
  }
  Type element = result.getElementType();
  Type left = getLhs().getType().getElementType(), right = getRhs().getType().getElementType();
  if (!isa<FloatType>(element) || left != element || right != element)
    return emitOpError() << "operands and result have one floating-point element type, not " << left
                         << ", " << right << " and " << element;
  return verifyReads(*this, mapAt(getMaps(), 0).getNumDims(), result.rank());
}

SmallVector<std::optional<unsigned>> ContractOp::readDims(unsigned operand) {
  return rxt::readDims(mapAt(getMaps(), operand));
}

Operation *ContractOp::withFirstAxes(OpBuilder &builder, ValueRange operands, TensorType result,
                               ArrayRef<std::optional<unsigned>> first) {
  return rxt::withFirstAxes(*this, getMaps(), builder, operands, result, first);
}

//===-- Reference evaluation ---===//

/// Plain products and sums, each rounded. A backend may fuse them (FMA); its tolerance covers that.
LogicalResult ContractOp::evaluate(Evaluation &evaluation) {
  TensorType type = getResult().getType();
  FailureOr<PresenceTest> present =
      reducedPresence(evaluation, *this, getOperands(), getMaps(), type.rank());
  if (failed(present))
    return failure();
  ReferenceTensor result = evaluation.allocate(type);
  SmallVector<Reader> readers = readersOf(evaluation, getOperands(), getMaps());
  auto dims = llvm::map_to_vector(iterationSizes(*this),
                                  [&](const SizeExpr &size) { return evaluation.size(size); });
  Reader target(result, identityDims(type.rank()), dims.size());
  forEachPoint(dims, [&](ArrayRef<int64_t> point) {
    if (!present->holds(point))
      return;
    double &sum = result.values[target.offset(point)].real;
    double product =
        evaluation.round(result.kind, readers[0].at(point).real * readers[1].at(point).real);
    sum = evaluation.round(result.kind, sum + product);
  });
  evaluation.set(getResult(), std::move(result));
  return success();
}

//===-- CPU loops ---===//

SizeExpr ContractOp::parallelRows() { return getResult().getType().elementCount(); }

LogicalResult ContractOp::emitLoops(LoopEmitter &emitter) {
  ReductionSpace space = reductionSpace(*this);
  return emitReduction(emitter, *this, space, ReduceKind::Sum,
                       getResult().getType().getElementType(), [&](const Point &point) {
                         Value lhs = emitter.load(emitter.input(0), space.dimensions[0], point);
                         Value rhs = emitter.load(emitter.input(1), space.dimensions[1], point);
                         return emitter.product(lhs, rhs);
                       });
}

} // namespace rx::rxt
