//===- Generate.cpp - models as programs that continue a text ----*- C++ -*-===//
#include "compiler/elaborate/ExperimentBuilder.h"

#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"

#include <algorithm>
#include <cmath>
#include <sstream>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;
using nlohmann::json;

namespace {

constexpr const char *howToCall = "`generate(model, \"a prompt\", tokens = 100)`";

/// A number that says how tokens are chosen: its default, and what it has to be.
struct NumberRule {
  bool isInteger;
  double otherwise;
  bool (*isAllowed)(double);
  const char *rule;
};

const std::map<std::string, NumberRule> numbers = {
    {"tokens", {true, 100, [](double n) { return n >= 1; }, "at least 1"}},
    {"temperature", {false, 0, [](double t) { return t >= 0 && std::isfinite(t); },
      "0 (the likeliest token) or more, and finite"}},
    {"top_k", {true, 0, [](double k) { return k >= 0; }, "0 (off) or more"}},
    {"top_p", {false, 1, [](double p) { return p > 0 && p <= 1; }, "above 0, and at most 1 (off)"}},
    {"seed", {true, 1, [](double) { return true; }, "an integer"}},
};

/// A text, or a list of texts.
std::optional<std::vector<std::string>> textsOf(const Value &value) {
  std::vector<std::string> texts;
  if (value.kind == Value::String)
    texts.push_back(value.text);
  for (const Value &item : value.list) {
    if (item.kind != Value::String)
      return std::nullopt;
    texts.push_back(item.text);
  }
  if (value.kind != Value::String && value.kind != Value::List)
    return std::nullopt;
  return texts;
}

bool isSize(const Axis &axis, const Axis &expected) { return axis.size == expected.size; }

} // namespace

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

/// Fails unless the forward takes ids [texts, positions]. What it gives is seen once it is applied.
void ExperimentBuilder::requireIds(const Node &model, const diag::SourceRange &range) {
  const Item *forward = e.methodOf(model, "forward").first;
  const ast::Type *type =
      forward && forward->parameters.size() == 1 ? forward->parameters[0].type.get() : nullptr;
  if (!type || (type->text != "id" && type->text != "i32") || type->axes.size() != 2)
    e.fail("type-mismatch",
           "`generate` takes a model whose forward reads token ids, `x: id[v][b, t]`", range, "",
           {{range, "this model"},
            {forward ? forward->range : model.decl->range,
             forward ? "its forward" : "it has no forward"}});
}

/// NAME_logits: token ids [b, t] -> logits f32[b, t, v]. What reads a text step by step is derived
/// from it later. One for every model, however often it generates.
std::string ExperimentBuilder::logitsProgram(const NodePtr &model, const Expr &at) {
  if (auto known = generators.find(model.get()); known != generators.end())
    return known->second;
  requireIds(*model, at.range);
  e.requireInitialised(*model, at.range);
  std::string name = symbolFor(model->name);
  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto program = rxd::ProgramOp::create(atEnd, e.location(at.range), name + "_logits",
                                        stringArray(atEnd, {"x"}), stringArray(atEnd, {"input"}),
                                        stringArray(atEnd, {"logits"}));
  program->setAttr("rx.decode", atEnd.getStringAttr("t"));
  if (e.options.generator && e.options.generator->keepsWhole)
    program->setAttr("rx.keep", atEnd.getUnitAttr());
  mlir::Block &block = program.getBody().emplaceBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(&block), nullptr, nullptr, {}};
  std::vector<Axis> axes = {{"b", SizeExpr::symbol("b"), {at.range, ""}},
                            {"t", SizeExpr::symbol("t"), {at.range, ""}}};
  mlir::Type type = TermEmitter(emission.builder).tensorType(Element::I32, axes);
  mlir::Value ids = block.addArgument(type, e.location(at.range));
  Frame inside = frame(scope);
  inside.emission = &emission;
  Value argument = Value::tensor(Term::read({ids, axes, Element::I32}));
  argument.origin = {at.range, ""};
  Value value = e.callNode(model, "forward", {{"", argument}}, at, inside);
  Tensor logits = e.materialize(value, at.range, inside);
  if (logits.axes.size() != 3 || logits.element != Element::F32 ||
      !isSize(logits.axes[0], axes[0]) || !isSize(logits.axes[1], axes[1]) ||
      !logits.axes[2].size.isConstant())
    e.fail("type-mismatch",
           "`generate` takes a model whose forward gives a logit per token of the vocabulary, "
           "`f32[b, t, v]`",
           at.range, "",
           {{at.range, "this model"}, {e.methodOf(*model, "forward").first->range, "its forward"}});
  rxd::ReturnOp::create(emission.builder, e.location(at.range), mlir::ValueRange{logits.value});
  return generators[model.get()] = name;
}

/// What the runtime has to know of a model that generates.
json ExperimentBuilder::generator(const Value &model, const Value *tokenizer, const Expr &at) {
  if (model.kind != Value::Model)
    e.fail("type-mismatch", "`generate` takes a model, this is " + model.describe(), at.range,
           model.kind == Value::Family
               ? "choose a variant, `" + std::string(at.range.text()) + "[..]`"
               : howToCall);
  std::string program = logitsProgram(model.node, at);
  if (tokenizer && tokenizer->label != "tokenizer")
    e.fail("type-mismatch", "`tokenizer` is that of a loaded model", tokenizer->origin.range,
           "`tokenizer = source.tokenizer`");
  if (!tokenizer && model.node->source.empty())
    e.fail("type-mismatch",
           "`" + std::string(at.range.text()) + "` comes from no file that holds a tokenizer",
           at.range, "give that of a loaded model: `tokenizer = source.tokenizer`");
  json entry = {{"model", std::string(at.range.text())},
                {"program", program},
                {"tokenizer", tokenizer ? tokenizer->text : model.node->source}};
  auto &known = manifest["generators"];
  if (std::find(known.begin(), known.end(), entry) == known.end())
    known.push_back(entry);
  return entry;
}

