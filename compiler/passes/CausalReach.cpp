#include "compiler/passes/CausalAxes.h"

using namespace mlir;

namespace rx::compiler {

std::optional<PerTrip> CausalAxes::reachOf(ArrayRef<Operation *> readers, Block *block) const {
  std::optional<PerTrip> most;
  for (Operation *reader : readers) {
    if (!isa<rxt::Iterated>(reader) || reader->getBlock() != block)
      return std::nullopt;
    auto fold = folds.find(reader);
    std::optional<PerTrip> reach =
        fold != folds.end() ? fold->second : reachOf(llvm::to_vector(reader->getUsers()), block);
    if (!reach)
      return std::nullopt;
    most = most ? largerOf(*most, *reach) : *reach;
  }
  return most;
}

std::optional<PerTrip> CausalAxes::reach(Value cached) const {
  SmallVector<Operation *> readers;
  for (OpOperand &use : cached.getUses())
    if (readsPrefix(use))
      readers.push_back(use.getOwner());
  std::optional<PerTrip> reach = reachOf(readers, cached.getParentBlock());
  if (reach) // a window of none still has its own position
    *reach = largerOf(*reach, PerTrip(reach->size(), 1));
  return reach;
}

} // namespace rx::compiler
