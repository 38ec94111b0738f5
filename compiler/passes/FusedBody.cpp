#include "compiler/passes/FusedBody.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace rx::compiler {

FusedBody::FusedBody(Block &original, ValueRange inputs, ArrayAttr maps) : values(inputs) {
  IRMapping mapping;
  original.getParent()->cloneInto(&body, mapping);
  for (unsigned i = 0; i < values.size(); ++i)
    reads.push_back(rxt::mapAt(maps, i));
  mergeEqualReads();
}

ArrayAttr FusedBody::maps(MLIRContext *context) const {
  return Builder(context).getAffineMapArrayAttr(reads);
}

void FusedBody::append(Value input, AffineMap map) {
  values.push_back(input);
  reads.push_back(map);
  block().addArgument(cast<rxt::TensorType>(input.getType()).getElementType(), input.getLoc());
}

void FusedBody::erase(unsigned index) {
  values.erase(values.begin() + index);
  reads.erase(reads.begin() + index);
  block().eraseArgument(index);
}

void FusedBody::mergeEqualReads() {
  for (unsigned i = 0; i < values.size(); ++i)
    for (unsigned j = values.size() - 1; j > i; --j)
      if (values[j] == values[i] && reads[j] == reads[i]) {
        block().getArgument(j).replaceAllUsesWith(block().getArgument(i));
        erase(j);
      }
}

void FusedBody::absorbMap(unsigned index, rxt::MapOp producer) {
  AffineMap read = reads[index];
  IRMapping mapping;
  Block &inner = producer.getBody().front();
  for (auto [i, input] : llvm::enumerate(producer.getInputs())) {
    append(input, rxt::mapAt(producer.getMaps(), i).compose(read));
    mapping.map(inner.getArgument(i), block().getArguments().back());
  }
  OpBuilder builder(producer.getContext()); // not from the block: the region belongs to no op yet
  builder.setInsertionPointToStart(&block());
  for (Operation &op : inner.without_terminator()) {
    Operation *copy = builder.clone(op, mapping);
    // A position along the producer's dimension is one along the dimension that reads it.
    if (auto position = dyn_cast<rxt::IndexOp>(copy))
      position.setDim(cast<AffineDimExpr>(read.getResult(position.getDim())).getPosition());
  }
  Value element = mapping.lookupOrDefault(inner.getTerminator()->getOperand(0));
  block().getArgument(index).replaceAllUsesWith(element);
  erase(index);
  mergeEqualReads();
}

bool FusedBody::absorbWindow(unsigned index, rxt::WindowOp producer) {
  rxt::TensorType input = producer.getInput().getType(), result = producer.getResult().getType();
  AffineMap map = producer.getMap();
  if (producer.getFill() || map.getNumSymbols() != 0)
    return false;
  for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || input.getAxes()[axis] != result.getAxes()[dim.getPosition()])
      return false;
  }
  values[index] = producer.getInput();
  reads[index] = map.compose(reads[index]);
  mergeEqualReads();
  return true;
}

bool FusedBody::absorbConstant(unsigned index, rxt::ConstantOp producer) {
  auto value = dyn_cast<DenseElementsAttr>(producer.getValue());
  if (!value || !value.isSplat() || !isa<rxt::TensorType>(producer.getResult().getType()))
    return false;
  OpBuilder builder(producer.getContext());
  builder.setInsertionPointToStart(&block());
  Value number =
      arith::ConstantOp::create(builder, producer.getLoc(), value.getSplatValue<TypedAttr>());
  block().getArgument(index).replaceAllUsesWith(number);
  erase(index);
  return true;
}

} // namespace rx::compiler
