//===- CheckDefinitions.h - definitions by themselves ------------*- C++ -*-===//
#pragma once

#include "compiler/elaborate/Elaborator.h"

namespace rx::elaborate {

/// What `rxc check` says of a file's own definitions.
struct CheckSummary {
  /// What symbols alone cannot check, or what is not run.
  struct Open {
    diag::SourceRange at;
    std::string text;
  };
  int models = 0, functions = 0, metrics = 0, conversions = 0, tests = 0;
  std::vector<Open> open;
};

/// Checks every model and function of a file with its sizes as symbols, and the names of every
/// metric.
class DefinitionCheck {
public:
  DefinitionCheck(Elaborator &elaborator, CheckSummary &summary)
      : e(elaborator), summary(summary) {}
  void run(const ast::File &file);

private:
  void checkOnce(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  void check(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  void checkModel(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  void checkForward(Node &node, const ast::Item &method, const std::string &name);
  void checkInitialValues(Node &node);
  void checkFunction(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  void checkNames(const ast::Item &metric, const std::shared_ptr<Scope> &scope);

  std::vector<std::pair<std::string, Value>>
  argumentsFor(const std::vector<ast::Parameter> &parameters, const std::shared_ptr<Scope> &scope,
               const std::string &prefix);
  Value valueFor(const ast::Parameter &parameter, const std::shared_ptr<Scope> &scope,
                 const std::string &prefix);
  Value tensorFor(const ast::Type &type, const std::shared_ptr<Scope> &scope);
  Value unknownNumber(const diag::SourceRange &range);
  NodePtr instanceOf(const ast::Item &model, const std::shared_ptr<Scope> &scope,
                     const std::string &prefix);

  Elaborator &e;
  CheckSummary &summary;
  mlir::Block *arguments = nullptr; // of the program that holds what a definition is applied to
};

} // namespace rx::elaborate
