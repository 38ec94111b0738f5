//===- Experiment.cpp - settings, reports, metric programs -------*- C++ -*-===//
#include "compiler/elaborate/Elaborator.h"

#include "compiler/parse/Parse.h"
#include "dialects/rx/Rx.h"

#include <algorithm>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;
using nlohmann::json;

namespace rx::elaborate {

/// Elaborates one experiment: binds its members, then turns what its reports show into programs.
struct ExperimentBuilder {
  Elaborator &e;
  const Item &item;
  std::shared_ptr<Scope> scope;
  json manifest;
  std::map<std::string, json> cells; // programs already built, by name

  ExperimentBuilder(Elaborator &e, const Item &item, std::shared_ptr<Scope> parent) : e(e), item(item), scope(std::make_shared<Scope>(std::move(parent))) {}

  void run();
  void applySettings();
  void member(const Item &statement);
  json show(const Expr &expr);
  json table(const Expr &call);
  json cell(const Value &value, const Value *model, const std::string &column, const diag::SourceRange &range);
  json metric(const Value &measure, const Value *model, const diag::SourceRange &range);
  Frame frame() const {
    Frame f;
    f.scope = scope;
    return f;
  }
};

} // namespace rx::elaborate

namespace {

Value tensorValue(Tensor tensor) { return Value::tensor(Term::read(std::move(tensor))); }

/// Parameters held once, however many names they have.
int64_t uniqueParameters(Node &root) {
  std::map<std::string, int64_t> buffers;
  root.visit([&](Node &node) {
    for (auto &param : node.params)
      for (auto &buffer : param.buffers)
        buffers[buffer] = param.elements();
  });
  int64_t count = 0;
  for (auto &[name, elements] : buffers)
    count += elements;
  return count;
}

} // namespace

void Elaborator::experiment(const Item &item, const std::shared_ptr<Scope> &scope) {
  ExperimentBuilder builder(*this, item, scope);
  builder.run();
  (*module)->setAttr("rx.manifest", mlir::StringAttr::get(&context, builder.manifest.dump()));
}

//===----------------------------------------------------------------------===//
// Members and settings
//===----------------------------------------------------------------------===//

