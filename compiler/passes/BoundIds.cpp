#include "compiler/passes/BoundIds.h"

#include "dialects/rxt/Rxt.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <algorithm>
#include <limits>

using namespace mlir;

namespace rx::compiler {

namespace {

constexpr int64_t unbounded = std::numeric_limits<int64_t>::max();

int64_t extentOf(Value tensor, uint64_t axis) {
  SizeExpr size = cast<rxt::TensorType>(tensor.getType()).size(axis);
  return size.isConstant() ? size.constant() : unbounded;
}

int64_t limitOf(Value ids);

/// What one use of `ids` allows.
int64_t limitOfUse(OpOperand &use) {
  Operation *op = use.getOwner();
  unsigned operand = use.getOperandNumber();
  if (auto gather = dyn_cast<rxt::GatherOp>(op))
    return operand == 1 ? extentOf(gather.getSource(), gather.getAxis())
                        : limitOf(gather.getResult());
  if (auto scatter = dyn_cast<rxt::ScatterOp>(op))
    return operand == 1 ? extentOf(scatter.getResult(), scatter.getAxis()) : unbounded;
  if (auto window = dyn_cast<rxt::WindowOp>(op))
    return limitOf(window.getResult());
  if (auto loop = dyn_cast<rxt::LoopOp>(op))
    return limitOf(loop.getBody().getArgument(1 + operand)); // the trip comes first
  return unbounded;
}

int64_t limitOf(Value ids) {
  int64_t limit = unbounded;
  for (OpOperand &use : ids.getUses())
    limit = std::min(limit, limitOfUse(use));
  return limit;
}

} // namespace

void boundIds(ModuleOp module) {
  Builder builder(module.getContext());
  for (auto function : module.getOps<func::FuncOp>())
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<rxt::TensorType>(argument.getType());
      if (!type || !type.getElementType().isInteger(32))
        continue;
      if (int64_t limit = limitOf(argument); limit != unbounded)
        function.setArgAttr(argument.getArgNumber(), "rx.below", builder.getI64IntegerAttr(limit));
    }
}

} // namespace rx::compiler
