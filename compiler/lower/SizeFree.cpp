#include "compiler/lower/SizeFree.h"
#include "compiler/lower/ContractShape.h"
#include "dialects/rxt/IterationSpace.h"

#include <cstdio>

using namespace mlir;

namespace rx::compiler {
namespace {

/// The op whose one result is returned, with the windows it reads through before it; empty where
/// there are other ops.
SmallVector<Operation *> onlyOps(FunctionOpInterface kernel) {
  Block &block = kernel.getFunctionBody().front();
  auto ops = llvm::map_to_vector(block.without_terminator(), [](Operation &op) { return &op; });
  bool alone = !ops.empty() && ops.back()->getNumResults() == 1 &&
               llvm::equal(block.getTerminator()->getOperands(), ops.back()->getResults()) &&
               llvm::all_of(ArrayRef(ops).drop_back(), llvm::IsaPred<rxt::WindowOp>);
  return alone ? ops : SmallVector<Operation *>();
}

rxt::TensorType tensorOf(Value value) { return cast<rxt::TensorType>(value.getType()); }

template <typename Test> bool allSizes(ArrayRef<Operation *> ops, Test test) {
  auto ofValue = [&](Value value) { return llvm::all_of(tensorOf(value).getAxes(), test); };
  return llvm::all_of(ops, [&](Operation *op) {
    return llvm::all_of(op->getOperands(), ofValue) && llvm::all_of(op->getResults(), ofValue);
  });
}

/// Dimensions of an op and the windows before it, and which of them each axis of a value has.
class Dimensions {
public:
  explicit Dimensions(ArrayRef<Operation *> ops) {
    addAxes(ops.back()->getResult(0));
    addReads(ops.back());
    for (Operation *window : ops.drop_back())
      addReads(window);
  }

  /// Gives every value the sizes `s00`, ..; false where one that is read twice would get two types.
  bool rename(FunctionOpInterface kernel) {
    llvm::SmallDenseMap<Value, Type> types;
    for (auto &[value, dims] : ofValues) {
      auto renamed = llvm::map_to_vector(dims, [&](unsigned dim) { return symbol(dim); });
      Type type = rxt::TensorType::get(tensorOf(value).getElementType(), renamed);
      if (auto [known, isNew] = types.try_emplace(value, type); !isNew && known->second != type)
        return false;
    }
    auto isKnown = [&](BlockArgument argument) { return types.contains(argument); };
    if (!llvm::all_of(kernel.getArguments(), isKnown))
      return false;
    for (auto &[value, type] : types)
      Value(value).setType(type);
    Block &block = kernel.getFunctionBody().front();
    kernel.setType(FunctionType::get(kernel.getContext(), block.getArgumentTypes(),
                                     block.getTerminator()->getOperandTypes()));
    return true;
  }

  std::vector<SizeExpr> sizes;

private:
  void addReads(Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      if (isa<rxt::WindowOp>(op)) { // it reads anywhere: its input's axes are their own
        addAxes(operand.get());
        continue;
      }
      SmallVector<unsigned> dims;
      for (auto [axis, dim] :
           llvm::enumerate(cast<rxt::Iterated>(op).readDims(operand.getOperandNumber()))) {
        sizes.resize(std::max<size_t>(sizes.size(), *dim + 1));
        sizes[*dim] = tensorOf(operand.get()).size(axis);
        dims.push_back(*dim);
      }
      ofValues.push_back({operand.get(), dims});
    }
  }

  void addAxes(Value value) {
    SmallVector<unsigned> dims;
    for (const SizeExpr &size : tensorOf(value).sizes()) {
      dims.push_back(sizes.size());
      sizes.push_back(size);
    }
    ofValues.push_back({value, dims});
  }

  static SizeExpr symbol(unsigned dim) {
    char name[8];
    std::snprintf(name, sizeof name, "s%02u", dim); // sorted as the dimensions are
    return SizeExpr::symbol(name);
  }

  SmallVector<std::pair<Value, SmallVector<unsigned>>> ofValues;
};

/// Whether the product is laid out in the same way when no size is known.
bool isSameProduct(const MatrixProduct &a, const MatrixProduct &b) {
  return a.swapped == b.swapped && a.row == b.row && a.column == b.column && a.depth == b.depth &&
         a.batch == b.batch && a.transA == b.transA && a.transB == b.transB;
}

bool readsSizes(Operation *op) {
  return op->walk([](rxt::SizeOp) { return WalkResult::interrupt(); }).wasInterrupted();
}

} // namespace

std::string SizeFree::text() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel.get()->print(stream, OpPrintingFlags().useLocalScope().assumeVerified());
  return text;
}

std::optional<SizeFree> freeOfSizes(FunctionOpInterface original) {
  SizeFree free{original->clone(), {}};
  auto kernel = cast<FunctionOpInterface>(*free.kernel);
  SmallVector<Operation *> ops = onlyOps(kernel);
  Operation *op = ops.empty() ? nullptr : ops.back();
  bool plain = op && isa<rxt::MapOp, rxt::ReduceOp, rxt::ContractOp, rxt::WindowOp>(op) &&
               allSizes(ops, [](rxt::AxisAttr axis) { return axis.isPlain(); }) && !readsSizes(op);
  if (!plain)
    return std::nullopt;
  auto contraction = dyn_cast<rxt::ContractOp>(op);
  std::optional<MatrixProduct> product;
  if (contraction && ops.size() == 1)
    product = matchMatrixProduct(contraction);
  bool isWeights = !contraction &&
                   allSizes(ops, [](rxt::AxisAttr axis) { return axis.sizeExpr().isConstant(); });
  if (!product && !isWeights)
    return std::nullopt;
  Dimensions dimensions(ops);
  if (!dimensions.rename(kernel))
    return std::nullopt;
  if (product) {
    std::optional<MatrixProduct> renamed = matchMatrixProduct(contraction);
    if (!renamed || !isSameProduct(*product, *renamed))
      return std::nullopt;
  }
  kernel.setName("kernel");
  kernel->removeAttr("schedule"); // in sizes of the original
  free.sizes = std::move(dimensions.sizes);
  return free;
}

} // namespace rx::compiler
