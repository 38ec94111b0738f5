//===- CheckNames.cpp - the names in a metric ----------------------------------===//
//
// The shapes of a metric follow from the models it is given, so by itself only its names can be
// checked. A name between square brackets may be an index, which nothing has to define.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/CheckDefinitions.h"
#include "compiler/elaborate/Walk.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

namespace {

void addIndices(const Expr &expr, std::set<std::string> &names) {
  for (auto &subscript : expr.subscripts)
    if (subscript.expr && subscript.expr->kind == Expr::Name)
      names.insert(subscript.expr->text);
}

/// What the statements of a metric define, and the indices they use.
std::set<std::string> definedIn(const Item &metric) {
  std::set<std::string> names = {"b", "t"}; // the axes of a batch
  for (auto &parameter : metric.parameters)
    names.insert(parameter.name);
  walkItems(metric.body, [&](const Item &item) {
    if (item.kind == Item::For)
      names.insert(item.name);
    for (auto &target : item.targets) {
      names.insert(target->kind == Expr::Subscripted ? target->children[0]->text : target->text);
      addIndices(*target, names);
    }
    for (const Expr *expr : readBy(item))
      walk(*expr, [&](const Expr &part) {
        addIndices(part, names);
        return true;
      });
  });
  return names;
}

} // namespace

void DefinitionCheck::checkNames(const Item &metric, const std::shared_ptr<Scope> &scope) {
  std::set<std::string> defined = definedIn(metric);
  std::vector<std::string> candidates = scope->visibleNames();
  candidates.insert(candidates.end(), defined.begin(), defined.end());
  walkItems(metric.body, [&](const Item &item) {
    for (const Expr *expr : readBy(item))
      walk(*expr, [&](const Expr &part) {
        if (part.kind != Expr::Name || defined.count(part.text) || scope->find(part.text) ||
            Elaborator::isNumberFunction(part.text))
          return true;
        throw Error{{"unknown-name",
                     "nothing is called `" + part.text + "` here",
                     part.range,
                     {},
                     {},
                     e.helpWithName(part.text, candidates)}};
      });
  });
}
