//===- Builder.h - parse tree to syntax tree ---------------------*- C++ -*-===//
#pragma once

#include "compiler/parse/TokenFilter.h"

#include "RxParser.h"

namespace rx::parse {

/// A chain of operands (`a + b + ...`, `x.a.b...`) becomes a tree as deep as the chain is long, and
/// everything behind the parser recurses over it.
inline constexpr size_t maxTreeDepth = 800;

/// Turns the parser's contexts into nodes. Only called on trees without syntax errors; what the
/// grammar is too wide for (targets of `=`, literals, chains of comparisons) is reported here.
class Builder {
public:
  Builder(const diag::Source &source, const OffsetMap &offsets, FilteredTokens &tokens,
          diag::DiagnosticEngine &diagnostics)
      : source(source), offsets(offsets), tokens(tokens), diagnostics(diagnostics) {}

  std::unique_ptr<ast::File> file(RxParser::FileContext *context);
  ast::ExprPtr expr(RxParser::ExprContext *context);

private:
  diag::SourceRange range(antlr4::ParserRuleContext *context) const;
  diag::SourceRange range(antlr4::Token *first, antlr4::Token *last) const;

  // BuildItems.cpp
  std::unique_ptr<ast::Item> item(RxParser::ItemContext *context);
  std::unique_ptr<ast::Item> block(RxParser::BlockContext *context);
  std::unique_ptr<ast::Item> function(RxParser::FnContext *context);
  std::unique_ptr<ast::Item> statement(RxParser::StmtContext *context);
  std::unique_ptr<ast::Item> equation(RxParser::EquationStmtContext *context);
  std::unique_ptr<ast::Item> relax(RxParser::RelaxStmtContext *context);
  ast::Body items(const std::vector<RxParser::ItemContext *> &contexts);
  ast::Body body(RxParser::BodyContext *context);
  void setBody(ast::Item &item, RxParser::BodyContext *context);
  void assign(ast::Item &equation, RxParser::AssignmentContext *context);
  /// The text of a name that is being defined.
  std::string defined(antlr4::ParserRuleContext *name);

  // BuildChecks.cpp
  void checkTarget(const ast::Expr &target);
  void checkValueCount(const ast::Item &equation);
  void checkNoDiscardedComparison(const ast::Body &items, bool lastIsValue);
  void reportBareReducers();
  void checkNoComparisonChain(const ast::Expr &comparison);
  void checkArguments(const std::vector<ast::Argument> &arguments);
  void checkCallGap(const ast::Expr &call, const diag::SourceRange &parenthesis);
  void checkNumber(const ast::Expr &number);

  // BuildExpressions.cpp
  std::vector<ast::Parameter> parameters(RxParser::ParamsContext *context);
  ast::TypePtr type(RxParser::TypeContext *context);
  ast::ExprPtr build(RxParser::ExprContext *context);
  ast::ExprPtr primary(RxParser::PrimaryContext *context);
  ast::ExprPtr repeat(RxParser::RepeatExprContext *context);
  std::vector<ast::Argument> arguments(RxParser::ArgsContext *context);
  std::vector<ast::Subscript> subscripts(RxParser::SubsContext *context);
  std::vector<ast::ExprPtr> exprs(const std::vector<RxParser::ExprContext *> &contexts);

  /// The text of a string token: quotes off, \n \t \" \\ resolved.
  std::string unquote(antlr4::tree::TerminalNode *token);

  const diag::Source &source;
  const OffsetMap &offsets;
  FilteredTokens &tokens;
  diag::DiagnosticEngine &diagnostics;
  size_t depth = 0;
  bool tooLong = false; // reported
  std::set<std::string> definedNames;
  std::vector<const ast::Expr *> operands; // subscripted names between operators
};

} // namespace rx::parse
