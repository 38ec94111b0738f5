//===- Report.cpp - what an experiment shows and claims ----------*- C++ -*-===//
#include "compiler/elaborate/ExperimentBuilder.h"

#include <algorithm>
#include <cmath>

using namespace rx;
using namespace rx::elaborate;
using ast::Expr;
using ast::Item;
using nlohmann::json;

/// What an author wrote over several lines, as a title.
static std::string onOneLine(const diag::SourceRange &range) {
  std::string line;
  bool space = false;
  for (char c : range.text()) {
    bool isSpace = std::isspace(static_cast<unsigned char>(c));
    bool glues = c == ')' || c == ']' || line.empty() || line.back() == '(' || line.back() == '[';
    if (!isSpace && space && !glues)
      line += ' ';
    if (!isSpace)
      line += c;
    space = isSpace;
  }
  return line;
}

json ExperimentBuilder::report(const Item &statement) {
  json report = {{"name", statement.name}, {"shows", json::array()}, {"claims", json::array()}};
  for (auto &line : statement.body)
    this->line(*line, scope, report);
  return report;
}

void ExperimentBuilder::line(const Item &statement, const std::shared_ptr<Scope> &at, json &report) {
  if (statement.kind == Item::Show)
    report["shows"].push_back(show(*statement.expr, frame(at)));
  else if (statement.kind == Item::Claim)
    claim(statement, frame(at), report["claims"]);
  else if (statement.kind == Item::For)
    forEach(statement, at, [&](const std::shared_ptr<Scope> &inner) {
      for (auto &line : statement.body)
        this->line(*line, inner, report);
    });
  else
    e.fail("misplaced", "a `report` holds `show`, `claim` and `for`", statement.range);
}

//===----------------------------------------------------------------------===//
// Claims
//===----------------------------------------------------------------------===//

/// `a < b`, or `a == b within t`; under a `for` the text says for which values.
void ExperimentBuilder::claim(const Item &statement, const Frame &frame, json &claims) {
  const Expr &c = *statement.expr;
  if (c.kind == Expr::Call && c.children[0]->isName("falls"))
    return claimFalls(statement, frame, claims);
  static const std::set<std::string> comparisons = {"<", "<=", ">", ">=", "=="};
  if (c.kind != Expr::Binary || !comparisons.count(c.text))
    e.fail("type-mismatch", "a claim compares two values", c.range, "`claim \"..\": perplexity(a, D) < perplexity(b, D)`");
  std::string text = statement.text + (choices.all.empty() ? "" : " (" + describeChoices(choices) + ")");
  json claim = {{"text", text}, {"operator", c.text}, {"expression", onOneLine(c.range)}};
  claim["left"] = cell(e.eval(*c.children[0], frame), nullptr, "", c.children[0]->range);
  claim["right"] = cell(e.eval(*c.children[1], frame), nullptr, "", c.children[1]->range);
  if (statement.value) {
    Value within = e.eval(*statement.value, frame);
    if (!within.isNumber() || !std::isfinite(within.asDouble()) || c.text != "==")
      e.fail("type-mismatch", "`within` gives the relative tolerance of `==`", statement.value->range, "`a == b within 1e-4`");
    claim["within"] = within.asDouble();
  }
  claims.push_back(claim);
}

/// `falls(perplexity(family, D))`: one claim per neighbouring pair of variants.
void ExperimentBuilder::claimFalls(const Item &statement, const Frame &frame, json &claims) {
  const Expr &call = *statement.expr;
  Value measure = call.arguments.size() == 1 ? e.eval(*call.arguments[0].value, frame) : Value();
  const Value *family = nullptr;
  if (measure.kind == Value::Measure)
    for (auto &[name, value] : measure.fields->all)
      if (value.kind == Value::Family && !family)
        family = &value;
  if (!family)
    e.fail("type-mismatch", "`falls` takes a metric of a family of variants", call.range, "`falls(perplexity(relaxed[2], D))`");
  std::vector<json> members;
  for (auto &member : family->list) {
    Value one = measure;
    one.fields = std::make_shared<Fields>(*measure.fields);
    for (auto &[name, value] : one.fields->all)
      if (value.kind == Value::Family)
        value = member;
    members.push_back(cell(one, nullptr, "", call.range));
  }
  for (size_t i = 0; i + 1 < members.size(); ++i)
    claims.push_back({{"text", statement.text + " (" + describeChoices(*family->choices[i]) + " to " + describeChoices(*family->choices[i + 1]) + ")"},
                      {"operator", ">"}, {"expression", onOneLine(call.range)}, {"left", members[i]}, {"right", members[i + 1]}});
}

