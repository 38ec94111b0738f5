#include "compiler/lower/SoftmaxEquation.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {

SoftmaxEquation::SoftmaxEquation(SoftmaxRows &rows, rxt::LoopEmitter &e)
    : body(&rows.x.getBody().front()) {
  unsigned keyDim = rows.keyDim();
  for (auto [index, input] : llvm::enumerate(rows.x.getInputs()))
    ofKey.push_back(
        index == 0 ||
        llvm::is_contained(rxt::dimensionsOf(rxt::mapAt(rows.x.getMaps(), index)), keyDim));
  auto positionOf = [&](unsigned dim) {
    for (auto [i, known] : llvm::enumerate(positionDims))
      if (known == dim)
        return body->getArgument(rows.x.getInputs().size() + i);
    positionDims.push_back(dim);
    ofKey.push_back(dim == keyDim);
    return body->addArgument(e.builder.getI32Type(), e.loc);
  };
  BlockArgument key = positionOf(keyDim);
  for (Operation &op : llvm::make_early_inc_range(*body))
    if (auto index = dyn_cast<rxt::IndexOp>(op)) {
      index.getResult().replaceAllUsesWith(positionOf(index.getDim()));
      index.erase();
    }
  bounds = keyBounds(*body, key, ofKey);
}

} // namespace rx::compiler