//===----------------------------------------------------------------------===//
// show generate(..)
//===----------------------------------------------------------------------===//

json ExperimentBuilder::generate(const Expr &call, const Frame &frame) {
  json shown = {{"kind", "generate"}, {"stop", json::array()}};
  for (auto &[name, rule] : numbers)
    rule.isInteger ? shown[name] = int64_t(rule.otherwise) : shown[name] = rule.otherwise;
  std::vector<const Expr *> positional;
  std::optional<Value> tokenizer;
  for (auto &argument : call.arguments) {
    const Expr &given = *argument.value;
    if (argument.name.empty())
      positional.push_back(&given);
    else if (argument.name == "tokenizer")
      (tokenizer = e.eval(given, frame))->origin = {given.range, ""};
    else
      generateSetting(argument.name, e.eval(given, frame), given.range, shown);
  }
  if (positional.size() != 2)
    e.fail("argument-count", "`generate` takes a model and its prompts", call.range, howToCall);
  auto prompts = textsOf(e.eval(*positional[1], frame));
  if (!prompts || prompts->empty())
    e.fail("type-mismatch", "a prompt is a text, or several as a list of texts",
           positional[1]->range, "`generate(model, [\"one\", \"another\"])`");
  shown["prompts"] = *prompts;
  shown.update(
      generator(e.eval(*positional[0], frame), tokenizer ? &*tokenizer : nullptr, *positional[0]));
  return shown;
}

void ExperimentBuilder::generateSetting(const std::string &name, const Value &value,
                                        const diag::SourceRange &range, json &shown) {
  if (name == "stop") {
    auto texts = textsOf(value);
    if (!texts || std::count(texts->begin(), texts->end(), "") > 0)
      e.fail("type-mismatch", "`stop` is a text that ends the generated one, or a list of them",
             range, "`stop = [\"\\n\\n\"]`");
    shown["stop"] = *texts;
    return;
  }
  auto found = numbers.find(name);
  if (found == numbers.end()) {
    std::vector<std::string> known = {"stop", "tokenizer"};
    for (auto &[other, rule] : numbers)
      known.push_back(other);
    std::string nearest = diag::nearestName(name, known);
    e.fail("unknown-argument", "`generate` has no argument `" + name + "`", range,
           nearest.empty() ? "it has tokens, temperature, top_k, top_p, stop, seed and tokenizer"
                           : "did you mean `" + nearest + "`?");
  }
  const NumberRule &rule = found->second;
  if (rule.isInteger ? !value.isConstantInt() : !value.isNumber())
    e.fail("type-mismatch",
           "`" + name + "` is " + (rule.isInteger ? "an integer" : "a number") + ", this is " +
               value.describe(),
           range);
  if (!rule.isAllowed(value.asDouble()))
    e.fail("out-of-range",
           "`" + name + "` is " + numberText(value.asDouble()) + "; it is " + rule.rule, range);
  rule.isInteger ? shown[name] = value.size.constant() : shown[name] = value.asDouble();
}

//===----------------------------------------------------------------------===//
// A model chosen outside of the program: rxc generate --model
//===----------------------------------------------------------------------===//

/// Models by the names that choose them: `tied`, or `tied[2, "stepwise"]`.
std::vector<std::string> ExperimentBuilder::namesOfModels() const {
  std::vector<std::string> names;
  for (auto &[name, value] : scope->names) {
    if (value.kind == Value::Model)
      names.push_back(name);
    if (value.kind != Value::Family)
      continue;
    for (size_t i = 0; i < value.list.size(); ++i) {
      if (value.list[i].kind != Value::Model)
        continue;
      std::string choices;
      for (auto &[loop, choice] : value.choices[i]->all) {
        Fields one{{{loop, choice}}};
        std::string text = describeChoices(one).substr(loop.size() + 3);
        choices += (choices.empty() ? "" : ", ") +
                   (choice.kind == Value::String ? "\"" + text + "\"" : text);
      }
      names.push_back(name + "[" + choices + "]");
    }
  }
  return names;
}

void ExperimentBuilder::generateFromChosen(const GeneratorChoice &choice) {
  std::string text = choice.model;
  std::vector<std::string> names = namesOfModels();
  if (text.empty()) {
    std::string all;
    for (auto &name : names)
      all += (all.empty() ? "`" : ", `") + name + "`";
    if (names.empty())
      e.fail("type-mismatch", "experiment `" + item.name + "` has no model to generate from",
             item.nameRange ? item.nameRange : item.range);
    if (names.size() > 1)
      e.fail("argument-count", "experiment `" + item.name + "` has more than one model",
             item.nameRange ? item.nameRange : item.range, "choose one with --model: " + all);
    text = names.front();
  }
  e.sources.push_back(std::make_unique<diag::Source>("--model", text));
  auto expr = parse::parseExpression(*e.sources.back(), e.diagnostics);
  if (!expr)
    throw Error{e.diagnostics.diagnostics().back()};
  generator(e.eval(*expr, frame(scope)), nullptr, *expr);
  e.settingExprs.push_back(std::move(expr));
}
