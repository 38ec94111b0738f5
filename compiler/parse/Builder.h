//===- Builder.h - parse tree to syntax tree ---------------------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostic.h"

#include "RxParser.h"

namespace rx::parse {

/// Turns the parser's contexts into nodes. Only called on trees without syntax errors.
class Builder {
public:
  /// `offsets` maps a position in characters, as ANTLR counts, to one in bytes.
  Builder(const diag::Source &source, const std::vector<size_t> &offsets) : source(source), offsets(offsets) {}

  ast::Body items(const std::vector<RxParser::ItemContext *> &contexts);
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
  ast::Body body(RxParser::BodyContext *context);

  // BuildExpressions.cpp
  std::vector<ast::Parameter> parameters(RxParser::ParamsContext *context);
  ast::TypePtr type(RxParser::TypeContext *context);
  ast::ExprPtr primary(RxParser::PrimaryContext *context);
  ast::ExprPtr repeat(RxParser::RepeatExprContext *context);
  std::vector<ast::Argument> arguments(RxParser::ArgsContext *context);
  std::vector<ast::Subscript> subscripts(RxParser::SubsContext *context);
  std::vector<ast::ExprPtr> exprs(const std::vector<RxParser::ExprContext *> &contexts);

  const diag::Source &source;
  const std::vector<size_t> &offsets;
};

/// The text of a string token: quotes off, \n \t \" \\ resolved.
std::string unquote(const std::string &token);

} // namespace rx::parse
