#include "compiler/lower/KernelGroup.h"
#include "compiler/lower/KernelViews.h"
#include "compiler/lower/SoftmaxRows.h"
#include "dialects/rxt/IterationSpace.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// Whether `map` reads an element of its tensor for several points of the iteration space.
bool repeats(AffineMap map) { return map.getNumResults() < map.getNumDims(); }

/// Divisions cost more than a load.
bool divides(AffineMap map) {
  bool found = false;
  map.walkExprs([&](AffineExpr expr) {
    found |= llvm::is_contained(
        {AffineExprKind::FloorDiv, AffineExprKind::CeilDiv, AffineExprKind::Mod}, expr.getKind());
  });
  return found;
}

void addWindowsOf(Value value, llvm::SetVector<Operation *> &group) {
  Operation *op = value.getDefiningOp();
  if (!readsThrough(op))
    return;
  addWindowsOf(op->getOperand(0), group);
  group.insert(op);
}

/// Adds the windows through which `root` reads; those of what the group computes in any case.
template <typename Op> void addWindows(Op root, llvm::SetVector<Operation *> &group) {
  for (auto [index, input] : llvm::enumerate(root.getInputs())) {
    auto window = input.template getDefiningOp<rxt::WindowOp>();
    bool isInside = group.contains(behindWindows(input).getDefiningOp());
    if (isInside || !window ||
        !(divides(window.getMap()) && repeats(rxt::mapAt(root.getMaps(), index))))
      addWindowsOf(input, group);
  }
}

std::optional<Attention> attentionAt(Operation *root) {
  auto map = dyn_cast<rxt::MapOp>(root);
  return map ? matchAttention(map) : std::nullopt;
}

/// The gather that gives the rows of `operand`, if it can be left to the kernel that reads them.
rxt::GatherOp rowsBehind(Value operand) {
  auto gather = operand.getDefiningOp<rxt::GatherOp>();
  return gather && gather->hasOneUse() && placesRows(gather) ? gather : rxt::GatherOp();
}

/// The ops, and the windows through which x is read. Queries, keys and values lie in memory, for
/// they are read many times: through windows only if their results lie there too, and, in an
/// attention, through tables of their rows.
SmallVector<Operation *> withWindows(SoftmaxRows &rows, ArrayRef<Operation *> ops,
                                     bool throughTables) {
  llvm::SetVector<Operation *> ofX, group;
  addWindows(rows.x, ofX);
  for (Operation *op : ops)
    for (Value operand : isa<rxt::ContractOp>(op) ? op->getOperands() : ValueRange()) {
      if (rxt::GatherOp gather = throughTables ? rowsBehind(operand) : rxt::GatherOp()) {
        for (Value read : gather->getOperands())
          addWindowsOf(read, group);
        group.insert(gather);
      } else if (isStrided(operand))
        addWindowsOf(operand, group);
      else if (ofX.contains(operand.getDefiningOp()))
        ofX.clear();
    }
  group.insert_range(ofX);
  group.insert_range(ops);
  return group.takeVector();
}

} // namespace

StringRef kernelKind(Operation *root) {
  if (attentionAt(root))
    return "attention";
  return matchLogSumExp(root) ? "logsumexp" : root->getName().stripDialect();
}

SmallVector<Operation *> kernelGroup(Operation *root) {
  if (std::optional<Attention> attention = attentionAt(root))
    return withWindows(attention->rows, attention->ops(), /*throughTables=*/true);
  if (std::optional<LogSumExp> rows = matchLogSumExp(root))
    return withWindows(rows->rows, rows->ops(), /*throughTables=*/false);
  return withWindows({root});
}

SmallVector<Operation *> withWindows(ArrayRef<Operation *> ops) {
  llvm::SetVector<Operation *> group;
  for (Operation *op : ops) {
    if (auto map = dyn_cast<rxt::MapOp>(op))
      addWindows(map, group);
    if (auto reduce = dyn_cast<rxt::ReduceOp>(op))
      addWindows(reduce, group);
    if (auto update = dyn_cast<rxt::UpdateOp>(op); update && isStrided(update.getRows()))
      addWindowsOf(update.getRows(), group);
    group.insert(op);
  }
  return group.takeVector();
}

} // namespace rx::compiler
