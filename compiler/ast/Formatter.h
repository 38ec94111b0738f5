//===- Formatter.h - syntax tree to layout -----------------------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/ast/Layout.h"

#include <optional>

namespace rx::ast {

/// Builds the layout of a file. Comments lie where the author put them if that is between items,
/// record fields, list elements, arguments or pipeline stages; others move before their item.
class Formatter {
public:
  explicit Formatter(const File &file) : file(file), isPlaced(file.comments.size(), false) {}

  std::string run();

private:
  // FormatItem.cpp
  Layout items(const Body &list, size_t begin, size_t end, bool isTopLevel = false);
  Layout item(const Item &item);
  Layout block(const Item &item);
  Layout function(const Item &item);
  Layout statement(const Item &item);
  Layout relax(const Item &item);
  Layout equation(const Item &item);
  Layout body(const Body &list, diag::SourceRange range, bool allowsSeveral);
  Layout assigned(const Item &item);
  Layout parameters(const std::vector<Parameter> &list);

  // FormatExpr.cpp
  Layout expr(const Expr &e);
  Layout bare(const Expr &e);
  Layout range(const ExprPtr &begin, const Expr &end);
  Layout call(const Expr &e);
  Layout record(const Expr &e);
  Layout chain(const Expr &e);
  Layout pipe(const Expr &e);
  Layout conditional(const Expr &e);
  Layout repeat(const Expr &e);
  Layout subscripts(const std::vector<Subscript> &list);
  Layout argument(const Argument &argument);
  Layout argumentList(const std::vector<Argument> &list, diag::SourceRange within);
  /// ` = value` with the break that suits the value.
  Layout rightSide(const Expr &value);
  Layout definition(const Expr &value);
  Layout exprList(const std::vector<ExprPtr> &list);
  Layout type(const Type &t);

  /// One element of a bracketed list, with the bytes it covers.
  struct Element {
    Layout layout;
    size_t begin, end;
    bool fills = false; // shares its line with its neighbours where there is room
  };
  Layout separated(std::string open, std::vector<Element> elements, std::string close,
                   std::string padding, diag::SourceRange within, bool isBroken, bool keepsComma);

  // Comments
  /// Takes the comments in [begin, end) that nothing has placed yet.
  std::vector<const Comment *> take(size_t begin, size_t end);
  std::optional<Layout> takeTrailing(size_t begin, size_t end);
  /// A `///` that documents nothing becomes `//`, so that no later reading attaches it to
  /// something.
  static std::string textOf(const Comment &comment);
  bool hasComment(size_t begin, size_t end) const;
  bool startsNewLine(size_t begin, size_t end) const;
  bool hasBlankLine(size_t from) const;

  const File &file;
  std::vector<bool> isPlaced;
};

} // namespace rx::ast
