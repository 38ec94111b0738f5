//===- Metric.cpp - metrics as programs --------------------------*- C++ -*-===//
//
// A metric becomes two programs: a step that takes one batch and the running sums, and a formula over the sums.
//
//===----------------------------------------------------------------------===//
#include "compiler/elaborate/ExperimentBuilder.h"
#include "runtime/abi/DataStages.h"

#include "dialects/rx/Rx.h"

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;
using nlohmann::json;

struct ExperimentBuilder::MetricParts {
  const Item *loop = nullptr;    // for batch in data.batches(n) { .. }
  const Expr *formula = nullptr; // over what the loop accumulates
  Value data;
};

/// What the step accumulates, by name, with the types of the sums.
struct ExperimentBuilder::Sums {
  std::vector<std::pair<std::string, Tensor>> all;
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (auto &[name, tensor] : all)
      result.push_back(name);
    return result;
  }
};

namespace {

Value tensorValue(Tensor tensor) { return Value::tensor(Term::read(std::move(tensor))); }

json stateJson(const std::string &name, const Tensor &tensor) {
  json shape = json::array();
  for (auto &axis : tensor.axes)
    shape.push_back(axis.size.str());
  return {{"name", name}, {"dtype", tensor.element == Element::F64 ? "f64" : tensor.element == Element::I32 ? "i32" : "f32"}, {"shape", shape}};
}

} // namespace

/// Every stage reads what the one before it gives.
void ExperimentBuilder::checkFlow(const DataPipeline &data) {
  Flow flow = Flow::Nothing;
  for (size_t i = 0; i < data.stages.size(); ++i) {
    auto name = data.stages[i].at("stage").get<std::string>();
    const StageRule *rule = stageRule(name);
    if (!rule) // a prompt
      return;
    if (flow != rule->from) {
      std::string reads = "reads " + std::string(flowName(rule->from)), gives = "gives " + std::string(flowName(flow));
      std::vector<diag::Label> labels;
      if (i > 0)
        labels = {{data.ranges[i - 1], gives}, {data.ranges[i], reads}};
      e.fail("type-mismatch", "`" + name + "` " + reads + ", but what comes before it " + gives, data.ranges[i],
             flow < rule->from ? "put " + stagesBetween(flow, rule->from) + " before it" : "", labels);
    }
    flow = rule->to;
  }
}

ExperimentBuilder::MetricParts ExperimentBuilder::partsOf(const Item &decl, const Frame &config) {
  MetricParts parts;
  for (auto &statement : decl.body) {
    if (statement->kind == Item::For && !parts.loop)
      parts.loop = statement.get();
    else if (statement->kind == Item::ExprStmt)
      parts.formula = statement->expr.get();
    else if (statement->kind == Item::Equation && !parts.loop)
      e.equation(*statement, config);
    else
      e.fail("misplaced", "a metric is one `for batch in data.batches(n) { .. }` and a formula", statement->range);
  }
  if (!parts.loop || !parts.formula)
    e.fail("misplaced", "a metric needs `for batch in data.batches(n) { .. }` and, last, a formula over what it accumulates", decl.range);
  parts.data = e.eval(*parts.loop->expr, config);
  if (parts.data.kind != Value::Data)
    e.fail("type-mismatch", "a metric runs over data, this is " + parts.data.describe(), parts.loop->expr->range);
  return parts;
}

std::string ExperimentBuilder::symbolFor(const std::string &stem) {
  std::string symbol = stem;
  auto isTaken = [&](const char *ending) { return mlir::SymbolTable::lookupSymbolIn(*e.module, symbol + ending) != nullptr; };
  for (int n = 2; isTaken("_step") || isTaken("_logits"); ++n)
    symbol = stem + "_" + std::to_string(n);
  return symbol;
}

