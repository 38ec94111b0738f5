#include "compiler/ast/Formatter.h"

#include <algorithm>

namespace rx::ast {

Layout Formatter::type(const Type &t) {
  std::vector<Layout> parts;
  switch (t.kind) {
  case Type::Tensor:
    parts.push_back(text(t.text));
    if (t.idAxis)
      parts.insert(parts.end(), {text("["), expr(*t.idAxis), text("]")});
    if (t.hasAxes)
      parts.push_back(subscripts(t.axes));
    break;
  case Type::List:
    parts = {text("["), type(*t.element), text("]")};
    break;
  case Type::Literals: {
    std::string words(t.range.text()); // as quoted by the author; only the spacing is ours
    words.erase(std::remove(words.begin(), words.end(), '\n'), words.end());
    std::string spelled;
    for (size_t i = 0; i < t.literals.size(); ++i) {
      size_t open = words.find('"');
      size_t close = open + 1;
      while (words[close] != '"')
        close += words[close] == '\\' ? 2 : 1;
      spelled += (i == 0 ? "" : " | ") + words.substr(open, close - open + 1);
      words.erase(0, close + 1);
    }
    parts.push_back(text(spelled));
    break;
  }
  case Type::Path:
    parts.push_back(text(t.text));
    if (!t.axes.empty())
      parts.push_back(subscripts(t.axes));
    if (!t.arguments.empty())
      parts.push_back(argumentList(t.arguments, t.range));
    break;
  case Type::Record: {
    std::vector<Element> elements;
    for (const auto &[name, member] : t.fields)
      elements.push_back(
          {concat({text(name + ": "), type(*member)}), member->range.begin, member->range.end});
    bool isBroken = startsNewLine(t.range.begin + 1, t.fields[0].second->range.begin);
    parts.push_back(separated("{", std::move(elements), "}", " ", t.range, isBroken, false));
    break;
  }
  case Type::Function:
    parts.push_back(text("("));
    for (const TypePtr &parameter : t.parameters) {
      if (parameter != t.parameters.front())
        parts.push_back(text(", "));
      parts.push_back(type(*parameter));
    }
    parts.insert(parts.end(), {text(") -> "), type(*t.element)});
    break;
  }
  if (t.optional)
    parts.push_back(text("?"));
  return concat(std::move(parts));
}

} // namespace rx::ast
