//===- Trainings.cpp - what can be said of trainings before they run ---------===//
//
// A training yields its models under its own name and leaves those it started from as they were.
// Which models it trains follows from names: those of `over`, else those that the minimised loss
// takes, without what is frozen.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/Trainings.h"

#include "compiler/elaborate/Walk.h"

#include <map>
#include <set>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;
using diag::SourceRange;

namespace {

bool isTraining(const Item &item) { return item.kind == Item::Block && item.text == "train"; }

/// `m` of `m.layers[0]`; "" if there is none.
const Expr *rootOf(const Expr &path) {
  const Expr *root = &path;
  while (root->kind == Expr::Member || root->kind == Expr::Subscripted)
    root = root->children[0].get();
  return root->kind == Expr::Name ? root : nullptr;
}

/// A name that a training changes, where it says so.
struct Trained {
  std::string name;
  SourceRange at;
  bool isExplicit; // named in `over`, or given to a training for the model it trains
};

class Checker {
public:
  Checker(const FindTraining &find, diag::DiagnosticEngine &diagnostics)
      : find(find), diagnostics(diagnostics) {}

  /// The statements of one scope, in order. `defined` are names that may stand for models.
  void scope(const ast::Body &body, std::set<std::string> defined);

private:
  std::vector<Trained> minimisedIn(const ast::Body &body);
  std::vector<Trained> trainedBy(const Item &training);
  void training(const Item &training, const std::set<std::string> &defined);
  void checkHeldOut(const ast::Body &body);
  void checkReads(const Expr &expr);

  const FindTraining &find;
  diag::DiagnosticEngine &diagnostics;
  std::map<std::string, SourceRange> frozen;
  std::map<std::string, const Item *> trained; // by the training that yields it
};

std::vector<Trained> Checker::minimisedIn(const ast::Body &body) {
  std::vector<Trained> names;
  walkItems(body, [&](const Item &item) {
    if (item.kind != Item::Minimize)
      return;
    for (auto &path : item.targets)
      if (const Expr *root = rootOf(*path))
        names.push_back({root->text, path->range, true});
    if (item.targets.empty() && item.expr->kind == Expr::Call)
      for (auto &argument : item.expr->arguments)
        if (argument.value->kind == Expr::Name)
          names.push_back({argument.value->text, argument.value->range, false});
  });
  return names;
}

/// `train run amends Finetune(m)` trains what `Finetune` trains, under the names given to it.
std::vector<Trained> Checker::trainedBy(const Item &training) {
  std::vector<Trained> names = minimisedIn(training.body);
  const Expr *call =
      training.value && training.value->kind == Expr::Call ? training.value.get() : nullptr;
  const Item *amended =
      call && call->children[0]->kind == Expr::Name ? find(call->children[0]->text) : nullptr;
  if (!amended)
    return names;
  for (const Trained &inner : minimisedIn(amended->body))
    for (size_t i = 0; i < amended->parameters.size(); ++i) {
      if (amended->parameters[i].name != inner.name)
        continue;
      for (size_t a = 0; a < call->arguments.size(); ++a) {
        const ast::Argument &argument = call->arguments[a];
        bool isGiven = argument.name.empty() ? a == i : argument.name == inner.name;
        if (isGiven && argument.value->kind == Expr::Name)
          names.push_back(
              {argument.value->text, argument.value->range, i == 0 || inner.isExplicit});
      }
    }
  return names;
}

void Checker::training(const Item &item, const std::set<std::string> &defined) {
  for (const Trained &one : trainedBy(item)) {
    if (auto found = frozen.find(one.name); found != frozen.end()) {
      if (one.isExplicit)
        diagnostics
            .error(one.at, "frozen",
                   "`" + one.name + "` is frozen, and this training is to change it")
            .label(one.at, "trained here")
            .label(found->second, "frozen here")
            .suggest("train a copy: `m = copy(" + one.name + ")`, or leave `frozen` out");
      continue;
    }
    if (defined.count(one.name))
      trained[one.name] = &item;
  }
}

/// Data that are held out for the test choose neither weights nor models; watching them with
/// `track` is allowed.
void Checker::checkHeldOut(const ast::Body &body) {
  walkItems(body, [&](const Item &item) {
    if (item.kind == Item::Equation && item.text == "track")
      return;
    for (const Expr *expr : readBy(item))
      walk(*expr, [&](const Expr &part) {
        if (part.kind == Expr::Member && part.text == "test")
          diagnostics
              .error(part.range, "leak",
                     "a training reads `" + std::string(part.range.text()) +
                         "`, which is held out for the test")
              .suggest("fit on `.train`, select on `.valid`, report on `.test`");
        return true;
      });
  });
}

void Checker::checkReads(const Expr &expr) {
  walk(expr, [&](const Expr &part) {
    if (part.kind == Expr::Member)
      return part.children[0]->kind != Expr::Name; // `m.d` is a size, the same before and after
    if (part.kind == Expr::Call && part.children[0]->isName("before"))
      return false;
    auto found = part.kind == Expr::Name ? trained.find(part.text) : trained.end();
    if (found == trained.end())
      return true;
    const Item &by = *found->second;
    diagnostics
        .error(part.range, "stale-model",
               "`" + part.text +
                   "` is read after it was trained; this is the model as it was before")
        .label(part.range, "not trained")
        .label(by.nameRange ? by.nameRange : by.range, "trained here")
        .suggest("`" + by.name + "." + part.text + "` is the trained model; `before(" + part.text +
                 ")` says that the untrained one is meant");
    return true;
  });
}

void Checker::scope(const ast::Body &body, std::set<std::string> defined) {
  const std::set<std::string> outside = defined;
  for (auto &item : body) {
    if (item->kind == Item::Block && item->text == "preset")
      continue;
    if (isTraining(*item)) {
      if (item->value)
        checkReads(*item->value);
      checkHeldOut(item->body);
      training(*item, defined);
      continue;
    }
    for (const Expr *expr : readBy(*item))
      checkReads(*expr);
    if (item->kind == Item::Equation)
      for (auto &target : item->targets) {
        defined.insert(target->text);
        trained.erase(target->text); // defined anew
      }
    if (item->kind == Item::Part && item->text == "frozen")
      for (auto &name : item->names)
        frozen[name] = item->nameRange ? item->nameRange : item->range;
    if (!item->body.empty()) {
      std::set<std::string> inner = defined;
      if (item->kind == Item::For)
        inner.insert(item->name);
      scope(item->body, inner);
    }
  }
  std::erase_if(trained, [&](auto &entry) {
    return !outside.count(entry.first);
  }); // what was defined here is gone
}

} // namespace

void rx::elaborate::checkTrainings(const Item &experiment, const FindTraining &find,
                                   diag::DiagnosticEngine &diagnostics) {
  Checker(find, diagnostics).scope(experiment.body, {});
}
