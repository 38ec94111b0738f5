#include "compiler/ast/Formatter.h"

namespace rx::ast {
namespace {

constexpr int lineWidth = 100;

std::string joined(const std::vector<std::string> &names) {
  std::string result;
  for (const std::string &name : names)
    result += (result.empty() ? "" : ", ") + name;
  return result;
}

} // namespace

std::string Formatter::run() {
  Layout whole = items(file.items, 0, file.source->text().size(), /*isTopLevel=*/true);
  std::string result = placeLongComments(print(whole, lineWidth), lineWidth);
  return result.empty() ? result : result + "\n";
}

std::string format(const File &file) { return Formatter(file).run(); }

//===----------------------------------------------------------------------===//
// Comments
//===----------------------------------------------------------------------===//

std::vector<const Comment *> Formatter::take(size_t begin, size_t end) {
  std::vector<const Comment *> taken;
  for (size_t i = 0; i < file.comments.size(); ++i) {
    const Comment &comment = file.comments[i];
    if (isPlaced[i] || comment.range.begin < begin || comment.range.begin >= end)
      continue;
    isPlaced[i] = true;
    taken.push_back(&comment);
  }
  return taken;
}

/// The comment behind what ends at `begin`, on the same line.
std::optional<Layout> Formatter::takeTrailing(size_t begin, size_t end) {
  for (size_t i = 0; i < file.comments.size(); ++i) {
    const Comment &comment = file.comments[i];
    if (isPlaced[i] || comment.ownLine || comment.range.begin < begin || comment.range.begin >= end)
      continue;
    if (startsNewLine(begin, comment.range.begin))
      return std::nullopt;
    isPlaced[i] = true;
    return trailing(textOf(comment));
  }
  return std::nullopt;
}

std::string Formatter::textOf(const Comment &comment) {
  std::string content(comment.range.text());
  content.erase(content.find_last_not_of(" \t") + 1);
  bool isDoc = content.compare(0, 3, "///") == 0 && content.compare(0, 4, "////") != 0;
  return isDoc ? content.substr(1) : content;
}

bool Formatter::hasComment(size_t begin, size_t end) const {
  for (const Comment &comment : file.comments)
    if (comment.range.begin >= begin && comment.range.begin < end)
      return true;
  return false;
}

bool Formatter::startsNewLine(size_t begin, size_t end) const {
  return file.source->text().substr(begin, end - begin).find('\n') != std::string_view::npos;
}

/// Whether an empty line follows the thing that ends at `from`.
bool Formatter::hasBlankLine(size_t from) const {
  std::string_view rest = file.source->text().substr(from);
  int newlines = 0;
  for (char c : rest) {
    newlines += c == '\n';
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != ';')
      break;
  }
  return newlines > 1;
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

/// Items and comments of [begin, end), each on its line; the author's blank lines stay, at most
/// one.
Layout Formatter::items(const Body &list, size_t begin, size_t end, bool isTopLevel) {
  std::vector<Layout> parts;
  size_t previousEnd = begin;
  bool wasTall = false, wasComment = false;
  auto startEntry = [&](bool isTall = false) {
    if (parts.empty())
      return;
    bool isApart = isTopLevel && !wasComment && (isTall || wasTall);
    if (isApart || hasBlankLine(previousEnd))
      parts.push_back(hardBreak());
    parts.push_back(hardBreak());
  };
  auto comment = [&](const Comment &each) {
    startEntry(wasTall);
    wasComment = true;
    parts.push_back(text(textOf(each)));
    previousEnd = each.range.end;
  };
  for (const auto &each : list) {
    for (const Comment *own : take(begin, each->range.begin))
      comment(*own);
    Layout layout = item(*each);
    bool isTall = each->bodyRange || !each->doc.empty();
    startEntry(isTall);
    wasTall = isTall;
    wasComment = false;
    for (const Comment *stray : take(each->range.begin, each->range.end))
      parts.insert(parts.end(), {text(textOf(*stray)), hardBreak()});
    for (size_t at = 0; !each->doc.empty() && at <= each->doc.size();) {
      size_t lineEnd = std::min(each->doc.find('\n', at), each->doc.size());
      std::string line = each->doc.substr(at, lineEnd - at);
      parts.insert(parts.end(), {text("///" + (line.empty() ? "" : " " + line)), hardBreak()});
      at = lineEnd + 1;
    }
    parts.push_back(itemStart());
    parts.push_back(layout);
    previousEnd = each->range.end;
    size_t nextBegin = each == list.back() ? end : (&each + 1)->get()->range.begin;
    size_t before = previousEnd;
    if (auto behind = takeTrailing(previousEnd, nextBegin)) {
      parts.push_back(*behind);
      previousEnd = std::min(file.source->text().find('\n', before), end);
    }
    begin = before;
  }
  for (const Comment *own : take(begin, end))
    comment(*own);
  return concat(std::move(parts));
}

/// `{ item }` stays on its line if the author wrote it so and it fits; `allowsSeveral` for settings
/// behind `with`, which may stand in one row.
Layout Formatter::body(const Body &list, diag::SourceRange range, bool allowsSeveral) {
  size_t begin = range.begin + 1, end = range.end - 1;
  bool isCommented = hasComment(begin, end);
  if (list.empty() && !isCommented)
    return text("{}");
  bool isRow = !isCommented && !startsNewLine(begin, list.front()->range.begin) &&
               (allowsSeveral || list.size() == 1);
  for (const auto &each : list)
    isRow &= each->doc.empty();
  if (isRow) {
    std::vector<Layout> parts;
    for (const auto &each : list) {
      if (!parts.empty())
        parts.push_back(breakOr("; "));
      parts.push_back(item(*each));
    }
    Layout inner = concat(std::move(parts));
    if (!hasHardBreak(inner))
      return group(
          concat({text("{"), nest(2, concat({breakOr(" "), inner})), breakOr(" "), text("}")}));
  }
  return concat(
      {text("{"), nest(2, concat({hardBreak(), items(list, begin, end)})), hardBreak(), text("}")});
}

Layout Formatter::parameters(const std::vector<Parameter> &list) {
  std::vector<Layout> parts;
  for (const Parameter &each : list) {
    if (!parts.empty())
      parts.insert(parts.end(), {text(","), group(breakOr(" "))});
    parts.push_back(text(each.name));
    if (each.type)
      parts.insert(parts.end(), {text(": "), type(*each.type)});
    if (each.defaultValue)
      parts.insert(parts.end(), {text(" = "), expr(*each.defaultValue)});
  }
  if (parts.empty())
    return text("()");
  return group(concat({text("("), nest(2, concat({breakOr(""), concat(std::move(parts))})),
                       breakOr(""), text(")")}));
}

//===----------------------------------------------------------------------===//
// Items
//===----------------------------------------------------------------------===//

Layout Formatter::item(const Item &item) {
  switch (item.kind) {
  case Item::Use: {
    std::vector<Layout> parts = {text("use " + item.text)};
    if (!item.alias.empty())
      parts.push_back(text(" as " + item.alias));
    if (item.names.empty())
      return parts.size() == 1 ? parts[0] : concat(std::move(parts));
    std::vector<Layout> names;
    for (const std::string &name : item.names)
      names.insert(names.end(), {name == item.names.front() ? breakOr(" ") : group(breakOr(" ")),
                                 text(name + (&name == &item.names.back() ? "" : ","))});
    parts.push_back(
        group(concat({text(" {"), nest(2, concat(std::move(names))), breakOr(" "), text("}")})));
    return concat(std::move(parts));
  }
  case Item::Block:
    return block(item);
  case Item::Names:
    return concat({text("names " + item.name + " for " + item.text + " "),
                   body(item.body, item.bodyRange, false)});
  case Item::Fn:
  case Item::Forward:
    return function(item);
  case Item::Test: {
    std::string_view whole = item.range.text(); // the title as quoted by the author
    size_t open = whole.find('"'), close = open + 1;
    while (whole[close] != '"')
      close += whole[close] == '\\' ? 2 : 1;
    return concat({text("test " + std::string(whole.substr(open, close - open + 1)) + " "),
                   body(item.body, item.bodyRange, false)});
  }
  default:
    return statement(item);
  }
}

/// ` = value`, ` { body }` or nothing.
Layout Formatter::assigned(const Item &item) {
  if (item.bodyRange)
    return concat({text(" "), body(item.body, item.bodyRange, false)});
  return item.expr ? definition(*item.expr) : text("");
}

Layout Formatter::block(const Item &item) {
  std::vector<Layout> parts = {text(item.text + (item.name.empty() ? "" : " " + item.name))};
  if (item.hasParameters)
    parts.push_back(parameters(item.parameters));
  if (item.type)
    parts.insert(parts.end(), {text(" -> "), type(*item.type)});
  if (item.value)
    parts.push_back(group(nest(4, concat({breakOr(" "), text("amends "), expr(*item.value)}))));
  parts.push_back(assigned(item));
  return concat(std::move(parts));
}

Layout Formatter::function(const Item &item) {
  std::string head =
      item.kind == Item::Forward ? "forward" : (item.isExtern ? "extern fn " : "fn ") + item.name;
  if (!item.indices.empty())
    head += "[" + joined(item.indices) + "]";
  std::vector<Layout> parts = {text(head), parameters(item.parameters)};
  if (item.type)
    parts.insert(parts.end(), {text(" -> "), type(*item.type)});
  parts.push_back(assigned(item));
  return concat(std::move(parts));
}

Layout Formatter::relax(const Item &item) {
  std::vector<Layout> parts = {text("relax every " + item.name)};
  if (!item.alias.empty())
    parts.push_back(text(" at " + item.alias));
  parts.insert(parts.end(), {text(" in "), expr(*item.targets[0])});
  if (!item.text.empty())
    parts.push_back(text(" per " + item.text));
  std::vector<Layout> rest = {breakOr(" ")};
  if (item.names.empty())
    rest.insert(rest.end(), {text("with "), expr(*item.expr)});
  else
    rest.push_back(text("with own " + joined(item.names)));
  if (item.value)
    rest.insert(rest.end(), {breakOr(" "), text("from "), expr(*item.value)});
  parts.push_back(nest(2, concat(std::move(rest))));
  return group(concat(std::move(parts)));
}

Layout Formatter::equation(const Item &item) {
  std::vector<Layout> parts = {text(item.text.empty() ? "" : item.text + " "),
                               exprList(item.targets)};
  if (item.type)
    parts.insert(parts.end(), {text(": "), type(*item.type)});
  if (item.isDraw)
    parts.insert(parts.end(), {text(" ~ "), exprList(item.values)});
  else if (item.values.size() == 1)
    parts.push_back(rightSide(*item.values[0]));
  else
    parts.insert(parts.end(),
                 {text(" ="), group(nest(2, concat({breakOr(" "), exprList(item.values)})))});
  return concat(std::move(parts));
}

Layout Formatter::statement(const Item &item) {
  auto optional = [&](const char *before, const ExprPtr &value) {
    return value ? concat({text(before), expr(*value)}) : text("");
  };
  switch (item.kind) {
  case Item::Param:
  case Item::Part:
    return concat(
        {text((item.kind == Item::Param ? "param" : item.text) + " " + joined(item.names)),
         item.type ? concat({text(": "), type(*item.type)}) : text(""),
         item.expr ? rightSide(*item.expr) : text("")});
  case Item::Tie:
    return concat({text("tie "), expr(*item.targets[0]), text(" = "), expr(*item.expr)});
  case Item::Paths:
    return nest(2, concat({text(item.text + " "), exprList(item.targets)}));
  case Item::Require: {
    Layout reason = text("");
    if (item.range.end > item.expr->range.end && item.range.text().back() == '"') {
      std::string_view tail =
          file.source->text().substr(item.expr->range.end, item.range.end - item.expr->range.end);
      size_t open = tail.find('"');
      if (open != std::string_view::npos)
        reason = concat({text(","), breakOr(" "), text(std::string(tail.substr(open)))});
    }
    return group(nest(2, concat({text("require "), expr(*item.expr), reason})));
  }
  case Item::Replace:
    return concat({text(item.text + " "), expr(*item.targets[0]), rightSide(*item.expr)});
  case Item::Relax:
    return relax(item);
  case Item::Minimize: {
    std::vector<Layout> parts = {text("minimize "), expr(*item.expr)};
    if (!item.targets.empty())
      parts.insert(parts.end(), {breakOr(" "), text("over "), exprList(item.targets)});
    parts.insert(parts.end(), {breakOr(" "), text("by "), expr(*item.value)});
    return group(nest(2, concat(std::move(parts))));
  }
  case Item::Push:
    return concat({text("push "), expr(*item.expr), text(" to "), expr(*item.value)});
  case Item::Each:
    return concat({text("each "), expr(*item.expr),
                   text(item.text.empty() ? " " : " " + item.text + " "),
                   body(item.body, item.bodyRange, false)});
  case Item::When: {
    std::vector<Layout> parts = {text("when "), nest(5, expr(*item.expr)), text(" "),
                                 body(item.body, item.bodyRange, false)};
    if (item.otherwiseRange)
      parts.insert(parts.end(),
                   {text(" otherwise "), body(item.otherwise, item.otherwiseRange, false)});
    return concat(std::move(parts));
  }
  case Item::Exit:
    return nest(2, concat({text("exit when "), expr(*item.expr)}));
  case Item::For:
    return concat({text("for " + item.name + " in "), range(item.value, *item.expr), text(" "),
                   body(item.body, item.bodyRange, false)});
  case Item::Show:
    return concat({text("show "), expr(*item.expr)});
  case Item::Claim: {
    std::string_view whole = item.range.text(); // the sentence as quoted by the author
    size_t open = whole.find('"'), close = open + 1;
    while (whole[close] != '"')
      close += whole[close] == '\\' ? 2 : 1;
    return group(
        nest(2, concat({text("claim " + std::string(whole.substr(open, close - open + 1)) + ":"),
                        breakOr(" "), expr(*item.expr), optional(" within ", item.value)})));
  }
  case Item::Expect:
    return nest(2, concat({text("expect "), expr(*item.expr), optional(" within ", item.value)}));
  case Item::Ignore:
    return concat({text("ignore "), exprList(item.targets)});
  case Item::Equation:
    return equation(item);
  default:
    return expr(*item.expr);
  }
}

} // namespace rx::ast