//===----------------------------------------------------------------------===//
// Shows
//===----------------------------------------------------------------------===//

json ExperimentBuilder::show(const Expr &expr, const Frame &frame) {
  if (expr.kind == Expr::Call && expr.children[0]->isName("table"))
    return table(expr, frame);
  if (expr.kind == Expr::Call && expr.children[0]->isName("plot"))
    return plot(expr, frame);
  if (expr.kind == Expr::Call && expr.children[0]->isName("most_likely"))
    return mostLikely(expr, frame);
  if (expr.kind == Expr::Call && expr.children[0]->isName("generate"))
    return generate(expr, frame);
  json shown = {{"kind", "value"}, {"title", onOneLine(expr.range)}};
  shown["cell"] = cell(e.eval(expr, frame), nullptr, "", expr.range);
  return shown;
}

json ExperimentBuilder::mostLikely(const Expr &call, const Frame &frame) {
  if (call.arguments.size() != 2)
    e.fail("argument-count", "`most_likely(distribution, count)` takes a metric and a number", call.range);
  Value measure = e.eval(*call.arguments[0].value, frame), count = e.eval(*call.arguments[1].value, frame);
  if (measure.kind != Value::Measure || !count.isConstantInt())
    e.fail("type-mismatch", "`most_likely` takes a metric that gives a distribution, and a number", call.range);
  json shown = {{"kind", "most_likely"}, {"title", onOneLine(call.range)}, {"count", count.size.constant()}};
  shown["cell"] = metric(measure, nullptr, call.range);
  return shown;
}

void ExperimentBuilder::addRows(const Value &value, const std::string &name, const diag::SourceRange &range, std::vector<Row> &rows) {
  switch (value.kind) {
  case Value::Model:
    rows.push_back({name, value, {}});
    return;
  case Value::Family:
    for (size_t i = 0; i < value.list.size(); ++i) {
      rows.push_back({name.substr(0, name.find('[')) + ", " + describeChoices(*value.choices[i]), value.list[i], *value.choices[i]});
      if (value.list[i].kind != Value::Model)
        e.fail("type-mismatch", "a row is a model, `" + name + "` is " + value.list[i].describe(), range);
    }
    return;
  case Value::Record:
    for (auto &[field, member] : value.fields->all)
      addRows(member, name + "." + field, range, rows);
    return;
  default:
    e.fail("type-mismatch", "a row of this table is a model, this is " + value.describe(), range);
  }
}

std::vector<ExperimentBuilder::Row> ExperimentBuilder::rowsOf(const Expr &expr, const Frame &frame) {
  std::vector<Row> rows;
  if (expr.kind == Expr::List)
    for (auto &row : expr.children)
      addRows(e.eval(*row, frame), onOneLine(row->range), row->range, rows);
  else
    addRows(e.eval(expr, frame), onOneLine(expr.range), expr.range, rows);
  return rows;
}

json ExperimentBuilder::table(const Expr &call, const Frame &frame) {
  const Expr *rows = nullptr, *columns = nullptr;
  for (auto &argument : call.arguments)
    (argument.name == "rows" ? rows : argument.name == "columns" ? columns : rows) = argument.value.get();
  if (!rows || !columns || columns->kind != Expr::List)
    e.fail("argument-count", "`table(rows = [..], columns = [..])` takes two lists", call.range);
  json shown = {{"kind", "table"}, {"columns", json::array()}, {"rows", json::array()}};
  for (auto &column : columns->children)
    shown["columns"].push_back(onOneLine(column->range));
  for (Row &row : rowsOf(*rows, frame)) {
    json line = {{"name", row.name}, {"cells", json::array()}};
    for (auto &column : columns->children)
      line["cells"].push_back(cell(e.eval(*column, frame), &row.model, onOneLine(column->range), column->range));
    shown["rows"].push_back(line);
  }
  return shown;
}

