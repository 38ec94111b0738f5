//===- Experiment.cpp - settings and members of an experiment ----*- C++ -*-===//
#include "compiler/elaborate/ExperimentBuilder.h"

#include "compiler/parse/Parse.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;

void Elaborator::experiment(const Item &item, const std::shared_ptr<Scope> &scope) {
  ExperimentBuilder builder(*this, item, scope);
  builder.run();
  (*module)->setAttr("rx.manifest", mlir::StringAttr::get(&context, builder.manifest.dump()));
}

void ExperimentBuilder::run() {
  manifest["experiment"] = item.name;
  manifest["reports"] = json::array();
  applySettings();
  for (auto &statement : item.body)
    member(*statement, scope);
  if (e.options.generator)
    return generateFromChosen(*e.options.generator);
  for (auto &statement : item.body)
    if (statement->kind == Item::Block && statement->text == "report")
      manifest["reports"].push_back(report(*statement));
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

/// The preset's, then those of the command line.
std::vector<std::pair<std::string, const Expr *>> ExperimentBuilder::collectSettings() {
  std::vector<std::pair<std::string, const Expr *>> settings;
  bool found = e.options.preset.empty();
  for (auto &statement : item.body)
    if (statement->kind == Item::Block && statement->text == "preset" && statement->name == e.options.preset) {
      found = true;
      for (auto &setting : statement->body)
        if (setting->kind == Item::Equation && setting->targets.size() == 1)
          settings.push_back({std::string(setting->targets[0]->range.text()), setting->values[0].get()});
    }
  if (!found)
    e.fail("unknown-setting", "experiment `" + item.name + "` has no preset `" + e.options.preset + "`", {});
  for (auto &setting : e.options.settings) {
    e.sources.push_back(std::make_unique<diag::Source>("--set " + setting.path, setting.value));
    auto value = parse::parseExpression(*e.sources.back(), e.diagnostics);
    if (!value)
      throw Error{e.diagnostics.diagnostics().back()};
    settings.push_back({setting.path, value.get()});
    e.settingExprs.push_back(std::move(value));
  }
  return settings;
}

/// What may be set: every member by name, and the arguments of the call that makes one.
void ExperimentBuilder::listSettings(const ast::Body &body, std::vector<std::string> &known, std::map<std::string, const Expr *> &calls) {
  for (auto &statement : body) {
    if (statement->kind == Item::For)
      listSettings(statement->body, known, calls);
    if (statement->kind != Item::Equation)
      continue;
    for (size_t i = 0; i < statement->targets.size(); ++i) {
      std::string name = statement->targets[i]->text;
      known.push_back(name);
      const Expr &value = *statement->values[i];
      if (value.kind != Expr::Call)
        continue;
      calls[name] = &value;
      const Value *callee = value.children[0]->kind == Expr::Name ? scope->find(value.children[0]->text) : nullptr;
      if (callee && callee->function.item)
        for (auto &parameter : callee->function.item->parameters)
          known.push_back(name + "." + parameter.name);
    }
  }
}

/// `name = value` replaces a member, `name.argument = value` an argument of the call that makes it.
void ExperimentBuilder::applySettings() {
  auto settings = collectSettings();
  std::vector<std::string> known;
  std::map<std::string, const Expr *> calls;
  listSettings(item.body, known, calls);
  for (auto &[path, value] : settings) {
    if (std::find(known.begin(), known.end(), path) == known.end()) {
      std::string nearest = diag::nearestName(path, known);
      e.fail("unknown-setting", "no setting `" + path + "` in experiment `" + item.name + "`", value->range, nearest.empty() ? "" : "the nearest is `" + nearest + "`");
    }
    size_t dot = path.find('.');
    if (dot == std::string::npos)
      e.memberOverrides[path] = value;
    else
      e.callOverrides[calls.at(path.substr(0, dot))].push_back({path.substr(dot + 1), value});
  }
}

//===----------------------------------------------------------------------===//
// Members
//===----------------------------------------------------------------------===//

std::string rx::elaborate::describeChoices(const Fields &choices) {
  std::string text;
  for (auto &[name, value] : choices.all) {
    std::string shown = value.kind == Value::String ? value.text : !value.label.empty() && !value.isNumber() ? value.label : value.isConstantInt() ? value.size.str() : "";
    if (shown.empty() && value.isNumber()) {
      char digits[32];
      snprintf(digits, sizeof digits, "%g", value.number);
      shown = digits;
    }
    text += (text.empty() ? "" : ", ") + name + " = " + shown;
  }
  return text;
}

/// A symbol of letters and digits that names a variant.
static std::string symbolOf(const std::string &name, const Fields &choices) {
  std::string symbol = name;
  for (auto &[choice, value] : choices.all) {
    Fields one;
    one.all = {{choice, value}};
    std::string text = describeChoices(one).substr(choice.size() + 3);
    symbol += "_";
    for (char c : text)
      symbol += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  }
  return symbol;
}

/// Binds a name where it stands; under a `for` also as one more variant of the family of that name.
void ExperimentBuilder::define(const std::string &name, Value value, const diag::SourceRange &range, const std::shared_ptr<Scope> &at) {
  if (value.kind == Value::InstanceOf || (value.kind == Value::Model && value.node->name.empty())) {
    value = Value::model(e.instantiate(value, symbolOf(name, choices), range));
    e.initialiseFresh(*value.node);
  }
  value.origin = {range, ""};
  auto known = at->names.find(name);
  if (known != at->names.end() || (at != scope && scope->names.count(name) && scope->names[name].kind != Value::Family))
    e.fail("duplicate-name", "`" + name + "` is defined twice", range);
  at->names[name] = value;
  if (at == scope)
    return;
  Value &family = scope->names[name];
  family.kind = Value::Family;
  family.origin = value.origin;
  family.list.push_back(value);
  family.choices.push_back(std::make_shared<Fields>(choices));
}

void ExperimentBuilder::equation(const Item &statement, const std::shared_ptr<Scope> &at) {
  for (size_t i = 0; i < statement.targets.size() && i < statement.values.size(); ++i) {
    const Expr &target = *statement.targets[i];
    if (target.kind != Expr::Name)
      e.fail("syntax", "a member of an experiment is a name", target.range);
    auto overridden = e.memberOverrides.find(target.text);
    define(target.text, e.eval(overridden == e.memberOverrides.end() ? *statement.values[i] : *overridden->second, frame(at)), target.range, at);
  }
}

void ExperimentBuilder::data(const Item &statement, const std::shared_ptr<Scope> &at) {
  if (!statement.expr)
    e.fail("not-yet-supported", "data given by a body are not supported yet", statement.range);
  Value value = e.eval(*statement.expr, frame(at));
  if (value.kind != Value::Data)
    e.fail("type-mismatch", "`data` is a pipeline, this is " + value.describe(), statement.expr->range);
  value.data->name = statement.name;
  at->names[statement.name] = value;
}

void ExperimentBuilder::forEach(const Item &loop, const std::shared_ptr<Scope> &at, const std::function<void(const std::shared_ptr<Scope> &)> &each) {
  for (Value &value : e.collection(*loop.expr, loop.value.get(), frame(at))) {
    auto inner = std::make_shared<Scope>(at);
    inner->names[loop.name] = value;
    choices.all.push_back({loop.name, value});
    each(inner);
    choices.all.pop_back();
  }
}

void ExperimentBuilder::member(const Item &statement, const std::shared_ptr<Scope> &at) {
  switch (statement.kind) {
  case Item::Equation:
    return equation(statement, at);
  case Item::For:
    return forEach(statement, at, [&](const std::shared_ptr<Scope> &inner) {
      for (auto &member : statement.body)
        this->member(*member, inner);
    });
  case Item::Part:
    if (statement.text == "frozen" && statement.expr) // everything is frozen until it is trained
      return define(statement.names[0], e.eval(*statement.expr, frame(at)), statement.range, at);
    e.fail("not-yet-supported", "`" + statement.text + "` parses, but is not supported in an experiment yet", statement.range);
  case Item::Block:
    if (statement.text == "data")
      return data(statement, at);
    if (statement.text != "report" && statement.text != "preset")
      e.fail("not-yet-supported", "`" + statement.text + "` parses, but is not supported in an experiment yet", statement.range);
    return;
  case Item::Require: {
    Value holds = e.eval(*statement.expr, frame(at));
    if (holds.kind != Value::Bool || !holds.number)
      e.fail("requirement", statement.text.empty() ? "a requirement does not hold" : statement.text, statement.range);
    return;
  }
  case Item::Test:
    return;
  default:
    e.fail("not-yet-supported", "this statement parses, but is not supported in an experiment yet", statement.range);
  }
}
