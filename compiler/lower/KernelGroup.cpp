#include "compiler/lower/KernelGroup.h"
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

void addWindows(Value value, llvm::SetVector<Operation *> &group) {
  auto window = value.getDefiningOp<rxt::WindowOp>();
  if (!window)
    return;
  addWindows(window.getInput(), group);
  group.insert(window);
}

template <typename Op> void addWindows(Op root, llvm::SetVector<Operation *> &group) {
  for (auto [index, input] : llvm::enumerate(root.getInputs())) {
    auto window = input.template getDefiningOp<rxt::WindowOp>();
    if (window && !(divides(window.getMap()) && repeats(rxt::mapAt(root.getMaps(), index))))
      addWindows(input, group);
  }
}

} // namespace

SmallVector<Operation *> kernelGroup(Operation *root) {
  llvm::SetVector<Operation *> group;
  if (auto map = dyn_cast<rxt::MapOp>(root))
    addWindows(map, group);
  if (auto reduce = dyn_cast<rxt::ReduceOp>(root))
    addWindows(reduce, group);
  group.insert(root);
  return group.takeVector();
}

} // namespace rx::compiler
