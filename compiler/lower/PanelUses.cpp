#include "compiler/lower/PanelUses.h"
#include "compiler/lower/ContractShape.h"
#include "compiler/lower/KernelViews.h"
#include "compiler/lower/RowGroup.h"
#include "compiler/lower/SoftmaxRows.h"
#include "dialects/rxt/IterationSpace.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// The only op beside the terminator, or null.
Operation *onlyOp(FunctionOpInterface kernel) {
  Block &block = kernel.getFunctionBody().front();
  Operation *first = &block.front();
  return first->getNextNode() == block.getTerminator() ? first : nullptr;
}

/// Whether the kernel is a group of rows.
bool isOfRows(FunctionOpInterface kernel) {
  SmallVector<Operation *> ops;
  for (Operation &op : kernel.getFunctionBody().front().without_terminator())
    if (!readsThrough(&op))
      ops.push_back(&op);
  return RowGroup::match(ops).has_value();
}

bool isMatrixOfF32(rxt::TensorType type) {
  return type.rank() == 2 && type.getElementType().isF32();
}

bool isProductBy(rxt::ContractOp op, Value matrix) {
  std::optional<MatrixProduct> product = matchMatrixProduct(op);
  if (!product || !product->transB || op->getOperand(!product->swapped) != matrix ||
      op->getOperand(product->swapped) == matrix)
    return false;
  auto axes = rxt::dimensionsOf(rxt::mapAt(op.getMaps(), !product->swapped));
  return product->column.size() == 1 && product->depth.size() == 1 && axes.size() == 2 &&
         axes[0] == product->column[0] && axes[1] == product->depth[0];
}

/// result[i.., k] = matrix[index[i..], k]
bool gathersRowsOf(rxt::GatherOp op, Value matrix) {
  int64_t rank = op.getResult().getType().rank();
  auto index = rxt::dimensionsOf(op.getIndexMap()), source = rxt::dimensionsOf(op.getSourceMap());
  return op.getSource() == matrix && op.getAxis() == 0 && source.size() == 1 &&
         source[0] + 1 == static_cast<unsigned>(rank) &&
         index == rxt::identityDims(static_cast<unsigned>(rank) - 1);
}

/// The keys of a kernel of kind logsumexp: the head of a language model.
bool isHeadOf(FunctionOpInterface kernel, Value matrix) {
  Operation *last = kernel.getFunctionBody().front().getTerminator()->getPrevNode();
  std::optional<LogSumExp> group = matchLogSumExp(last);
  if (!group || group->rows.batchRank != 0 || group->rows.scores.getRhs() != matrix)
    return false;
  auto axes = rxt::dimensionsOf(rxt::mapAt(group->rows.scores.getMaps(), 1));
  return axes.size() == 2 && axes[0] == group->rows.keyDim();
}

} // namespace

PanelUse panelUse(FunctionOpInterface kernel, unsigned argument) {
  Value value = kernel.getArgument(argument);
  if (!value.hasOneUse() || !isMatrixOfF32(cast<rxt::TensorType>(value.getType())))
    return PanelUse::None;
  Operation *op = onlyOp(kernel);
  if (auto gather = dyn_cast<rxt::GatherOp>(*value.user_begin());
      gather && gathersRowsOf(gather, value) && (op == gather || isOfRows(kernel)))
    return PanelUse::Rows;
  if (!op)
    return isHeadOf(kernel, value) ? PanelUse::Product : PanelUse::None;
  if (auto contraction = dyn_cast<rxt::ContractOp>(op);
      contraction && isProductBy(contraction, value))
    return PanelUse::Product;
  return PanelUse::None;
}

PanelForm formOfArgument(FunctionOpInterface kernel, unsigned argument) {
  auto text = kernel.getArgAttrOfType<StringAttr>(argument, formAttribute);
  return text ? PanelForm::parse(text.getValue()).value_or(PanelForm()) : PanelForm();
}

} // namespace rx::compiler