/// `plot(rows = family, x = rank, y = perplexity(D))`: x is a `for` of the family or a number known before the
/// run; what else differs between the variants makes the series.
json ExperimentBuilder::plot(const Expr &call, const Frame &frame) {
  std::map<std::string, const Expr *> given;
  for (auto &argument : call.arguments)
    given[argument.name] = argument.value.get();
  if (!given.count("rows") || !given.count("x") || !given.count("y"))
    e.fail("argument-count", "`plot(rows = .., x = .., y = ..)` says what is plotted", call.range, "`plot(rows = relaxed, x = rank, y = perplexity(D))`");
  const Expr &x = *given["x"], &y = *given["y"];
  std::string xLabel = onOneLine(x.range), yLabel = onOneLine(y.range);
  bool logY = given.count("log_y") && e.eval(*given["log_y"], frame).number;
  json shown = {{"kind", "plot"}, {"title", yLabel + " over " + xLabel}, {"x_label", xLabel}, {"y_label", yLabel}, {"log_y", logY}, {"series", json::array()}};
  std::map<std::string, size_t> series;
  for (Row &row : rowsOf(*given["rows"], frame)) {
    Fields others;
    const Value *position = nullptr;
    for (auto &choice : row.choices.all)
      choice.first == xLabel ? void(position = &choice.second) : others.all.push_back(choice);
    json at = position ? json{{"value", position->isNumber() ? position->asDouble() : 0}} : cell(e.eval(x, frame), &row.model, xLabel, x.range);
    if (!at.contains("value") || at["value"].is_string() || (position && (!position->isNumber() || !std::isfinite(position->asDouble()))))
      e.fail("type-mismatch", "the x of a plot is a number known before the run", x.range, "a `for` of the family over numbers, or `params`");
    std::string name = row.name.substr(0, row.name.find(',')) + (others.all.empty() ? "" : ", " + describeChoices(others));
    auto [it, isNew] = series.try_emplace(name, series.size());
    if (isNew)
      shown["series"].push_back({{"name", name}, {"points", json::array()}});
    shown["series"][it->second]["points"].push_back({{"x", at["value"]}, {"cell", cell(e.eval(y, frame), &row.model, yLabel, y.range)}, {"label", row.name}});
  }
  return shown;
}

/// JSON has no infinity: "inf", as in report.json.
static json numberJson(double number) {
  return std::isfinite(number) ? json(number) : std::isnan(number) ? json("nan") : json(number > 0 ? "inf" : "-inf");
}

/// A stand-in for the number, which is known when every buffer has its form in memory.
json ExperimentBuilder::bytesOf(Node &model, const diag::SourceRange &range) {
  e.requireInitialised(model, range);
  mlir::Operation *op = e.opOf(model);
  auto name = op->getAttrOfType<mlir::StringAttr>("rx.sized");
  if (!name) {
    name = mlir::StringAttr::get(op->getContext(), model.name + "_" + std::to_string(++sizedModels));
    op->setAttr("rx.sized", name);
  }
  return {{"bytes_of", name.str()}};
}

json ExperimentBuilder::cell(const Value &value, const Value *model, const std::string &column, const diag::SourceRange &range) {
  if (value.isNumber())
    return {{"value", numberJson(value.asDouble())}};
  if (value.kind == Value::Builtin && value.text == "params" && model)
    return {{"value", Elaborator::uniqueParameters(*model->node)}};
  if (value.kind == Value::Builtin && value.text == "bytes" && model)
    return {{"value", bytesOf(*model->node, range)}};
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
