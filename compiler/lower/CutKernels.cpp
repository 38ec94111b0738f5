#include "compiler/lower/CutKernels.h"
#include "compiler/lower/KernelGroup.h"
#include "compiler/lower/KernelViews.h"
#include "compiler/lower/RowGroup.h"
#include "compiler/lower/SoftmaxPanels.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Whether `op` becomes part of a kernel and not a kernel's way of reading.
bool isWork(Operation *op) { return isa<rxt::LoopLowering>(op) && !readsThrough(op); }

/// The ops of a block in groups that do not read each other in circles.
class Groups {
public:
  explicit Groups(Block &block) {
    for (Operation &op : llvm::reverse(block))
      if (isWork(&op) && !groupOf.contains(&op))
        add(&op);
    for (Operation &op : block)
      if (canJoin(&op))
        for (Value operand : op.getOperands())
          if (Operation *producer = behindWindows(operand).getDefiningOp();
              producer && canJoin(producer) && groupOf[producer] != groupOf[&op])
            join(groupOf[producer], groupOf[&op]);
  }

  /// The group's ops in the block's order; only `op` if it is in none.
  SmallVector<Operation *> opsWith(Operation *op) const {
    auto it = groupOf.find(op);
    return it == groupOf.end() ? SmallVector<Operation *>{op} : groups[it->second];
  }
  bool isLast(Operation *op) const { return opsWith(op).back() == op; }
  /// Whether `op`, which has loops, ends a group of rows.
  bool endsRows(Operation *op) const {
    unsigned group = groupOf.lookup(op);
    return !fixed[group] && groups[group].size() > 1;
  }
  bool areTogether(Operation *a, Operation *b) const {
    auto first = groupOf.find(a), second = groupOf.find(b);
    return first != groupOf.end() && second != groupOf.end() && first->second == second->second;
  }

private:
  /// A kernel of one op, or of the several of a group that ends in `root`.
  void add(Operation *root) {
    SmallVector<Operation *> ops;
    for (Operation *op : kernelGroup(root))
      if (isWork(op)) {
        ops.push_back(op);
        groupOf[op] = groups.size();
      }
    fixed.push_back(ops.size() > 1);
    groups.push_back(std::move(ops));
  }

  bool canJoin(Operation *op) const {
    auto it = groupOf.find(op);
    return it != groupOf.end() && !fixed[it->second] && canBeInRowGroup(op);
  }

  void join(unsigned producer, unsigned consumer) {
    SmallVector<Operation *> ops(groups[producer]);
    ops.append(groups[consumer]);
    llvm::sort(ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    if (!RowGroup::match(ops) || readsThroughOthers(consumer, producer) ||
        readsThroughOthers(producer, consumer))
      return;
    for (Operation *op : groups[producer])
      groupOf[op] = consumer;
    groups[consumer] = std::move(ops);
    groups[producer].clear();
  }

  /// Whether `reader` reads something, in neither group, that is computed from `source`.
  bool readsThroughOthers(unsigned reader, unsigned source) const {
    llvm::DenseSet<Operation *> seen;
    SmallVector<Operation *> next;
    auto addProducers = [&](Operation *op, bool isReader) {
      for (Operation *member : opsWith(op))
        for (Value operand : member->getOperands()) {
          Operation *producer = behindWindows(operand).getDefiningOp();
          if (producer && !(isReader && isIn(producer, source)) && seen.insert(producer).second)
            next.push_back(producer);
        }
    };
    addProducers(groups[reader].front(), /*isReader=*/true);
    while (!next.empty()) {
      Operation *op = next.pop_back_val();
      if (isIn(op, source))
        return true;
      if (!isIn(op, reader))
        addProducers(op, /*isReader=*/false);
    }
    return false;
  }

  bool isIn(Operation *op, unsigned group) const {
    auto it = groupOf.find(op);
    return it != groupOf.end() && it->second == group;
  }

  std::vector<SmallVector<Operation *>> groups;
  std::vector<bool> fixed; ///< by group: a pattern that nothing joins
  llvm::DenseMap<Operation *, unsigned> groupOf;
};

/// Orders a block by groups: each where its last op was, or before what reads it.
class BlockOrder {
public:
  BlockOrder(Block &block, const Groups &groups) : groups(groups) {
    SmallVector<Operation *> ops = llvm::map_to_vector(block, [](Operation &op) { return &op; });
    for (Operation *op : ops)
      if (!readsThrough(op) && groups.isLast(op))
        place(op);
    for (Operation *op : ops) // what nothing reads
      place(op);
    for (Operation *op : placed)
      op->moveBefore(&block, block.end());
    ops.back()->moveBefore(&block, block.end());
  }

private:
  void place(Operation *op) {
    SmallVector<Operation *> together = groups.opsWith(op);
    if (!begun.insert(together.front()).second)
      return;
    for (Operation *member : together)
      for (Value operand : member->getOperands())
        if (Operation *producer = operand.getDefiningOp();
            producer && producer->getBlock() == op->getBlock() &&
            !groups.areTogether(behindWindows(operand).getDefiningOp(), member))
          place(producer);
    for (Operation *member : together) {
      for (Value operand : member->getOperands())
        placeWindow(operand.getDefiningOp());
      placed.insert(member);
    }
  }

  void placeWindow(Operation *op) {
    if (!readsThrough(op) || placed.contains(op))
      return;
    placeWindow(op->getOperand(0).getDefiningOp());
    begun.insert(op);
    placed.insert(op);
  }

  const Groups &groups;
  llvm::DenseSet<Operation *> begun; ///< first ops of groups
  llvm::SetVector<Operation *> placed;
};

} // namespace

SmallVector<Operation *> KernelCut::ops() const {
  Operation *last = work.back();
  SmallVector<Operation *> all = kind == "rows" ? withWindows(work) : kernelGroup(last);
  auto window = last->hasOneUse() ? dyn_cast<rxt::WindowOp>(*last->user_begin()) : rxt::WindowOp();
  if (window && Merge::afterLoops(window))
    all.push_back(window);
  return all;
}

KernelCut::Schedule KernelCut::schedule() const {
  Operation *last = work.back();
  if (kind == "rows")
    return {RowGroup::match(work)->rows(), 1};
  auto map = dyn_cast<rxt::MapOp>(last);
  if (std::optional<Attention> attention = map ? matchAttention(map) : std::nullopt)
    return {SoftmaxPanels::extent(attention->rows), PanelProducts::width};
  if (std::optional<LogSumExp> group = matchLogSumExp(last))
    return {SoftmaxPanels::extent(group->rows), PanelProducts::width};
  int64_t tile = isa<rxt::ContractOp>(last) ? 0 : rxt::LoopEmitter::lanes;
  return {cast<rxt::LoopLowering>(last).parallelRows(), tile};
}

std::vector<KernelCut> cutKernels(Block &block) {
  Groups groups(block);
  BlockOrder(block, groups);
  std::vector<KernelCut> cuts;
  for (Operation &op : block)
    if (isWork(&op) && groups.isLast(&op))
      cuts.push_back({groups.endsRows(&op) ? "rows" : kernelKind(&op), groups.opsWith(&op)});
  return cuts;
}

} // namespace rx::compiler
