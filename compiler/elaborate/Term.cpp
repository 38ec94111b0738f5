//===- Term.cpp - terms over named indices ------------------------*- C++ -*-===//
#include "compiler/elaborate/Term.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using namespace mlir;

TermPtr Term::literal(double value, bool isInteger) {
  auto term = std::make_shared<Term>();
  term->kind = Number;
  term->number = value;
  term->isInteger = isInteger;
  return term;
}

TermPtr Term::read(Tensor tensor) {
  std::vector<std::string> labels = labelsOf(tensor.axes);
  return read(std::move(tensor), std::move(labels));
}

TermPtr Term::read(Tensor tensor, std::vector<std::string> indices) {
  auto term = std::make_shared<Term>();
  term->kind = Read;
  term->element = tensor.element;
  for (size_t i = 0; i < indices.size(); ++i) {
    if (!findAxis(term->free, indices[i]))
      term->free.push_back({indices[i], tensor.axes[i].size, tensor.axes[i].origin});
  }
  term->tensor = std::move(tensor);
  term->indices = std::move(indices);
  return term;
}

SizeExpr rx::elaborate::unknownSize(const std::string &index) { return SizeExpr::symbol("__" + index); }

bool rx::elaborate::isUnknown(const SizeExpr &size) { return size.str().rfind("__", 0) == 0; }

ArrayAttr rx::elaborate::stringArray(Builder &builder, const std::vector<std::string> &list) {
  return builder.getStrArrayAttr(llvm::SmallVector<llvm::StringRef>(list.begin(), list.end()));
}

bool Term::dependsOn(const std::string &index) const {
  return findAxis(free, index) != nullptr;
}

std::optional<Element> rx::elaborate::promote(Element left, Element right) {
  if (left == right)
    return left;
  if (left == Element::Literal || left == Element::Bool)
    return right == Element::Literal ? left : right;
  if (right == Element::Literal || right == Element::Bool)
    return left;
  return std::nullopt;
}
