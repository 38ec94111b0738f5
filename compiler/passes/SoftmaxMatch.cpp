#include "compiler/passes/SoftmaxMatch.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

/// The first contraction among the inputs of the equation that differs from key to key.
static std::optional<unsigned> scoresOf(RowEquation &equation, unsigned keyDim) {
  for (unsigned index = 0; index < equation.inputs().size(); ++index)
    if (equation.inputs()[index].getDefiningOp<rxt::ContractOp>() &&
        llvm::is_contained(equation.read(index), keyDim))
      return index;
  return std::nullopt;
}

std::optional<Exponential> Exponential::match(std::shared_ptr<RowEquation> equation, Value value,
                                              unsigned keyDim) {
  auto exp = value.getDefiningOp<math::ExpOp>();
  if (!exp || !equation->dependsOn(exp, keyDim))
    return std::nullopt;
  Exponential found{equation, keyDim, exp, exp.getOperand(), {}, {}, 0, {}};
  auto difference = exp.getOperand().getDefiningOp<arith::SubFOp>();
  if (difference && !equation->dependsOn(difference.getRhs(), keyDim)) {
    found.x = difference.getLhs();
    found.shift = difference.getRhs();
  }
  std::optional<unsigned> scores = scoresOf(*equation, keyDim);
  if (!scores)
    return std::nullopt;
  found.scoresInput = *scores;
  found.scores = equation->inputs()[*scores].getDefiningOp<rxt::ContractOp>();
  found.ops.insert_range(equation->ops());
  return found;
}

/// Whether `value` is an input that reduces `of` over the keys, of which only `of` is the body.
bool Exponential::isReduction(RowEquation &reader, Value value, rxt::ReduceKind kind,
                              ArrayRef<unsigned> rowDims, Value of) {
  std::optional<unsigned> input = reader.inputOf(value);
  auto reduce = input ? reader.inputs()[*input].getDefiningOp<rxt::ReduceOp>() : rxt::ReduceOp();
  if (!reduce || reduce.getKind() != kind)
    return false;
  RowEquation reduced(reduce);
  unsigned rank = reduce.getResult().getType().rank();
  // Its dimensions as those of the equation.
  SmallVector<unsigned> dims;
  for (unsigned dim : reader.read(*input)) {
    auto row = llvm::find(rowDims, dim);
    if (row == rowDims.end())
      return false;
    dims.push_back(row - rowDims.begin());
  }
  dims.push_back(keyDim);
  if (rank + 1 != rxt::mapAt(reduce.getMaps(), 0).getNumDims() ||
      !areEqual(*equation, of, reduced, reduced.element(), dims))
    return false;
  ops.insert_range(reduced.ops());
  return true;
}

bool Exponential::isSum(RowEquation &reader, Value sum, ArrayRef<unsigned> rowDims) {
  return isReduction(reader, sum, rxt::ReduceKind::Sum, rowDims, value);
}

bool Exponential::isShiftMax() {
  auto rowDims = rxt::identityDims(32);
  return shift && isReduction(*equation, shift, rxt::ReduceKind::Max, rowDims, x);
}

void Exponential::addShift() {
  std::optional<unsigned> input = shift ? equation->inputOf(shift) : std::nullopt;
  if (auto reduce = input ? equation->inputs()[*input].getDefiningOp<rxt::ReduceOp>() : nullptr)
    ops.insert_range(RowEquation(reduce).ops());
}

} // namespace rx::compiler
