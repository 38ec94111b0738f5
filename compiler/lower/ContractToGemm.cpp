#include "compiler/lower/ContractToGemm.h"
#include "compiler/lower/LaunchWords.h"
#include "dialects/rxt/IterationSpace.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace rx::compiler {
namespace {

constexpr llvm::StringLiteral gemmName = "__gemm";

/// The kernel's entry: restates rx_launch with the axes and sizes that the GEMM kernel expects.
class EntryBuilder {
public:
  EntryBuilder(OpBuilder &builder, rxt::ContractOp op, const MatrixProduct &product,
               const GemmSpec &spec, Value launch, ArrayRef<std::string> symbols)
      : op(op), product(product), spec(spec), words(builder, op.getLoc()),
        e(builder, op.getLoc(), frameOf(launch, symbols)), dimensions(rxt::iterationSizes(op)),
        launch(launch), table(words.loadPointer(launch, LaunchWords::operands)) {}

  /// The launch for the GEMM kernel.
  Value restate() {
    Value inner = words.onStack(LaunchWords::count);
    Value operands = words.onStack(3 * LaunchWords::perOperand);
    DimensionGroup first = product.transA ? product.depth : product.row;
    DimensionGroup second = product.transB ? product.column : product.depth;
    writeOperand(operands, 0, argumentOf(product.swapped), axesOf(product.swapped), first);
    writeOperand(operands, 1, argumentOf(!product.swapped), axesOf(!product.swapped), second);
    unsigned result = op->getBlock()->getNumArguments();
    writeOperand(operands, 2, result, rxt::identityDims(op.getResult().getType().rank()),
                 product.row);
    words.store(operands, inner, LaunchWords::operands);
    words.store(writeSizes(), inner, LaunchWords::sizes);
    Value tiles = tileCount(), elements = e.size(op.getResult().getType().elementCount());
    for (auto bound : {LaunchWords::begin, LaunchWords::end})
      words.store(scaled(words.loadInteger(launch, bound), tiles, elements), inner, bound);
    words.store(words.loadPointer(launch, LaunchWords::scratch), inner, LaunchWords::scratch);
    return inner;
  }

private:
  rxt::KernelFrame frameOf(Value launch, ArrayRef<std::string> symbols) {
    rxt::KernelFrame frame;
    frame.sizes = words.readSizes(launch, symbols);
    return frame;
  }

  unsigned argumentOf(unsigned side) {
    return cast<BlockArgument>(op->getOperand(side)).getArgNumber();
  }

  SmallVector<unsigned> axesOf(unsigned side) {
    return rxt::dimensionsOf(rxt::mapAt(op.getMaps(), side));
  }

  /// Address and strides of one operand: of the batch groups, then of the first matrix axis.
  void writeOperand(Value operands, int64_t index, unsigned argument, ArrayRef<unsigned> axes,
                    const DimensionGroup &matrixAxis) {
    int64_t target = index * LaunchWords::perOperand;
    int64_t source = argument * LaunchWords::perOperand;
    words.store(words.loadPointer(table, source), operands, target);
    auto strideOf = [&](const DimensionGroup &group) -> Value {
      auto axis = group.empty() ? axes.end() : llvm::find(axes, group.back());
      if (axis == axes.end())
        return e.constant(0); // broadcast, or a single row
      if (axis + 1 == axes.end())
        return e.constant(1);
      return words.loadInteger(table, source + 1 + (axis - axes.begin()));
    };
    for (auto [batch, group] : llvm::enumerate(product.batch))
      words.store(strideOf(group), operands, target + 1 + batch);
    words.store(strideOf(matrixAxis), operands, target + 1 + product.batch.size());
  }

  Value writeSizes() {
    Value sizes = words.onStack(product.batch.size() + 3);
    int64_t at = 0;
    for (const DimensionGroup &group : product.batch)
      words.store(sizeOf(group), sizes, at++);
    for (const DimensionGroup &group : {product.row, product.column, product.depth})
      words.store(sizeOf(group), sizes, at++);
    return sizes;
  }

  Value sizeOf(const DimensionGroup &group) {
    SizeExpr size(1);
    for (unsigned dim : group)
      size = size * dimensions[dim];
    return e.size(size);
  }

  /// The extent of the GEMM kernel's parallel dimension, as gemmExtent().
  Value tileCount() {
    auto tiles = [&](const DimensionGroup &group, int64_t tile) {
      return e.div(e.add(sizeOf(group), e.constant(tile - 1)), e.constant(tile));
    };
    Value most = e.max(tiles(product.row, spec.target->gemm.rows),
                       tiles(product.column, gemmPanelColumns(spec)));
    Value count = e.max(most, e.constant(1));
    for (const DimensionGroup &group : product.batch)
      count = e.mul(count, sizeOf(group));
    return count;
  }

  /// A bound in elements as one in tiles. Bounds are mapped one by one, so parts that touch still
  /// do.
  Value scaled(Value bound, Value tiles, Value elements) {
    return e.div(e.mul(bound, tiles), e.max(elements, e.constant(1)));
  }

  rxt::ContractOp op;
  const MatrixProduct &product;
  const GemmSpec &spec;
  LaunchWords words;
  rxt::LoopEmitter e;
  SmallVector<SizeExpr> dimensions;
  Value launch, table;
};

} // namespace

GemmSpec specOfProduct(FunctionOpInterface kernel, const PanelForm &form, const CpuTarget &target,
                       Precision precision) {
  GemmSpec spec;
  spec.target = &target;
  spec.packedB = !form.isDense();
  spec.formB = form.element;
  spec.precision = precision;
  if (rxt::isOnStepPath(kernel))
    spec.path = GemmPath::Step;
  return spec;
}

void lowerToGemm(LoweredKernel &lowered, FunctionOpInterface kernel, rxt::ContractOp op,
                 const MatrixProduct &product, const PanelForm &form, const CpuTarget &target,
                 Precision precision) {
  GemmSpec spec = specOfProduct(kernel, form, target, precision);
  spec.name = gemmName;
  spec.elementBits = op.getResult().getType().getElementType().getIntOrFloatBitWidth();
  spec.transA = product.transA;
  spec.transB = product.transB;
  spec.batchRank = product.batch.size();
  *lowered.module = buildGemm(*op.getContext(), spec);
  lowered.scratchBytes = gemmScratchBytes(spec);
  auto gemm = (*lowered.module)->lookupSymbol<func::FuncOp>(gemmName);
  gemm.setPrivate();
  auto builder = OpBuilder::atBlockEnd((*lowered.module)->getBody());
  Type pointer = LLVM::LLVMPointerType::get(op.getContext());
  auto entry = func::FuncOp::create(builder, op.getLoc(), kernel.getName(),
                                    builder.getFunctionType(pointer, {}));
  builder.setInsertionPointToStart(entry.addEntryBlock());
  EntryBuilder launch(builder, op, product, spec, entry.getArgument(0), rxt::sizeSymbols(kernel));
  func::CallOp::create(builder, op.getLoc(), gemm, ValueRange{launch.restate()});
  func::ReturnOp::create(builder, op.getLoc());
}

} // namespace rx::compiler
