//===- BracketMatcher.cpp - Which bracket closes which ---------------------===//

#include "compiler/parse/BracketMatcher.h"

#include "RxLexer.h"
#include "compiler/parse/TokenFilter.h"

using rx::diag::SourceRange;

namespace rx::parse {

bool BracketMatcher::insideInline() const {
  return !open.empty() && open.back().type != RxLexer::LBRACE;
}

bool BracketMatcher::accept(size_t type, SourceRange range) {
  switch (type) {
  case RxLexer::LPAREN:
  case RxLexer::LBRACKET:
  case RxLexer::LBRACE:
    open.push_back({type, range, indentOf(source.line(range.begin))});
    if (open.size() > maxBracketDepth && !tooDeep) {
      tooDeep = true;
      engine
          .error(range, "syntax",
                 "brackets nest deeper than " + std::to_string(maxBracketDepth) + " levels")
          .suggest("give the inner parts names of their own");
    }
    return true;
  case RxLexer::RPAREN:
    return close(RxLexer::LPAREN, range);
  case RxLexer::RBRACKET:
    return close(RxLexer::LBRACKET, range);
  case RxLexer::RBRACE:
    return close(RxLexer::LBRACE, range);
  default:
    return true;
  }
}

bool BracketMatcher::close(size_t opening, SourceRange range) {
  // `( ... }`: the brace closes its block, so the parenthesis was forgotten.
  if (opening == RxLexer::LBRACE)
    while (insideInline()) {
      reportUnclosed(open.back());
      open.pop_back();
    }
  if (open.empty() || open.back().type != opening) {
    matched = false;
    std::string found(range.text());
    if (!insideInline()) {
      engine.error(range, "syntax", "`" + found + "` closes nothing");
      return false;
    }
    std::string opened(open.back().range.text());
    engine.error(range, "syntax", "`" + found + "` cannot close `" + opened + "`")
        .label(open.back().range, "opened here")
        .label(range, "")
        .suggest(std::string("write `") + (opened == "(" ? ")" : "]") + "`");
    open.pop_back();
    return false;
  }
  if (opening == RxLexer::LBRACE && !hasSuspect && isFirstOnLine(range) &&
      indentOf(source.line(range.begin)) < open.back().indent) {
    suspect = open.back();
    hasSuspect = true;
  }
  open.pop_back();
  return true;
}

bool BracketMatcher::finish() {
  if (hasSuspect && !open.empty())
    reportUnclosed(suspect);
  else
    for (auto bracket = open.rbegin(); bracket != open.rend(); ++bracket) {
      reportUnclosed(*bracket);
      if (bracket - open.rbegin() == 2)
        break; // three are enough to see what happened
    }
  return matched && open.empty() && !tooDeep;
}

void BracketMatcher::reportUnclosed(const Open &bracket) {
  matched = false;
  bool brace = bracket.type == RxLexer::LBRACE;
  std::string closing = brace ? "}" : bracket.type == RxLexer::LPAREN ? ")" : "]";
  engine
      .error(bracket.range, "syntax",
             "this `" + std::string(bracket.range.text()) + "` is never closed")
      .suggest(brace ? "add `}` at the indentation of this line, below its last member"
                     : "add `" + closing + "` where it ends");
}

size_t BracketMatcher::indentOf(size_t line) const {
  size_t indent = source.lineText(line).find_first_not_of(" \t");
  return indent == std::string_view::npos ? 0 : indent;
}

bool BracketMatcher::isFirstOnLine(SourceRange range) const {
  size_t line = source.line(range.begin);
  return range.begin == source.lineStart(line) + indentOf(line);
}

} // namespace rx::parse