/// Presets first, then `--set`: `name = value` replaces a member, `name.argument = value` an argument of
/// the call that makes it.
void ExperimentBuilder::applySettings() {
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
  std::vector<std::string> known;
  std::map<std::string, const Expr *> calls;
  for (auto &statement : item.body)
    if (statement->kind == Item::Equation)
      for (size_t i = 0; i < statement->targets.size(); ++i) {
        std::string name = statement->targets[i]->text;
        known.push_back(name);
        if (statement->values[i]->kind == Expr::Call) {
          calls[name] = statement->values[i].get();
          const Value *callee = statement->values[i]->children[0]->kind == Expr::Name ? scope->find(statement->values[i]->children[0]->text) : nullptr;
          if (callee && callee->function.item)
            for (auto &parameter : callee->function.item->parameters)
              known.push_back(name + "." + parameter.name);
        }
      }
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

void ExperimentBuilder::member(const Item &statement) {
  switch (statement.kind) {
  case Item::Equation: {
    for (size_t i = 0; i < statement.targets.size() && i < statement.values.size(); ++i) {
      const Expr &target = *statement.targets[i];
      if (target.kind != Expr::Name)
        e.fail("syntax", "a member of an experiment is a name", target.range);
      auto overridden = e.memberOverrides.find(target.text);
      Value value = e.eval(overridden == e.memberOverrides.end() ? *statement.values[i] : *overridden->second, frame());
      if (value.kind == Value::InstanceOf || (value.kind == Value::Model && value.node->name.empty()))
        value = Value::model(e.instantiate(value, target.text, target.range));
      value.origin = {target.range, ""};
      if (scope->names.count(target.text))
        e.fail("duplicate-name", "`" + target.text + "` is defined twice", target.range);
      scope->names[target.text] = value;
    }
    break;
  }
  case Item::Part:
    if (statement.text == "frozen" && statement.expr) { // everything is frozen until it is trained
      Value value = e.eval(*statement.expr, frame());
      if (value.kind == Value::Model && value.node->name.empty())
        value.node->name = statement.names[0];
      scope->names[statement.names[0]] = value;
      break;
    }
    e.fail("not-yet-supported", "`" + statement.text + "` parses, but is not supported in an experiment yet", statement.range);
  case Item::Block:
    if (statement.text == "data") {
      if (!statement.expr)
        e.fail("not-yet-supported", "data given by a body are not supported yet", statement.range);
      Value value = e.eval(*statement.expr, frame());
      if (value.kind != Value::Data)
        e.fail("type-mismatch", "`data` is a pipeline, this is " + value.describe(), statement.expr->range);
      value.data->name = statement.name;
      scope->names[statement.name] = value;
    } else if (statement.text != "report" && statement.text != "preset")
      e.fail("not-yet-supported", "`" + statement.text + "` parses, but is not supported in an experiment yet", statement.range);
    break;
  case Item::Require: {
    Value holds = e.eval(*statement.expr, frame());
    if (holds.kind != Value::Bool || !holds.number)
      e.fail("requirement", statement.text.empty() ? "a requirement does not hold" : statement.text, statement.range);
    break;
  }
  case Item::Test:
    break;
  default:
    e.fail("not-yet-supported", "this statement parses, but is not supported in an experiment yet", statement.range);
  }
}

void ExperimentBuilder::run() {
  manifest["experiment"] = item.name;
  manifest["reports"] = json::array();
  applySettings();
  for (auto &statement : item.body)
    member(*statement);
  for (auto &statement : item.body) {
    if (statement->kind != Item::Block || statement->text != "report")
      continue;
    json report = {{"name", statement->name}, {"shows", json::array()}, {"claims", json::array()}};
    for (auto &line : statement->body) {
      if (line->kind == Item::Show)
        report["shows"].push_back(show(*line->expr));
      else if (line->kind == Item::Claim) {
        const Expr &c = *line->expr;
        static const std::set<std::string> comparisons = {"<", "<=", ">", ">=", "=="};
        if (c.kind != Expr::Binary || !comparisons.count(c.text))
          e.fail("type-mismatch", "a claim compares two values", c.range, "`claim \"..\": perplexity(a, D) < perplexity(b, D)`");
        json claim = {{"text", line->text}, {"operator", c.text}, {"expression", std::string(c.range.text())}};
        claim["left"] = cell(e.eval(*c.children[0], frame()), nullptr, "", c.children[0]->range);
        claim["right"] = cell(e.eval(*c.children[1], frame()), nullptr, "", c.children[1]->range);
        report["claims"].push_back(claim);
      } else
        e.fail("misplaced", "a `report` holds `show` and `claim`", line->range);
    }
    manifest["reports"].push_back(report);
  }
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

json ExperimentBuilder::show(const Expr &expr) {
  if (expr.kind == Expr::Call && expr.children[0]->isName("table"))
    return table(expr);
  if (expr.kind == Expr::Call && expr.children[0]->isName("most_likely")) {
    if (expr.arguments.size() != 2)
      e.fail("argument-count", "`most_likely(distribution, count)` takes a metric and a number", expr.range);
    Value measure = e.eval(*expr.arguments[0].value, frame()), count = e.eval(*expr.arguments[1].value, frame());
    if (measure.kind != Value::Measure || !count.isConstantInt())
      e.fail("type-mismatch", "`most_likely` takes a metric that gives a distribution, and a number", expr.range);
    json shown = {{"kind", "most_likely"}, {"title", std::string(expr.range.text())}, {"count", count.size.constant()}};
    shown["cell"] = metric(measure, nullptr, expr.range);
    return shown;
  }
  json shown = {{"kind", "value"}, {"title", std::string(expr.range.text())}};
  shown["cell"] = cell(e.eval(expr, frame()), nullptr, "", expr.range);
  return shown;
}

json ExperimentBuilder::table(const Expr &call) {
  const Expr *rows = nullptr, *columns = nullptr;
  for (auto &argument : call.arguments)
    (argument.name == "rows" ? rows : argument.name == "columns" ? columns : rows) = argument.value.get();
  if (!rows || !columns || rows->kind != Expr::List || columns->kind != Expr::List)
    e.fail("argument-count", "`table(rows = [..], columns = [..])` takes two lists", call.range);
  json shown = {{"kind", "table"}, {"columns", json::array()}, {"rows", json::array()}};
  for (auto &column : columns->children)
    shown["columns"].push_back(std::string(column->range.text()));
  for (auto &row : rows->children) {
    Value model = e.eval(*row, frame());
    if (model.kind != Value::Model)
      e.fail("type-mismatch", "a row of this table is a model, this is " + model.describe(), row->range);
    json line = {{"name", std::string(row->range.text())}, {"cells", json::array()}};
    for (auto &column : columns->children)
      line["cells"].push_back(cell(e.eval(*column, frame()), &model, std::string(column->range.text()), column->range));
    shown["rows"].push_back(line);
  }
  return shown;
}

json ExperimentBuilder::cell(const Value &value, const Value *model, const std::string &column, const diag::SourceRange &range) {
  if (value.isNumber())
    return {{"value", value.asDouble()}};
  if (value.kind == Value::Builtin && (value.text == "params" || value.text == "bytes") && model) {
    int64_t count = uniqueParameters(*model->node);
    return {{"value", value.text == "params" ? count : 4 * count}}; // held as f32
  }
  if (value.kind == Value::Measure)
    return metric(value, model, range);
  if (value.kind == Value::Class && value.function.item->text == "metric") {
    Value measure;
    measure.kind = Value::Measure;
    measure.function = value.function;
    measure.fields = std::make_shared<Fields>();
    measure.text = column;
    return metric(measure, model, range);
  }
  e.fail("type-mismatch", "a column is `params`, `bytes` or a metric, this is " + value.describe(), range);
}

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

/// A metric becomes two programs: a step that takes one batch and the running sums, and a formula over the sums.
json ExperimentBuilder::metric(const Value &measure, const Value *model, const diag::SourceRange &range) {
  const Item &decl = *measure.function.item;
  auto arguments = measure.fields->all;
  if (model)
    arguments.insert(arguments.begin(), {"", *model});
  auto inner = std::make_shared<Scope>(measure.function.scope);
  std::map<std::string, std::string> renames;
  Frame config;
  config.scope = inner;
  e.bindParameters(decl.parameters, arguments, inner, range, decl.name, config, renames);
  std::string subject = "value";
  for (auto &parameter : decl.parameters)
    if (const Value *v = inner->find(parameter.name); v && v->kind == Value::Model) {
      subject = v->node->name;
      break;
    }
  std::string key = decl.name + "_" + subject;
  for (auto &[name, value] : measure.fields->all)
    if (value.kind == Value::Data)
      key += "|" + value.data->stages.dump();
  if (auto it = cells.find(key); it != cells.end())
    return it->second;
  std::string symbol = decl.name + "_" + subject;
  for (int n = 2; mlir::SymbolTable::lookupSymbolIn(*e.module, symbol); ++n)
    symbol = decl.name + "_" + subject + "_" + std::to_string(n);

  const Item *loop = nullptr;
  const Expr *formula = nullptr;
  for (auto &statement : decl.body) {
    if (statement->kind == Item::For && !loop)
      loop = statement.get();
    else if (statement->kind == Item::ExprStmt)
      formula = statement->expr.get();
    else if (statement->kind == Item::Equation && !loop)
      e.equation(*statement, config);
    else
      e.fail("misplaced", "a metric is one `for batch in data.batches(n) { .. }` and a formula", statement->range);
  }
  if (!loop || !formula)
    e.fail("misplaced", "a metric needs `for batch in data.batches(n) { .. }` and, last, a formula over what it accumulates", decl.range);
  Value data = e.eval(*loop->expr, config);
  if (data.kind != Value::Data)
    e.fail("type-mismatch", "a metric runs over data, this is " + data.describe(), loop->expr->range);

  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto empty = stringArray(atEnd, {});
  auto step = rxd::ProgramOp::create(atEnd, e.location(decl.range), symbol + "_step", empty, empty, empty);
  mlir::Block &block = step.getBody().emplaceBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(&block), nullptr, nullptr, {}, ""};
  TermEmitter emitter(emission.builder);
  std::vector<Axis> batchAxes = {{"b", SizeExpr::symbol("b"), {loop->range, ""}}, {"t", SizeExpr::symbol("t"), {loop->range, ""}}};
  std::vector<std::string> names, roles, outputs;
  Value batch;
  batch.kind = Value::Record;
  batch.fields = std::make_shared<Fields>();
  for (auto *field : {"x", "y"}) {
    mlir::Value argument = block.addArgument(emitter.tensorType(Element::I32, batchAxes), e.location(loop->range));
    batch.fields->all.push_back({field, tensorValue({argument, batchAxes, Element::I32})});
    names.push_back(field);
    roles.push_back("input");
  }
  auto body = std::make_shared<Scope>(inner);
  body->names[loop->name] = batch;
  for (auto &axis : batchAxes) {
    Value size = Value::of(axis.size);
    size.label = axis.label;
    body->names[axis.label] = size;
  }
  Frame f;
  f.scope = body;
  f.emission = &emission;
  std::vector<std::pair<std::string, Tensor>> sums;
  llvm::SmallVector<mlir::Value> next;
  for (auto &statement : loop->body) {
    if (statement->kind != Item::Equation || statement->text != "accumulate") {
      if (statement->kind != Item::Equation)
        e.fail("misplaced", "the loop of a metric holds equations and `accumulate`", statement->range);
      e.equation(*statement, f);
      continue;
    }
    const Expr &target = *statement->targets[0];
    Tensor value = e.materialize(e.eval(*statement->values[0], f), statement->values[0]->range, f);
    Tensor before = value;
    before.value = block.addArgument(value.value.getType(), e.location(statement->range));
    Tensor after = emitter.materialize(e.apply("add", {Term::read(before), Term::read(value)}, statement->range), value.axes, e.location(statement->range));
    sums.push_back({target.text, value});
    next.push_back(after.value);
    names.push_back(target.text);
    roles.push_back("state");
    outputs.push_back(target.text);
  }
  rxd::ReturnOp::create(emission.builder, e.location(loop->range), next);
  step.setArgumentNamesAttr(stringArray(atEnd, names));
  step.setRolesAttr(stringArray(atEnd, roles));
  step.setOutputNamesAttr(stringArray(atEnd, outputs));

  auto finish = rxd::ProgramOp::create(atEnd, e.location(formula->range), symbol + "_value", stringArray(atEnd, outputs),
                                       stringArray(atEnd, std::vector<std::string>(outputs.size(), "input")), stringArray(atEnd, {"value"}));
  mlir::Block &last = finish.getBody().emplaceBlock();
  Emission final{mlir::OpBuilder::atBlockEnd(&last), nullptr, nullptr, {}, ""};
  Frame g;
  g.scope = std::make_shared<Scope>(inner);
  g.emission = &final;
  for (auto &[name, tensor] : sums) {
    Tensor argument = tensor;
    argument.value = last.addArgument(tensor.value.getType(), e.location(formula->range));
    g.scope->names[name] = tensorValue(argument);
  }
  Tensor result = e.materialize(e.eval(*formula, g), formula->range, g);
  rxd::ReturnOp::create(final.builder, e.location(formula->range), mlir::ValueRange{result.value});

  json states = json::array();
  for (auto &[name, tensor] : sums) {
    json shape = json::array();
    for (auto &axis : tensor.axes)
      shape.push_back(axis.size.str());
    states.push_back({{"name", name}, {"dtype", tensor.element == Element::F64 ? "f64" : tensor.element == Element::I32 ? "i32" : "f32"}, {"shape", shape}});
  }
  json built = {{"metric", decl.name},   {"step", symbol + "_step"}, {"value_program", symbol + "_value"}, {"states", states},
                {"data", data.data->stages}, {"tokenizer", data.data->tokenizerOf}, {"rank", result.axes.size()}};
  return cells[key] = built;
}
