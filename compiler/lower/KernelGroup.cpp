#include "compiler/lower/KernelGroup.h"
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
  auto window = value.getDefiningOp<rxt::WindowOp>();
  if (!window)
    return;
  addWindowsOf(window.getInput(), group);
  group.insert(window);
}

template <typename Op> void addWindows(Op root, llvm::SetVector<Operation *> &group) {
  for (auto [index, input] : llvm::enumerate(root.getInputs())) {
    auto window = input.template getDefiningOp<rxt::WindowOp>();
    if (window && !(divides(window.getMap()) && repeats(rxt::mapAt(root.getMaps(), index))))
      addWindowsOf(input, group);
  }
}

std::optional<Attention> attentionAt(Operation *root) {
  auto map = dyn_cast<rxt::MapOp>(root);
  return map ? matchAttention(map) : std::nullopt;
}

/// The ops, and the windows through which x is read. Queries, keys and values lie in memory: they
/// are read many times.
SmallVector<Operation *> withWindows(SoftmaxRows &rows, ArrayRef<Operation *> ops) {
  llvm::SetVector<Operation *> group;
  addWindows(rows.x, group);
  bool isRead = llvm::any_of(ops, [&](Operation *op) {
    return isa<rxt::ContractOp>(op) && llvm::any_of(op->getOperands(), [&](Value operand) {
             return group.contains(operand.getDefiningOp());
           });
  });
  if (isRead)
    group.clear();
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
    return withWindows(attention->rows, attention->ops());
  if (std::optional<LogSumExp> rows = matchLogSumExp(root))
    return withWindows(rows->rows, rows->ops());
  llvm::SetVector<Operation *> group;
  if (auto map = dyn_cast<rxt::MapOp>(root))
    addWindows(map, group);
  if (auto reduce = dyn_cast<rxt::ReduceOp>(root))
    addWindows(reduce, group);
  group.insert(root);
  return group.takeVector();
}

} // namespace rx::compiler
