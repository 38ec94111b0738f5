//===- Linalg.cpp - decompositions ---===//
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::rxt {

//===-- Verification ---===//

/// `u f[i, r], s f[r], v f[o, r]` of `f[i, o]`.
static LogicalResult verifySvd(LinalgOp op, TensorType input, ArrayRef<TensorType> results) {
  if (results.size() != 3)
    return op.emitOpError() << "svd gives u, s and v, not " << results.size() << " results";
  const int64_t ranks[] = {2, 1, 2};
  const char *names[] = {"u", "s", "v"};
  for (unsigned i = 0; i < 3; ++i)
    if (results[i].rank() != ranks[i])
      return op.emitOpError() << names[i] << " has " << ranks[i] << " axes, not "
                              << results[i].rank();
  AxisAttr rank = results[1].getAxes()[0];
  if (failed(verifySameSize(op, "axis 0 of u", results[0].getAxes()[0], "axis 0 of the input",
                            input.getAxes()[0])) ||
      failed(verifySameSize(op, "axis 1 of u", results[0].getAxes()[1], "s", rank)) ||
      failed(verifySameSize(op, "axis 0 of v", results[2].getAxes()[0], "axis 1 of the input",
                            input.getAxes()[1])) ||
      failed(verifySameSize(op, "axis 1 of v", results[2].getAxes()[1], "s", rank)))
    return failure();
  return success();
}

static LogicalResult verifyCholesky(LinalgOp op, TensorType input, ArrayRef<TensorType> results) {
  if (results.size() != 1)
    return op.emitOpError() << "cholesky gives one factor, not " << results.size() << " results";
  if (failed(verifySameSize(op, "axis 0 of the input", input.getAxes()[0], "axis 1 of the input",
                            input.getAxes()[1])))
    return failure();
  if (results[0].getAxes() != input.getAxes())
    return op.emitOpError() << "the factor has the input's axes: " << results[0] << " for " << input;
  return success();
}

LogicalResult LinalgOp::verify() {
  if (getInputs().size() != 1)
    return emitOpError() << "a decomposition takes one matrix, not " << getInputs().size()
                         << " inputs";
  auto input = cast<TensorType>(getInputs()[0].getType());
  if (input.rank() != 2 || !isa<FloatType>(input.getElementType()))
    return emitOpError() << "the input is a matrix of floating-point numbers, not " << input;
  auto results =
      llvm::map_to_vector(getResultTypes(), [](Type type) { return cast<TensorType>(type); });
  for (TensorType result : results)
    if (result.getElementType() != input.getElementType())
      return emitOpError() << "element types differ: the input has " << input.getElementType()
                           << ", a result " << result.getElementType();
  return getKind() == LinalgKind::Svd ? verifySvd(*this, input, results)
                                      : verifyCholesky(*this, input, results);
}

//===-- Reference evaluation ---===//

LogicalResult LinalgOp::evaluate(Evaluation &) { return emitOpError("has no definition yet"); }

//===-- CPU loops ---===//

// Not part of a kernel: it becomes instructions of the plan.

} // namespace rx::rxt
