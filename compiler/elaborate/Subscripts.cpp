//===- Subscripts.cpp - what square brackets choose --------------*- C++ -*-===//
#include "compiler/elaborate/ExperimentBuilder.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Subscript;

/// "it has [n = 1], [n = 2]"
static std::string variantsText(const Value &family) {
  std::vector<std::string> variants;
  for (auto &choices : family.choices)
    variants.push_back("[" + describeChoices(*choices) + "]");
  if (variants.size() > 6)
    variants.resize(6), variants.push_back("..");
  return "there are " + joined(variants);
}

/// `relaxed[2, 64]`: the variant made at these values of the `for`s, outermost first; fewer give a
/// smaller family.
Value Elaborator::variantsOf(const Value &family, const Expr &expr, const Frame &frame) {
  Value chosen = family;
  chosen.list.clear();
  chosen.choices.clear();
  std::vector<Value> wanted;
  for (auto &subscript : expr.subscripts) {
    if (subscript.kind != Subscript::Index)
      fail("type-mismatch", "a variant is chosen by values, one for each `for`", subscript.range);
    wanted.push_back(eval(*subscript.expr, frame));
  }
  size_t depth = family.choices[0]->all.size();
  if (wanted.size() > depth)
    fail("rank-mismatch",
         "`" + std::string(expr.children[0]->range.text()) + "` is made under " +
             std::to_string(depth) + " `for`s, here are " + std::to_string(wanted.size()) +
             " values",
         expr.range);
  auto same = [](const Value &a, const Value &b) {
    return a.isNumber() ? b.isNumber() && a.asDouble() == b.asDouble()
                        : a.kind == b.kind && a.text == b.text && a.label == b.label;
  };
  for (size_t i = 0; i < family.list.size(); ++i) {
    auto &made = family.choices[i]->all;
    bool fits = true;
    for (size_t k = 0; k < wanted.size(); ++k)
      fits = fits && same(made[k].second, wanted[k]);
    if (!fits)
      continue;
    chosen.list.push_back(family.list[i]);
    chosen.choices.push_back(std::make_shared<Fields>(*family.choices[i]));
  }
  if (chosen.list.empty())
    fail("out-of-range",
         "`" + std::string(expr.children[0]->range.text()) + "` has no such variant", expr.range,
         variantsText(family));
  return wanted.size() == depth ? chosen.list[0] : chosen;
}

Value Elaborator::evalSubscripted(const Expr &expr, const Frame &frame) {
  Value base = eval(*expr.children[0], frame);
  if (base.kind == Value::List) {
    Value at = expr.subscripts.size() == 1 && expr.subscripts[0].expr
                   ? eval(*expr.subscripts[0].expr, frame)
                   : Value();
    if (frame.emission && at.kind != Value::Int) // positions that are indices
      return subscriptTensor(toTerm(base, expr.children[0]->range, frame), expr, frame);
    if (!at.isConstantInt() || at.size.constant() < 0 ||
        at.size.constant() >= int64_t(base.list.size()))
      fail("out-of-range",
           "a list of " + std::to_string(base.list.size()) + " is read at another position",
           expr.range);
    return base.list[at.size.constant()];
  }
  if (base.kind == Value::Family)
    return variantsOf(base, expr, frame);
  if (base.kind == Value::Model && base.node->kind != Node::Model) {
    Value at = expr.subscripts.size() == 1 && expr.subscripts[0].expr
                   ? eval(*expr.subscripts[0].expr, frame)
                   : Value();
    int64_t count = base.node->depths();
    if (!at.isConstantInt() || at.size.constant() < 0 || at.size.constant() >= count)
      fail("out-of-range",
           "`" + std::string(expr.children[0]->range.text()) + "` has " + std::to_string(count) +
               " layers, numbered from 0",
           expr.range);
    Value v;
    v.kind = Value::Layer;
    v.layers = {{base.node, at.size.constant()}};
    v.origin = {expr.range, ""};
    return v;
  }
  if (base.kind != Value::TensorTerm && base.kind != Value::Depth)
    fail("type-mismatch", base.describe() + " has no axes to index", expr.range);
  return subscriptTensor(toTerm(base, expr.children[0]->range, frame), expr, frame);
}
