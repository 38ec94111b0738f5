#include "compiler/passes/SlotTables.h"

#include "compiler/passes/LoopNest.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

/// A size symbol that is not among `taken`, which it joins.
static SizeExpr freshSymbol(std::vector<std::string> &taken, std::string name) {
  while (llvm::is_contained(taken, name))
    name += "_";
  taken.push_back(name);
  return SizeExpr::symbol(name);
}

SlotTables::SlotTables(func::FuncOp function, const CausalAxes &axes) {
  std::vector<std::string> taken = rxt::sizeSymbols(function);
  positions = freshSymbol(taken, "c");
  for (Value value : axes.cached()) {
    SlotTable table{value.getParentBlock(), axes.reach(value), SizeExpr()};
    auto *known = llvm::find_if(tables, [&](const SlotTable &other) {
      return other.block == table.block && other.reach == table.reach;
    });
    tableOf[value] = known - tables.begin();
    if (known == tables.end()) {
      table.slots = freshSymbol(taken, "s");
      tables.push_back(std::move(table));
    }
  }
}

SmallVector<unsigned> SlotTables::below(Block &block) const {
  auto isBelow = [&](unsigned table) {
    return block.getParentOp()->isAncestor(tables[table].block->getParentOp());
  };
  return llvm::to_vector(llvm::make_filter_range(llvm::seq<unsigned>(0, tables.size()), isBelow));
}

rxt::TensorType SlotTables::typeIn(Block &block, unsigned table, ArrayRef<SizeExpr> sizes) const {
  auto trips = tripsAround(*tables[table].block);
  SmallVector<SizeExpr> all;
  for (int64_t count : ArrayRef(trips).drop_front(tripsAround(block).size()))
    all.emplace_back(count);
  llvm::append_range(all, sizes);
  return rxt::TensorType::get(IntegerType::get(block.getParentOp()->getContext(), 32), all);
}

} // namespace rx::compiler
