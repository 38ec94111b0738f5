//===- ExperimentBuilder.h - one experiment ----------------------*- C++ -*-===//
#pragma once

#include "compiler/elaborate/Elaborator.h"

namespace rx::elaborate {

/// Binds an experiment's members, then turns what its reports show into programs and a manifest.
struct ExperimentBuilder {
  using json = nlohmann::json;

  Elaborator &e;
  const ast::Item &item;
  std::shared_ptr<Scope> scope;
  Fields choices; // values of the `for`s around the statement being elaborated, outermost first
  json manifest;
  std::map<std::string, json> cells; // programs already built, by what they compute
  int sizedModels = 0; // whose bytes are shown
  std::map<const Node *, std::string> generators; // models that generate, with the stem of their programs

  ExperimentBuilder(Elaborator &e, const ast::Item &item, std::shared_ptr<Scope> parent) : e(e), item(item), scope(std::make_shared<Scope>(std::move(parent))) {}

  void run();

  // Experiment.cpp: settings and members
  void applySettings();
  std::vector<std::pair<std::string, const ast::Expr *>> collectSettings();
  void listSettings(const ast::Body &body, std::vector<std::string> &known, std::map<std::string, const ast::Expr *> &calls);
  void member(const ast::Item &statement, const std::shared_ptr<Scope> &at);
  void equation(const ast::Item &statement, const std::shared_ptr<Scope> &at);
  void data(const ast::Item &statement, const std::shared_ptr<Scope> &at);
  void define(const std::string &name, Value value, const diag::SourceRange &range, const std::shared_ptr<Scope> &at);
  /// Calls `each` with every value of a `for`, bound in a scope below `at` and added to `choices`.
  void forEach(const ast::Item &loop, const std::shared_ptr<Scope> &at, const std::function<void(const std::shared_ptr<Scope> &)> &each);

  // Report.cpp: what is shown and claimed
  json report(const ast::Item &statement);
  void line(const ast::Item &statement, const std::shared_ptr<Scope> &at, json &report);
  json show(const ast::Expr &expr, const Frame &frame);
  json mostLikely(const ast::Expr &call, const Frame &frame);
  json table(const ast::Expr &call, const Frame &frame);
  json plot(const ast::Expr &call, const Frame &frame);
  void claim(const ast::Item &statement, const Frame &frame, json &claims);
  void claimFalls(const ast::Item &statement, const Frame &frame, json &claims);
  struct Row {
    std::string name;
    Value model;
    Fields choices;
  };
  /// The models of a list of rows; a family or record gives one row each.
  std::vector<Row> rowsOf(const ast::Expr &rows, const Frame &frame);
  void addRows(const Value &value, const std::string &name, const diag::SourceRange &range, std::vector<Row> &rows);
  json bytesOf(Node &model, const diag::SourceRange &range);
  json cell(const Value &value, const Value *model, const std::string &column, const diag::SourceRange &range);

  // Generate.cpp: models as programs that continue a text
  json generate(const ast::Expr &call, const Frame &frame);
  void generateSetting(const std::string &name, const Value &value, const diag::SourceRange &range, json &shown);
  json generator(const Value &model, const Value *tokenizer, const ast::Expr &at);
  std::string logitsProgram(const NodePtr &model, const ast::Expr &at);
  void requireIds(const Node &model, const diag::SourceRange &range);
  std::vector<std::string> namesOfModels() const;
  void generateFromChosen(const GeneratorChoice &choice);

  // Metric.cpp: metrics as programs
  json metric(const Value &measure, const Value *model, const diag::SourceRange &range);
  struct MetricParts;
  void checkFlow(const DataPipeline &data);
  MetricParts partsOf(const ast::Item &decl, const Frame &config);
  std::string symbolFor(const std::string &stem);
  struct Sums;
  Sums stepProgram(const ast::Item &decl, const MetricParts &parts, const std::string &symbol, const std::shared_ptr<Scope> &scope);
  Tensor valueProgram(const MetricParts &parts, const Sums &sums, const std::string &symbol, const std::shared_ptr<Scope> &scope);

  static Frame frame(const std::shared_ptr<Scope> &scope) {
    Frame f;
    f.scope = scope;
    return f;
  }
};

/// How the choices of a variant are written in a report: `B = 2, pick = stepwise`.
std::string describeChoices(const Fields &choices);

} // namespace rx::elaborate
