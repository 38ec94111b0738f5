#include "compiler/ast/Ast.h"

using namespace rx::ast;

namespace {

const char *const exprNames[] = {
    "number", "string", "bool",   "none",   "star",      "dtype",  "name",          "negate",
    "not",    "binary", "if",     "call",   "subscript", "member", "with",          "stack",
    "loop",   "block",  "repeat", "lambda", "tuple",     "list",   "comprehension", "record"};
const char *const itemNames[] = {
    "use",   "block",   "names",   "fn",     "forward",  "test",     "param", "part", "tie",
    "paths", "require", "replace", "relax",  "minimize", "push",     "each",  "when", "exit",
    "for",   "show",    "claim",   "expect", "ignore",   "equation", "expr"};

const char *const typeNames[] = {"tensor", "list", "literals", "path", "record", "function"};

class Dumper {
public:
  std::string text;

  void item(const Item &i) {
    std::string line = itemNames[i.kind];
    for (auto *part : {&i.text, &i.name, &i.alias})
      if (!part->empty())
        line += " " + *part;
    for (auto &name : i.names)
      line += " " + name;
    if (i.isDraw)
      line += " ~";
    put(line);
    ++depth;
    for (auto &index : i.indices)
      put("index " + index);
    for (auto &p : i.parameters)
      parameter(p);
    if (i.type)
      type(*i.type);
    for (auto *list : {&i.targets, &i.values})
      for (auto &e : *list)
        expr(*e);
    for (auto *e : {&i.expr, &i.value})
      if (*e)
        expr(**e);
    for (auto *body : {&i.body, &i.otherwise})
      for (auto &child : *body)
        item(*child);
    --depth;
  }

private:
  int depth = 0;

  void put(const std::string &line) { text += std::string(depth * 2, ' ') + line + "\n"; }

  void parameter(const Parameter &p) {
    put("parameter " + p.name);
    ++depth;
    if (p.type)
      type(*p.type);
    if (p.defaultValue)
      expr(*p.defaultValue);
    --depth;
  }

  void type(const Type &t) {
    std::string line =
        std::string("type ") + typeNames[t.kind] + (t.text.empty() ? "" : " " + t.text);
    for (auto &literal : t.literals)
      line += " \"" + literal + "\"";
    put(line + (t.optional ? " ?" : ""));
    ++depth;
    if (t.idAxis)
      expr(*t.idAxis);
    subscripts(t.axes);
    for (auto &[name, member] : t.fields) {
      put("field " + name);
      ++depth;
      type(*member);
      --depth;
    }
    for (auto &parameter : t.parameters)
      type(*parameter);
    if (t.element)
      type(*t.element);
    arguments(t.arguments);
    --depth;
  }

  void arguments(const std::vector<Argument> &list) {
    for (auto &a : list) {
      put("argument" + (a.name.empty() ? "" : " " + a.name));
      ++depth;
      expr(*a.value);
      if (a.rangeEnd)
        expr(*a.rangeEnd);
      --depth;
    }
  }

  void subscripts(const std::vector<Subscript> &list) {
    for (auto &s : list) {
      put(s.kind == Subscript::Pack ? "pack" : s.kind == Subscript::Slice ? "slice" : "index");
      ++depth;
      for (auto *e : {&s.expr, &s.rangeBegin, &s.rangeEnd, &s.otherwise})
        if (*e)
          expr(**e);
      --depth;
    }
  }

  void expr(const Expr &e) {
    std::string line = exprNames[e.kind];
    if (e.kind == Expr::Number)
      line += " " + std::string(e.range.text());
    else if (e.kind == Expr::Bool)
      line += e.number ? " true" : " false";
    else if (!e.text.empty())
      line += " " + e.text;
    put(line);
    ++depth;
    for (auto &p : e.parameters)
      parameter(p);
    for (auto &child : e.children)
      if (child)
        expr(*child);
    subscripts(e.subscripts);
    arguments(e.arguments);
    for (auto &[name, value] : e.fields) {
      put("field " + name);
      ++depth;
      expr(*value);
      --depth;
    }
    for (auto &carry : e.carries)
      expr(*carry);
    if (e.condition)
      expr(*e.condition);
    for (auto &child : e.body)
      item(*child);
    --depth;
  }
};

} // namespace

std::string rx::ast::dump(const File &file) {
  Dumper dumper;
  for (auto &item : file.items)
    dumper.item(*item);
  return dumper.text;
}
