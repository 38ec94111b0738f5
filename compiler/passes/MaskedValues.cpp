#include "compiler/passes/MaskedValues.h"

#include "compiler/passes/LoopNest.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

static size_t tripCount(Block &block) {
  size_t count = 1;
  for (int64_t trips : tripsAround(block))
    count *= trips;
  return count;
}

SmallVector<MaskInput> MaskedValues::inputsOf(Operation &op, unsigned query, unsigned key) const {
  SmallVector<MaskInput> inputs;
  for (OpOperand &operand : op.getOpOperands()) {
    MaskInput &input = inputs.emplace_back();
    auto dims = cast<rxt::Iterated>(op).readDims(operand.getOperandNumber());
    bool both = llvm::is_contained(dims, std::optional(query)) &&
                llvm::is_contained(dims, std::optional(key));
    if (both)
      input.masked = known.lookup(operand.get());
    auto type = cast<rxt::TensorType>(operand.get().getType());
    if (type.rank() == 0 && type.getElementType().isInteger(32))
      input.number = numbersByTrip(operand.get(), *op.getBlock());
  }
  return inputs;
}

/// Of the body's result.
Masked MaskedValues::resultOf(Operation &op, unsigned query, unsigned key) const {
  return MaskedElements(op.getRegion(0).front(), query, key, side, tripCount(*op.getBlock()),
                        inputsOf(op, query, key))
      .result();
}

void MaskedValues::follow(rxt::MapOp map, unsigned query, unsigned key) {
  known[map.getResult()] = resultOf(*map, query, key);
}

std::optional<PerTrip> MaskedValues::neutralFrom(Operation &fold, unsigned query,
                                                 unsigned key) const {
  std::optional<PerTrip> from;
  for (const MaskInput &input : inputsOf(fold, query, key)) // of a product, one suffices
    if (input.masked.value == Known::Zero && !from)
      from = input.masked.from;
  if (auto reduce = dyn_cast<rxt::ReduceOp>(fold)) {
    Masked element = resultOf(fold, query, key);
    from.reset();
    if (isNeutral(element.value, reduce.getKind()))
      from = element.from;
  }
  return from;
}

void MaskedValues::enter(rxt::LoopOp loop) {
  Block &body = loop.getBody().front();
  for (auto [operand, argument] :
       llvm::zip(loop->getOperands(), body.getArguments().drop_front())) {
    auto found = known.find(operand);
    if (operand.getType() != argument.getType() || found == known.end())
      continue;
    Masked inside{found->second.value, {}};
    for (int64_t from : found->second.from)
      inside.from.append(loop.getTrips(), from);
    known[argument] = inside;
  }
}

} // namespace rx::compiler
