//===- BuildChecks.cpp - what the grammar is too wide for ------------------===//

#include "compiler/parse/Builder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

using namespace rx;
using namespace rx::parse;
using ast::Expr;

namespace {

/// `name[i](..)` with one of these names binds i in its parentheses (rule R6).
constexpr std::array<std::string_view, 18> reducers = {
    "sum",    "prod",      "mean",   "var",    "max",     "min",  "any",     "all",   "argmax",
    "argmin", "logsumexp", "median", "cumsum", "cumprod", "sort", "argsort", "ranks", "join"};

constexpr std::array<std::string_view, 7> comparisons = {"==", "!=",           "<", "<=", ">",
                                                         ">=", "approximately"};

bool isOneOf(const auto &list, const std::string &text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool isComparison(const Expr &e) { return e.kind == Expr::Binary && isOneOf(comparisons, e.text); }

} // namespace

void Builder::checkTarget(const Expr &target) {
  const Expr *root = &target;
  while (root->kind == Expr::Member || root->kind == Expr::Subscripted)
    root = root->children[0].get();
  if (root->kind != Expr::Name || target.isParenthesised)
    diagnostics
        .error(target.range, "syntax",
               "only a name can stand on the left, with indices or members behind it")
        .suggest("write `name = ...`, `name[i, j] = ...` or `path.to.setting = ...`; to compare, "
                 "write `==`");
  else
    definedNames.insert(root->text);
}

void Builder::checkValueCount(const ast::Item &equation) {
  size_t names = equation.targets.size(), values = equation.values.size();
  if (values != 1 && values != names)
    diagnostics
        .error(equation.range, "syntax",
               std::to_string(names) + (names == 1 ? " name" : " names") + " on the left, " +
                   std::to_string(values) + " values on the right")
        .suggest("write one value for each name, or one value that has as many parts as there are "
                 "names");
}

/// `d == 640` as a line of its own is a slip for `d = 640`. The last item of a body is its value.
void Builder::checkNoDiscardedComparison(const ast::Body &items, bool lastIsValue) {
  for (const auto &item : items) {
    if (lastIsValue && item == items.back())
      return;
    if (item->kind == ast::Item::ExprStmt && item->expr->kind == Expr::Binary &&
        item->expr->text == "==")
      diagnostics.error(item->range, "syntax", "nothing uses the result of this comparison")
          .suggest("to define a name, write `=`; to check a value, `require a == b`");
  }
}

/// `sum[e] - x` parses as a difference; the reducer in it lacks its parentheses. A file may have a
/// value of the same name, and then it is an element of that.
void Builder::reportBareReducers() {
  for (const Expr *operand : operands) {
    const std::string &name = operand->children[0]->text;
    if (isOneOf(reducers, name) && !definedNames.count(name))
      diagnostics
          .error(operand->range, "syntax", "`" + name + "` takes what it works on in parentheses")
          .suggest("write `" + std::string(operand->range.text()) + "(...)`");
  }
}

void Builder::checkNoComparisonChain(const Expr &comparison) {
  if (!isComparison(comparison))
    return;
  const Expr &left = *comparison.children[0];
  if (!isComparison(left) || left.isParenthesised)
    return;
  std::string middle(left.children[1]->range.text());
  diagnostics.error(comparison.range, "syntax", "comparisons do not chain")
      .suggest("write `" + std::string(left.range.text()) + " and " + middle + " " +
               comparison.text + " " + std::string(comparison.children[1]->range.text()) + "`");
}

/// `sum[d] (x - y) ^ 2` looks as if it summed the square, and would not.
void Builder::checkCallGap(const Expr &call, const diag::SourceRange &parenthesis) {
  const Expr &callee = *call.children[0];
  if (callee.kind != Expr::Subscripted || callee.isParenthesised ||
      callee.range.end == parenthesis.begin)
    return;
  std::string head(callee.range.text());
  diagnostics
      .error({&source, callee.range.begin, parenthesis.end}, "syntax",
             "a space stands between `" + head + "` and its parentheses")
      .suggest("write `" + head + "(...)` around everything that it works on");
}

void Builder::checkArguments(const std::vector<ast::Argument> &arguments) {
  std::map<std::string, const ast::Argument *> named;
  for (const ast::Argument &argument : arguments)
    if (auto [first, isNew] = named.try_emplace(argument.name, &argument);
        !isNew && !argument.name.empty())
      diagnostics
          .error(argument.value->range, "duplicate-name", "`" + argument.name + "` is given twice")
          .label(first->second->value->range, "first")
          .label(argument.value->range, "again");
  for (size_t i = 1; i < arguments.size(); ++i)
    if (arguments[i].name.empty() && !arguments[i - 1].name.empty())
      diagnostics
          .error(arguments[i].value->range, "syntax", "a plain argument cannot follow a named one")
          .suggest("name this one, too, or put it before `" + arguments[i - 1].name + " = ...`");
}

void Builder::checkNumber(const Expr &number) {
  // Whole numbers are held as doubles; beyond 2^53 not each has its own.
  constexpr double largestWhole = 9007199254740992.0;
  if (!std::isfinite(number.number))
    diagnostics.error(number.range, "syntax", "this number is too large")
        .suggest("infinity is written `inf`");
  else if (number.isInteger && number.number > largestWhole)
    diagnostics.error(number.range, "syntax", "whole numbers end at 9007199254740992")
        .suggest("a decimal number may be larger: write a decimal point");
}
