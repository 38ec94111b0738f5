//===- Lists.cpp - lists of numbers as tensors ---------------------------------===//
#include "compiler/elaborate/Elaborator.h"

#include "dialects/rxt/Rxt.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;

namespace {

/// The sizes of a nested list, read off its first elements.
std::vector<int64_t> shapeOf(const Value &list) {
  std::vector<int64_t> shape;
  for (const Value *value = &list; value->kind == Value::List; value = &value->list.front()) {
    shape.push_back(value->list.size());
    if (value->list.empty())
      break;
  }
  return shape;
}

/// The numbers of a nested list in row-major order; false if it is not of this shape, or holds
/// something else.
bool flatten(const Value &value, const std::vector<int64_t> &shape, size_t depth,
             std::vector<double> &numbers) {
  if (depth == shape.size()) {
    bool isNumber = value.isNumber() || value.kind == Value::Bool;
    numbers.push_back(!isNumber ? 0 : value.kind == Value::Bool ? value.number : value.asDouble());
    return isNumber;
  }
  if (value.kind != Value::List || int64_t(value.list.size()) != shape[depth])
    return false;
  for (auto &inner : value.list)
    if (!flatten(inner, shape, depth + 1, numbers))
      return false;
  return true;
}

mlir::ElementsAttr elementsAttr(mlir::OpBuilder &builder, const std::vector<int64_t> &shape,
                                mlir::Type type, const std::vector<double> &numbers) {
  auto tensorType = mlir::RankedTensorType::get(shape, type);
  llvm::SmallVector<mlir::Attribute> values;
  for (double number : numbers)
    if (mlir::isa<mlir::FloatType>(type))
      values.push_back(builder.getFloatAttr(type, number));
    else
      values.push_back(builder.getIntegerAttr(type, int64_t(number)));
  return mlir::DenseElementsAttr::get(tensorType, values);
}

} // namespace

Tensor Elaborator::listTensor(const Value &list, const std::vector<std::string> &labels,
                              Element element, const diag::SourceRange &range, const Frame &frame) {
  std::vector<int64_t> shape = shapeOf(list);
  std::vector<double> numbers;
  if (!flatten(list, shape, 0, numbers) || numbers.empty())
    fail("type-mismatch", "a list that is used as a tensor holds numbers, in rows of one length",
         range, "`[[1, 2], [3, 4]]`");
  if (shape.size() != labels.size())
    fail("rank-mismatch",
         "lists " + std::to_string(shape.size()) + " deep for the " +
             std::to_string(labels.size()) + " axes [" + joined(labels) + "]",
         range);
  Tensor tensor;
  tensor.element = element;
  for (size_t i = 0; i < shape.size(); ++i)
    tensor.axes.push_back({labels[i], SizeExpr(shape[i]), {range, ""}});
  TermEmitter emitter(frame.emission->builder);
  mlir::Type type = emitter.elementType(element);
  auto op = rxt::ConstantOp::create(frame.emission->builder, location(range),
                                    emitter.tensorType(element, tensor.axes),
                                    elementsAttr(frame.emission->builder, shape, type, numbers));
  tensor.value = op.getResult();
  return tensor;
}

/// The first of `i`, `j`, `k`, .. that is not among `taken`.
static std::string freeLabel(const std::vector<std::string> &taken) {
  std::string label = "i";
  while (std::find(taken.begin(), taken.end(), label) != taken.end())
    label.back() == 'z' ? void(label += "i") : void(++label.back());
  return label;
}

std::vector<std::string> Elaborator::listLabels(const Value &list) {
  std::vector<std::string> labels;
  for (size_t depth = shapeOf(list).size(), i = 0; i < depth; ++i)
    labels.push_back(freeLabel(labels));
  return labels;
}

/// A list as an argument of a declared type: its axes are those declared.
Tensor Elaborator::listArgument(const Value &list, const ast::Type *type,
                                const diag::SourceRange &range, const Frame &frame) {
  static const std::map<std::string, Element> elements = {
      {"f64", Element::F64}, {"i32", Element::I32}, {"id", Element::I32}, {"bool", Element::Bool}};
  std::vector<std::string> labels(shapeOf(list).size());
  auto element = type ? elements.find(type->text) : elements.end();
  for (size_t fromEnd = 1; type && fromEnd <= std::min(type->axes.size(), labels.size());
       ++fromEnd) {
    auto &declared = type->axes[type->axes.size() - fromEnd];
    if (declared.kind == ast::Subscript::Pack)
      break;
    labels[labels.size() - fromEnd] = declared.expr->kind == ast::Expr::Name
                                          ? declared.expr->text
                                          : std::string(declared.expr->range.text());
  }
  for (auto &label : labels)
    if (label.empty())
      label = freeLabel(labels);
  return listTensor(list, labels, element == elements.end() ? Element::F32 : element->second, range,
                    frame);
}
