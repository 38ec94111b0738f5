#include "compiler/lower/SizeFree.h"
#include "compiler/lower/ContractShape.h"
#include "dialects/rxt/IterationSpace.h"

#include <cstdio>

using namespace mlir;

namespace rx::compiler {
namespace {

/// The only op beside the terminator, which reads arguments alone and whose result is returned; or
/// null.
Operation *onlyOp(FunctionOpInterface kernel) {
  Block &block = kernel.getFunctionBody().front();
  Operation *op = &block.front(), *end = block.getTerminator();
  bool alone = op != end && op->getNextNode() == end && op->getNumResults() == 1 &&
               llvm::equal(end->getOperands(), op->getResults());
  auto isArgument = [](Value value) { return isa<BlockArgument>(value); };
  return alone && llvm::all_of(op->getOperands(), isArgument) ? op : nullptr;
}

rxt::TensorType tensorOf(Value value) { return cast<rxt::TensorType>(value.getType()); }

template <typename Test> bool allSizes(Operation *op, Test test) {
  auto ofValue = [&](Value value) { return llvm::all_of(tensorOf(value).getAxes(), test); };
  return llvm::all_of(op->getOperands(), ofValue) && llvm::all_of(op->getResults(), ofValue);
}

/// Dimensions of an op, and which of them each axis of an operand or the result has.
class Dimensions {
public:
  explicit Dimensions(Operation *op) {
    addAxes(op->getResult(0));
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

  /// Gives every value the sizes `s00`, ..; false where an argument that is read twice would get
  /// two types.
  bool rename(FunctionOpInterface kernel, Operation *op) {
    llvm::SmallDenseMap<Value, Type> types;
    for (auto &[value, dims] : ofValues) {
      auto renamed = llvm::map_to_vector(dims, [&](unsigned dim) { return symbol(dim); });
      Type type = rxt::TensorType::get(tensorOf(value).getElementType(), renamed);
      if (auto [known, isNew] = types.try_emplace(value, type); !isNew && known->second != type)
        return false;
    }
    SmallVector<Type> arguments;
    for (BlockArgument argument : kernel.getArguments()) {
      auto type = types.find(argument);
      if (type == types.end())
        return false;
      arguments.push_back(type->second);
    }
    for (auto [argument, type] : llvm::zip(kernel.getArguments(), arguments))
      argument.setType(type);
    op->getResult(0).setType(types.lookup(op->getResult(0)));
    kernel.setType(FunctionType::get(op->getContext(), arguments, op->getResultTypes()));
    return true;
  }

  std::vector<SizeExpr> sizes;

private:
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

std::optional<SizeFree> freeOfSizes(FunctionOpInterface original) {
  SizeFree free{original->clone(), {}};
  auto kernel = cast<FunctionOpInterface>(*free.kernel);
  Operation *op = onlyOp(kernel);
  bool plain = op && isa<rxt::MapOp, rxt::ReduceOp, rxt::ContractOp, rxt::WindowOp>(op) &&
               allSizes(op, [](rxt::AxisAttr axis) { return axis.isPlain(); }) && !readsSizes(op);
  if (!plain)
    return std::nullopt;
  auto contraction = dyn_cast<rxt::ContractOp>(op);
  std::optional<MatrixProduct> product;
  if (contraction)
    product = matchMatrixProduct(contraction);
  bool isWeights =
      !contraction && allSizes(op, [](rxt::AxisAttr axis) { return axis.sizeExpr().isConstant(); });
  if (!product && !isWeights)
    return std::nullopt;
  Dimensions dimensions(op);
  if (!dimensions.rename(kernel, op))
    return std::nullopt;
  if (product) {
    std::optional<MatrixProduct> renamed = matchMatrixProduct(contraction);
    if (!renamed || !isSameProduct(*product, *renamed))
      return std::nullopt;
  }
  free.sizes = std::move(dimensions.sizes);
  return free;
}

} // namespace rx::compiler
