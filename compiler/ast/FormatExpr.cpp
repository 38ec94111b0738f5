#include "compiler/ast/Formatter.h"

#include <algorithm>
#include <map>

namespace rx::ast {
namespace {

int precedence(const std::string &op) {
  static const std::map<std::string, int> levels = {{"|>", 0}, {"or", 1}, {"and", 2}, {"+", 4},
                                                    {"-", 4},  {"*", 5},  {"/", 5},   {"^", 6}};
  auto found = levels.find(op);
  return found == levels.end() ? 3 : found->second; // comparisons
}

/// Begins on the line of its `=` and breaks inside, as `f(` and `{` do.
bool hugs(const Expr &e) {
  if (e.isParenthesised)
    return false;
  return e.kind != Expr::If && (e.kind != Expr::Binary || e.text == "|>");
}

/// Its last line closes a body, which belongs under the line that opens it.
bool endsInBrace(const Expr &e) {
  return e.kind == Expr::Repeat || e.kind == Expr::Record || (e.kind == Expr::With && e.bodyRange);
}

bool isAtom(const Expr &e) {
  return e.kind == Expr::Number || e.kind == Expr::String || e.kind == Expr::Name;
}

bool hugsAsArgument(const Expr &e) {
  switch (e.kind) {
  case Expr::Lambda:
  case Expr::Record:
  case Expr::List:
  case Expr::Call:
  case Expr::With:
  case Expr::Repeat:
  case Expr::Comprehension:
    return true;
  default:
    return false;
  }
}

} // namespace

Layout Formatter::expr(const Expr &e) {
  if (!e.isParenthesised)
    return bare(e);
  return concat({text("("), nest(endsInBrace(e) ? 0 : 1, bare(e)), text(")")});
}

Layout Formatter::bare(const Expr &e) {
  switch (e.kind) {
  case Expr::Number:
  case Expr::String:
  case Expr::Bool:
  case Expr::None:
  case Expr::Star:
    return text(std::string(e.range.text()));
  case Expr::Dtype:
  case Expr::Name:
    return text(e.text);
  case Expr::Negate:
    return concat({text("-"), expr(*e.children[0])});
  case Expr::Not:
    return concat({text("not "), expr(*e.children[0])});
  case Expr::Binary:
    return e.text == "|>" ? pipe(e) : chain(e);
  case Expr::If:
    return conditional(e);
  case Expr::Call:
    return call(e);
  case Expr::Subscripted:
    return concat({expr(*e.children[0]), subscripts(e.subscripts)});
  case Expr::Member:
    return concat({expr(*e.children[0]), text("." + e.text)});
  case Expr::With: {
    Layout amendment =
        e.bodyRange ? body(e.body, e.bodyRange, /*allowsSeveral=*/true) : text(e.text);
    return concat({expr(*e.children[0]), text(" with "), amendment});
  }
  case Expr::Stack:
  case Expr::Loop: {
    static const ExprPtr none;
    const ExprPtr &begin = e.children.size() > 2 ? e.children[2] : none;
    return concat({text(e.kind == Expr::Stack ? "stack " : "loop "), text(e.text + " in "),
                   range(begin, *e.children[0]), text(": "), expr(*e.children[1])});
  }
  case Expr::Block:
    return concat({text("block " + e.text + ": "), expr(*e.children[0])});
  case Expr::Repeat:
    return repeat(e);
  case Expr::Lambda:
    return concat({text("fn"), parameters(e.parameters), text(" = "), expr(*e.children[0])});
  case Expr::Tuple:
    return concat({text("("), exprList(e.children), text(")")});
  case Expr::List: {
    std::vector<Element> elements;
    bool fills = std::all_of(e.children.begin(), e.children.end(),
                             [](const ExprPtr &child) { return isAtom(*child); });
    for (const ExprPtr &child : e.children)
      elements.push_back({expr(*child), child->range.begin, child->range.end, fills});
    return separated("[", std::move(elements), "]", "", e.range, false, true);
  }
  case Expr::Comprehension: {
    static const ExprPtr none;
    const ExprPtr &begin = e.children.size() > 2 ? e.children[2] : none;
    return group(
        concat({text("["),
                nest(1, concat({expr(*e.children[0]), breakOr(" "), text("for " + e.text + " in "),
                                range(begin, *e.children[1])})),
                text("]")}));
  }
  case Expr::Record:
    return record(e);
  }
  return text("");
}

Layout Formatter::range(const ExprPtr &begin, const Expr &end) {
  return begin ? concat({expr(*begin), text(".."), expr(end)}) : expr(end);
}

Layout Formatter::exprList(const std::vector<ExprPtr> &list) {
  std::vector<Layout> parts;
  for (const ExprPtr &each : list) {
    if (!parts.empty())
      parts.push_back(text(", "));
    parts.push_back(expr(*each));
  }
  return concat(std::move(parts));
}

/// Operands of one precedence stand in one row or, when that is too wide, one under the other. The
/// operator ends its line: a line that begins with `-` would be an item of its own.
Layout Formatter::chain(const Expr &e) {
  std::vector<const Expr *> operators = {&e};
  while (true) {
    const Expr &left = *operators.back()->children[0];
    bool continues = left.kind == Expr::Binary && !left.isParenthesised &&
                     precedence(left.text) == precedence(e.text);
    if (!continues || e.text == "^")
      break;
    operators.push_back(&left);
  }
  std::vector<Layout> parts = {expr(*operators.back()->children[0])};
  for (auto each = operators.rbegin(); each != operators.rend(); ++each) {
    parts.push_back(text(" " + (*each)->text));
    parts.push_back(breakOr(" "));
    parts.push_back(expr(*(*each)->children[1]));
  }
  return group(concat(std::move(parts)));
}

Layout Formatter::pipe(const Expr &e) {
  std::vector<const Expr *> stages = {};
  const Expr *source = &e;
  while (source->kind == Expr::Binary && source->text == "|>" &&
         (source == &e || !source->isParenthesised)) {
    stages.push_back(source->children[1].get());
    source = source->children[0].get();
  }
  std::reverse(stages.begin(), stages.end());
  std::vector<Layout> parts = {expr(*source)};
  std::vector<Layout> steps;
  size_t end = source->range.end;
  bool hasComments = false;
  for (const Expr *stage : stages) {
    if (auto comment = takeTrailing(end, stage->range.begin)) {
      steps.push_back(*comment);
      hasComments = true;
    }
    for (const Comment *comment : take(end, stage->range.begin)) {
      steps.push_back(hardBreak());
      steps.push_back(text(textOf(*comment)));
      hasComments = true;
    }
    steps.push_back(hasComments ? hardBreak() : breakOr(" "));
    steps.push_back(text("|> "));
    steps.push_back(expr(*stage));
    end = stage->range.end;
  }
  parts.push_back(nest(2, concat(std::move(steps))));
  return group(concat(std::move(parts)));
}

/// `if a then x else if b then y else z`: one line, or one line for each branch.
Layout Formatter::conditional(const Expr &e) {
  std::vector<Layout> parts;
  const Expr *branch = &e;
  while (true) {
    parts.insert(parts.end(),
                 {text("if "), nest(3, expr(*branch->children[0])), nest(2, breakOr(" ")),
                  text("then "), nest(2, expr(*branch->children[1])), breakOr(" "), text("else ")});
    // A condition and its value stay together where they can.
    std::vector<Layout> head(parts.end() - 7, parts.end() - 2);
    parts.erase(parts.end() - 7, parts.end() - 2);
    parts.insert(parts.end() - 2, group(concat(std::move(head))));
    const Expr *next = branch->children[2].get();
    if (next->kind != Expr::If || next->isParenthesised) {
      parts.push_back(nest(2, expr(*next)));
      return group(concat(std::move(parts)));
    }
    branch = next;
  }
}

Layout Formatter::repeat(const Expr &e) {
  static const ExprPtr none;
  const ExprPtr &begin = e.children.size() > 1 ? e.children[1] : none;
  std::vector<Layout> parts = {text("repeat " + e.text + " in "), range(begin, *e.children[0])};
  if (e.condition)
    parts.insert(parts.end(), {text(" while "), expr(*e.condition)});
  for (size_t i = 0; i < e.carries.size(); ++i)
    parts.insert(parts.end(), {text(i == 0 ? " with " : ", "), expr(*e.carries[i]), text(" = "),
                               expr(*e.fields[i].second)});
  parts.push_back(text(" "));
  parts.push_back(body(e.body, e.bodyRange, false));
  return concat(std::move(parts));
}

Layout Formatter::argument(const Argument &argument) {
  std::vector<Layout> parts;
  if (!argument.name.empty())
    parts.push_back(text(argument.name + " = "));
  parts.push_back(expr(*argument.value));
  if (argument.rangeEnd)
    parts.insert(parts.end(), {text(".."), expr(*argument.rangeEnd)});
  Layout whole = concat(std::move(parts));
  return hugs(*argument.value) ? whole : nest(2, whole);
}

Layout Formatter::argumentList(const std::vector<Argument> &list, diag::SourceRange within) {
  if (list.empty())
    return text("()");
  bool isAlone = list.size() == 1 && list[0].name.empty() && !list[0].rangeEnd &&
                 hugsAsArgument(*list[0].value);
  if (isAlone && !list[0].value->isParenthesised)
    return concat({text("("), expr(*list[0].value), text(")")});
  std::vector<Element> elements;
  for (const Argument &each : list) {
    size_t end = each.rangeEnd ? each.rangeEnd->range.end : each.value->range.end;
    bool fills = each.name.empty() && each.value->kind != Expr::Call; // a call may need lines itself
    elements.push_back({argument(each), each.value->range.begin, end, fills});
  }
  return separated("(", std::move(elements), ")", "", within, false, true);
}

Layout Formatter::call(const Expr &e) {
  return concat(
      {expr(*e.children[0]),
       argumentList(e.arguments, {e.range.source, e.children[0]->range.end, e.range.end})});
}

/// A record that the author began on a new line stays on lines of its own, without commas.
Layout Formatter::record(const Expr &e) {
  if (e.fields.empty())
    return text("{}");
  std::vector<Element> elements;
  for (const auto &[name, value] : e.fields)
    elements.push_back(
        {concat({text(name), rightSide(*value)}), value->range.begin, value->range.end});
  bool isBroken = startsNewLine(e.range.begin + 1, e.fields[0].second->range.begin);
  return separated("{", std::move(elements), "}", " ", e.range, isBroken, false);
}

/// Elements on one line, or each on its own with its comments. `keepsComma`: commas stay at the
/// ends of lines.
Layout Formatter::separated(std::string open, std::vector<Element> elements, std::string close,
                            std::string padding, diag::SourceRange within, bool isBroken,
                            bool keepsComma) {
  size_t end = within.end;
  if (elements.empty())
    return text(open + close);
  std::vector<Layout> inner;
  for (size_t i = 0; i < elements.size(); ++i) {
    bool isLast = i + 1 == elements.size();
    size_t previousEnd = i == 0 ? within.begin : elements[i - 1].end;
    for (const Comment *comment : take(previousEnd, elements[i].begin)) {
      inner.insert(inner.end(), {text(textOf(*comment)), hardBreak()});
      isBroken = true;
    }
    inner.push_back(elements[i].layout);
    if (keepsComma && !isLast)
      inner.push_back(text(","));
    auto comment = takeTrailing(elements[i].end, isLast ? end : elements[i + 1].begin);
    if (comment) {
      inner.push_back(*comment);
      isBroken = true;
    }
    if (isLast)
      break;
    Layout gap = comment ? hardBreak() : breakOr(keepsComma ? " " : ", ");
    bool shares = elements[i].fills && elements[i + 1].fills && !comment;
    inner.push_back(shares ? group(gap) : gap);
  }
  for (const Comment *comment : take(elements.back().end, end)) {
    inner.insert(inner.end(), {hardBreak(), text(textOf(*comment))});
    isBroken = true;
  }
  Layout edge = isBroken ? hardBreak() : breakOr(padding);
  return group(
      concat({text(open), nest(2, concat({edge, concat(std::move(inner))})), edge, text(close)}));
}

Layout Formatter::subscripts(const std::vector<Subscript> &list) {
  std::vector<Layout> parts = {text("[")};
  for (const Subscript &s : list) {
    if (&s != &list.front())
      parts.push_back(text(", "));
    if (s.kind == Subscript::Pack || (s.kind == Subscript::Slice && !s.expr)) {
      parts.push_back(text(".."));
      if (s.rangeEnd)
        parts.push_back(expr(*s.rangeEnd));
      continue;
    }
    parts.push_back(expr(*s.expr));
    if (s.kind == Subscript::Slice)
      parts.push_back(text(".."));
    else if (s.rangeEnd)
      parts.push_back(text(": "));
    if (s.rangeBegin)
      parts.insert(parts.end(), {expr(*s.rangeBegin), text("..")});
    if (s.rangeEnd)
      parts.push_back(expr(*s.rangeEnd));
    if (s.otherwise)
      parts.insert(parts.end(), {text(" else "), expr(*s.otherwise)});
  }
  parts.push_back(text("]"));
  return concat(std::move(parts));
}

/// For what has a long head: the value goes to a line of its own before it breaks inside.
Layout Formatter::definition(const Expr &value) {
  const Expr *root = &value;
  while (root->kind == Expr::Member || root->kind == Expr::Subscripted)
    root = root->children[0].get();
  bool isPipe = value.kind == Expr::Binary && value.text == "|>";
  if (endsInBrace(*root) || isPipe)
    return concat({text(" = "), expr(value)});
  return concat({text(" ="), group(nest(2, concat({breakOr(" "), expr(value)})))});
}

Layout Formatter::rightSide(const Expr &value) {
  if (hugs(value))
    return concat({text(" = "), expr(value)});
  return concat({text(" ="), group(nest(2, concat({breakOr(" "), expr(value)})))});
}

} // namespace rx::ast