/// (batch x and y, sums) -> sums. `scope` holds the metric's parameters.
ExperimentBuilder::Sums ExperimentBuilder::stepProgram(const Item &decl, const MetricParts &parts, const std::string &symbol, const std::shared_ptr<Scope> &scope) {
  const Item &loop = *parts.loop;
  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto empty = stringArray(atEnd, {});
  auto step = rxd::ProgramOp::create(atEnd, e.location(decl.range), symbol + "_step", empty, empty, empty);
  mlir::Block &block = step.getBody().emplaceBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(&block), nullptr, nullptr, {}};
  TermEmitter emitter(emission.builder);
  std::vector<Axis> batchAxes = {{"b", SizeExpr::symbol("b"), {loop.range, ""}}, {"t", SizeExpr::symbol("t"), {loop.range, ""}}};
  std::vector<std::string> names, roles;
  Value batch;
  batch.kind = Value::Record;
  batch.fields = std::make_shared<Fields>();
  for (auto *field : {"x", "y"}) {
    mlir::Value argument = block.addArgument(emitter.tensorType(Element::I32, batchAxes), e.location(loop.range));
    batch.fields->all.push_back({field, tensorValue({argument, batchAxes, Element::I32})});
    names.push_back(field);
    roles.push_back("input");
  }
  Frame f = frame(std::make_shared<Scope>(scope));
  f.emission = &emission;
  f.scope->names[loop.name] = batch;
  for (auto &axis : batchAxes) {
    Value size = Value::of(axis.size);
    size.label = axis.label;
    f.scope->names[axis.label] = size;
  }
  Sums sums;
  llvm::SmallVector<mlir::Value> next;
  for (auto &statement : loop.body) {
    if (statement->kind != Item::Equation)
      e.fail("misplaced", "the loop of a metric holds equations and `accumulate`", statement->range);
    if (statement->text != "accumulate") {
      e.equation(*statement, f);
      continue;
    }
    Tensor value = e.materialize(e.eval(*statement->values[0], f), statement->values[0]->range, f);
    Tensor before = value;
    before.value = block.addArgument(value.value.getType(), e.location(statement->range));
    Tensor after = emitter.materialize(e.apply("add", {Term::read(before), Term::read(value)}, statement->range), value.axes, e.location(statement->range));
    sums.all.push_back({statement->targets[0]->text, value});
    next.push_back(after.value);
    names.push_back(sums.all.back().first);
    roles.push_back("state");
  }
  rxd::ReturnOp::create(emission.builder, e.location(loop.range), next);
  step.setArgumentNamesAttr(stringArray(atEnd, names));
  step.setRolesAttr(stringArray(atEnd, roles));
  step.setOutputNamesAttr(stringArray(atEnd, sums.names()));
  return sums;
}

/// sums -> the metric's value
Tensor ExperimentBuilder::valueProgram(const MetricParts &parts, const Sums &sums, const std::string &symbol, const std::shared_ptr<Scope> &scope) {
  const diag::SourceRange &range = parts.formula->range;
  auto atEnd = mlir::OpBuilder::atBlockEnd(e.module->getBody());
  auto program = rxd::ProgramOp::create(atEnd, e.location(range), symbol + "_value", stringArray(atEnd, sums.names()),
                                        stringArray(atEnd, std::vector<std::string>(sums.all.size(), "input")), stringArray(atEnd, {"value"}));
  mlir::Block &block = program.getBody().emplaceBlock();
  Emission emission{mlir::OpBuilder::atBlockEnd(&block), nullptr, nullptr, {}};
  Frame f = frame(std::make_shared<Scope>(scope));
  f.emission = &emission;
  for (auto &[name, tensor] : sums.all) {
    Tensor argument = tensor;
    argument.value = block.addArgument(tensor.value.getType(), e.location(range));
    f.scope->names[name] = tensorValue(argument);
  }
  Tensor result = e.materialize(e.eval(*parts.formula, f), range, f);
  rxd::ReturnOp::create(emission.builder, e.location(range), mlir::ValueRange{result.value});
  return result;
}

json ExperimentBuilder::metric(const Value &measure, const Value *model, const diag::SourceRange &range) {
  const Item &decl = *measure.function.item;
  auto arguments = measure.fields->all;
  if (model)
    arguments.insert(arguments.begin(), {"", *model});
  auto inner = std::make_shared<Scope>(measure.function.scope);
  std::map<std::string, std::string> renames;
  Frame config = frame(inner);
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
  MetricParts parts = partsOf(decl, config);
  std::string symbol = symbolFor(decl.name + "_" + subject);
  Sums sums = stepProgram(decl, parts, symbol, inner);
  for (auto &parameter : decl.parameters)
    if (const Value *v = inner->find(parameter.name); v && v->kind == Value::Model)
      e.requireInitialised(*v->node, range);
  Tensor result = valueProgram(parts, sums, symbol, inner);
  checkFlow(*parts.data.data);
  json states = json::array();
  for (auto &[name, tensor] : sums.all)
    states.push_back(stateJson(name, tensor));
  return cells[key] = {{"metric", decl.name}, {"step", symbol + "_step"}, {"value_program", symbol + "_value"}, {"states", states},
                       {"data", parts.data.data->stages}, {"tokenizer", parts.data.data->tokenizerOf}, {"rank", result.axes.size()}};
}
