#include "compiler/passes/RowEquation.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

/// Whether maps alone lead from a contraction to `value`.
static bool leadsToContraction(Value value, unsigned steps = 8) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<rxt::ContractOp>(op))
    return true;
  auto map = dyn_cast_or_null<rxt::MapOp>(op);
  return map && steps > 0 && llvm::any_of(map.getInputs(), [&](Value input) {
           return leadsToContraction(input, steps - 1);
         });
}

RowEquation::RowEquation(rxt::MapOp op) : body(op.getBody().front(), op.getInputs(), op.getMaps()) {
  merged.insert(op);
  mergeMaps();
}

RowEquation::RowEquation(rxt::ReduceOp op)
    : body(op.getBody().front(), op.getInputs(), op.getMaps()) {
  merged.insert(op);
  mergeMaps();
}

void RowEquation::mergeMaps() {
  constexpr size_t mostOps = 300; // a longer equation is no score of an attention
  for (unsigned index = 0; index < body.inputs().size();) {
    auto map = body.inputs()[index].getDefiningOp<rxt::MapOp>();
    if (!map || !leadsToContraction(map.getResult()) || block().getOperations().size() > mostOps) {
      ++index;
      continue;
    }
    body.absorbMap(index, map);
    merged.insert(map);
    index = 0; // inputs have moved
  }
}

SmallVector<unsigned> RowEquation::read(unsigned index) const {
  return rxt::dimensionsOf(body.read(index));
}

bool RowEquation::dependsOn(Value value, unsigned dim) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return llvm::is_contained(read(argument.getArgNumber()), dim);
  Operation *op = value.getDefiningOp();
  if (auto index = dyn_cast<rxt::IndexOp>(op))
    return index.getDim() == dim;
  return llvm::any_of(op->getOperands(), [&](Value operand) { return dependsOn(operand, dim); });
}

std::optional<unsigned> RowEquation::inputOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  return argument ? std::optional<unsigned>(argument.getArgNumber()) : std::nullopt;
}

static bool equalInputs(RowEquation &first, unsigned a, RowEquation &second, unsigned b,
                        ArrayRef<unsigned> dims) {
  auto moved = llvm::map_to_vector(second.read(b), [&](unsigned dim) { return dims[dim]; });
  return first.inputs()[a] == second.inputs()[b] && first.read(a) == moved;
}

bool areEqual(RowEquation &first, Value a, RowEquation &second, Value b, ArrayRef<unsigned> dims) {
  std::optional<unsigned> inputA = first.inputOf(a), inputB = second.inputOf(b);
  if (inputA || inputB)
    return inputA && inputB && equalInputs(first, *inputA, second, *inputB, dims);
  Operation *opA = a.getDefiningOp(), *opB = b.getDefiningOp();
  if (opA->getName() != opB->getName() || opA->getNumOperands() != opB->getNumOperands())
    return false;
  if (auto index = dyn_cast<rxt::IndexOp>(opA))
    return index.getDim() == dims[cast<rxt::IndexOp>(opB).getDim()];
  return opA->getAttrDictionary() == opB->getAttrDictionary() &&
         llvm::all_of(llvm::zip(opA->getOperands(), opB->getOperands()), [&](auto pair) {
           return areEqual(first, std::get<0>(pair), second, std::get<1>(pair), dims);
         });
}

} // namespace rx::compiler
