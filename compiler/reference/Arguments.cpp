//===- Arguments.cpp - match arguments with a function's types -------------===//
#include "compiler/reference/Arguments.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace rx::compiler {

std::string argumentName(func::FuncOp function, unsigned index) {
  if (auto name = function.getArgAttrOfType<StringAttr>(index, "rx.name"))
    return "argument '" + name.str() + "'";
  return "argument " + std::to_string(index);
}

namespace {

template <typename... Parts> llvm::Error error(const char *format, Parts &&...parts) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Parts>(parts)...).str());
}

std::string place(func::FuncOp function, unsigned index, unsigned axis) {
  return "axis " + std::to_string(axis) + " of " + argumentName(function, index);
}

/// Where a symbol got its value, for the error when another axis disagrees.
struct Origin {
  int64_t value;
  std::string place;
};

llvm::Error checkKind(func::FuncOp function, unsigned index, rxt::TensorType type,
                      const rxt::ReferenceTensor &tensor) {
  if (tensor.rank() != type.rank())
    return error("{0} has {1} axes, @{2} takes {3}", argumentName(function, index), tensor.rank(),
                 function.getName(), type.rank());
  if (rxt::elementKindOf(type.getElementType()) != tensor.kind)
    return error("{0} has elements of {1}, @{2} takes {3}", argumentName(function, index),
                 rxt::spelling(tensor.kind), function.getName(), type.getElementType());
  return llvm::Error::success();
}

llvm::Error checkAxis(func::FuncOp function, unsigned index, unsigned axis, rxt::AxisAttr attr,
                      int64_t actual, const SizeExpr::Bindings &bindings) {
  std::optional<int64_t> expected = attr.sizeExpr().evaluate(bindings);
  if (!expected)
    return error("{0}: the size '{1}' is fixed by no argument", place(function, index, axis),
                 attr.getSize());
  if (*expected != actual)
    return error("{0} has size {1}, expected '{2}' = {3}", place(function, index, axis), actual,
                 attr.getSize(), *expected);
  if (attr.getBound() >= 0 && actual > attr.getBound())
    return error("{0} has size {1}, more than its bound {2}", place(function, index, axis), actual,
                 attr.getBound());
  return llvm::Error::success();
}

} // namespace

llvm::Expected<SizeExpr::Bindings> bindSizes(func::FuncOp function,
                                             ArrayRef<rxt::ReferenceTensor> arguments) {
  SizeExpr::Bindings bindings;
  std::map<std::string, Origin> origins;
  for (auto [index, tensor] : llvm::enumerate(arguments)) {
    auto type = dyn_cast<rxt::TensorType>(function.getArgumentTypes()[index]);
    if (!type)
      return error("{0} of @{1} is not a tensor", argumentName(function, index),
                   function.getName());
    if (llvm::Error failed = checkKind(function, index, type, tensor))
      return std::move(failed);
    for (auto [axis, attr] : llvm::enumerate(type.getAxes())) {
      std::optional<std::string> symbol = attr.sizeExpr().asSymbol();
      if (!symbol)
        continue;
      Origin here{tensor.shape[axis], place(function, index, axis)};
      auto [known, isNew] = origins.try_emplace(*symbol, here);
      if (!isNew && known->second.value != here.value)
        return error("the size '{0}' is {1} by {2}, but {3} by {4}", *symbol, known->second.value,
                     known->second.place, here.value, here.place);
      bindings[*symbol] = here.value;
    }
  }
  for (auto [index, tensor] : llvm::enumerate(arguments)) {
    auto type = cast<rxt::TensorType>(function.getArgumentTypes()[index]);
    for (auto [axis, attr] : llvm::enumerate(type.getAxes()))
      if (llvm::Error failed = checkAxis(function, index, axis, attr, tensor.shape[axis], bindings))
        return std::move(failed);
  }
  return bindings;
}

} // namespace rx::compiler
