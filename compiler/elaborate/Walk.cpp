//===- Walk.cpp - over all of a syntax tree ----------------------------------===//
#include "compiler/elaborate/Walk.h"

using namespace rx;
using ast::Expr;
using ast::Item;

void rx::elaborate::walk(const Expr &expr, const std::function<bool(const Expr &)> &each) {
  if (!each(expr))
    return;
  auto visit = [&](const ast::ExprPtr &child) {
    if (child)
      walk(*child, each);
  };
  for (auto &child : expr.children)
    visit(child);
  for (auto &argument : expr.arguments)
    visit(argument.value);
  for (auto &[name, field] : expr.fields)
    visit(field);
  for (auto &subscript : expr.subscripts)
    visit(subscript.expr);
}

std::vector<const Expr *> rx::elaborate::readBy(const Item &item) {
  std::vector<const Expr *> reads;
  for (auto *expr : {&item.expr, &item.value})
    if (*expr)
      reads.push_back(expr->get());
  for (auto &value : item.values)
    reads.push_back(value.get());
  if (item.kind != Item::Equation)
    for (auto &target : item.targets)
      reads.push_back(target.get());
  return reads;
}

void rx::elaborate::walkItems(const ast::Body &body,
                              const std::function<void(const Item &)> &each) {
  for (auto &item : body) {
    each(*item);
    walkItems(item->body, each);
    walkItems(item->otherwise, each);
  }
}
