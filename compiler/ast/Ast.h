//===- Ast.h - a program as its author wrote it ------------------*- C++ -*-===//
//
// Plain data: no parser types, no MLIR. Every node knows its range in the source. A node's meaning
// of `children` and `text` is stated beside its kind; the grammar decides how many there are.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/diag/Source.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rx::ast {

struct Item;
struct Type;
struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
using TypePtr = std::unique_ptr<Type>;
using Body = std::vector<std::unique_ptr<Item>>;

/// One index between square brackets: `i`, `t + 1 else 0`, `i: 0..n`, `..`, `a..b`.
struct Subscript {
  enum Kind { Index, Slice, Pack } kind = Index;
  ExprPtr
      expr; // Index: the position; Slice: its begin (null = 0); Pack: the pack's name (null = `..`)
  ExprPtr rangeBegin,
      rangeEnd; // Index: the stated range `: a..b` or `: n` (begin null); Slice: end (null = all)
  ExprPtr otherwise; // `else` value outside the axis
  diag::SourceRange range;
};

/// An argument of a call, or the range `a..b` as one.
struct Argument {
  std::string name; // empty = positional
  ExprPtr value;
  ExprPtr rangeEnd; // `a..b`
};

struct Parameter {
  std::string name;
  TypePtr type;         // may be null
  ExprPtr defaultValue; // may be null
  diag::SourceRange range;
};

struct Expr {
  enum Kind {
    Number, // number, isInteger
    String, // text without quotes, escapes resolved
    Bool,   // number 0 or 1
    None,   //
    Star,   // `*` as an argument
    Dtype,  // text
    Name,   // text
    Negate,
    Not,    // children[0]
    Binary, // text = operator, children[0..1]; `|>`, `and`, `or`, comparisons and `approximately`
            // too
    If,     // children = condition, then, else
    Call,   // children[0] = callee, arguments; `sum[e](x)` has a Subscripted callee
    Subscripted, // children[0] = base, subscripts
    Member,      // children[0] = base, text = name
    With,        // children[0] = base; body, or text = the name of a record
    Stack,
    Loop,   // text = index, children = range end, element; rangeBegin in children[2] if present
    Block,  // text = axis, children[0] = element
    Repeat, // text = index, children[0] = range end; carries; body
    Lambda, // parameters, children[0]
    Tuple,  // children
    List,   // children
    Comprehension, // children = element, range end [, range begin]; text = index
    Record,        // fields
  };
  Kind kind;
  diag::SourceRange range;
  std::string text;
  double number = 0;
  bool isInteger = false;
  std::vector<ExprPtr> children;
  std::vector<Argument> arguments;
  std::vector<Subscript> subscripts;
  std::vector<Parameter> parameters;
  std::vector<std::pair<std::string, ExprPtr>> fields; // Record; Repeat: carries by their text
  std::vector<ExprPtr> carries; // Repeat: the carries as written, in the order of `fields`
  ExprPtr condition;            // Repeat: `while`
  Body body;
  diag::SourceRange bodyRange;  // from `{` to `}`, if there is a body
  bool isParenthesised = false; // the author wrote (..) around it; the formatter keeps them

  explicit Expr(Kind kind, diag::SourceRange range) : kind(kind), range(range) {}
  bool isName(const char *name) const { return kind == Name && text == name; }
};

struct Type {
  enum Kind {
    Tensor,   // text = element type, axes; `id[v][b, t]` has idAxis
    List,     // element
    Literals, // literals
    Path,     // text = dotted name (`dim`, `int`, `Decoder`), axes, arguments
    Record,   // fields
    Function, // parameters, element = result
  };
  Kind kind;
  diag::SourceRange range;
  std::string text;
  bool optional = false;
  bool hasAxes = false;
  std::vector<Subscript> axes; // Index `b`, `t: 2 * n`, `s <= 1024`; Pack `..`
  ExprPtr idAxis;
  TypePtr element;
  std::vector<std::string> literals;
  std::vector<std::pair<std::string, TypePtr>> fields;
  std::vector<TypePtr> parameters;
  std::vector<Argument> arguments;

  explicit Type(Kind kind, diag::SourceRange range) : kind(kind), range(range) {}
};

/// A statement or a definition.
struct Item {
  enum Kind {
    Use,   // text = module path, names = what is taken (or one alias with `alias`)
    Block, // text = kind (`model`, `experiment`, ..), name, parameters, type, value = amends, expr,
           // body
    Names, // name, text = model, body
    Fn,    // name, indices, parameters, type, expr or body; isExtern
    Forward, // parameters, type, expr or body
    Test,    // text, body
    Param,   // names, type, expr
    Part,    // text = part|frozen|target|state, names, type, expr
    Tie,     // targets[0] = expr
    Paths,   // text = freeze|drop|keep, targets
    Require, // expr, text = message
    Replace, // text = replace|init, targets[0], expr
    Relax,   // name = class, alias = `at`, targets[0] = where, text = `per`, names = own.. or expr,
             // value = `from`
    Minimize, // expr, targets = over, value = by
    Push,     // expr, value = to
    Each,     // expr, text = unit, body
    When,     // expr, body, otherwise
    Exit,     // expr
    For,      // name, expr = range end or collection, value = range begin, body
    Show,     // expr
    Claim,    // text, expr, value = within
    Expect,   // expr, value = within
    Ignore,   // targets
    Equation, // text = "" | next | collect | track | accumulate; targets, type, isDraw, values
    ExprStmt, // expr
  };
  Kind kind;
  diag::SourceRange range;
  diag::SourceRange nameRange;
  std::string name, text, alias, doc;
  std::vector<std::string> names, indices;
  std::vector<Parameter> parameters;
  bool hasParameters = false, isExtern = false, isDraw = false, hasBody = false;
  TypePtr type;
  ExprPtr expr, value;
  std::vector<ExprPtr> targets, values;
  Body body, otherwise;
  diag::SourceRange bodyRange, otherwiseRange; // from `{` to `}`, if there is one

  explicit Item(Kind kind, diag::SourceRange range) : kind(kind), range(range) {}
};

/// A `//` comment; the range includes the slashes. `///` before an item is its `doc` instead.
struct Comment {
  diag::SourceRange range;
  bool ownLine = false; // nothing but white space before it on its line
};

struct File {
  const diag::Source *source = nullptr;
  Body items;
  std::vector<Comment> comments; // in text order
};

/// The tree as indented text, for `--stop-after=parse`.
std::string dump(const File &file);

/// The canonical text, comments kept: format(parse(format(f))) == format(f).
std::string format(const File &file);

} // namespace rx::ast
