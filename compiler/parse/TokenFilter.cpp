//===- TokenFilter.cpp - Between lexer and parser --------------------------===//

#include "compiler/parse/TokenFilter.h"

#include "RxLexer.h"
#include "compiler/parse/BracketMatcher.h"

#include <array>

using namespace antlr4;
using rx::diag::SourceRange;

namespace rx::parse {

OffsetMap::OffsetMap(std::string_view text) : size(text.size()) {
  bool ascii = true;
  for (unsigned char c : text)
    ascii &= c < 0x80;
  if (ascii)
    return;
  for (size_t i = 0; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
      bytes.push_back(i);
}

size_t OffsetMap::toByte(size_t codePoint) const {
  if (bytes.empty())
    return std::min(codePoint, size);
  return codePoint < bytes.size() ? bytes[codePoint] : size;
}

namespace {

/// Stands between two operands or clauses: a line goes on after it and before it (rule R1).
bool joins(size_t type) {
  switch (type) {
  case RxLexer::PIPE:
  case RxLexer::ARROW:
  case RxLexer::EQ:
  case RxLexer::NE:
  case RxLexer::LT:
  case RxLexer::LE:
  case RxLexer::GT:
  case RxLexer::GE:
  case RxLexer::ASSIGN:
  case RxLexer::DRAW:
  case RxLexer::PLUS:
  case RxLexer::SLASH:
  case RxLexer::STAR:
  case RxLexer::CARET:
  case RxLexer::COMMA:
  case RxLexer::BAR:
  case RxLexer::AND:
  case RxLexer::OR:
  case RxLexer::THEN:
  case RxLexer::ELSE:
  case RxLexer::BY:
  case RxLexer::WITH:
  case RxLexer::WITHIN:
  case RxLexer::WHILE:
  case RxLexer::AMENDS:
  case RxLexer::APPROXIMATELY:
    return true;
  default:
    return false;
  }
}

/// A line that ends with one of these goes on (rule R1).
bool continuesAfter(size_t type) {
  return joins(type) || type == RxLexer::MINUS || type == RxLexer::COLON || type == RxLexer::NOT ||
         type == RxLexer::IF || type == RxLexer::IN;
}

/// A line that begins with one of these goes on from the line before (rule R1).
bool continuesBefore(size_t type) {
  return joins(type) || type == RxLexer::DOT || type == RxLexer::OTHERWISE ||
         type == RxLexer::RPAREN || type == RxLexer::RBRACKET;
}

/// These words are names as well: a line continues with one unless it defines that name (rule R2).
bool isSoftPreposition(size_t type) {
  return type == RxLexer::FROM || type == RxLexer::OVER || type == RxLexer::PER ||
         type == RxLexer::TO;
}

bool definesName(size_t next) {
  return next == RxLexer::ASSIGN || next == RxLexer::DRAW || next == RxLexer::COLON ||
         next == RxLexer::COMMA || next == RxLexer::DOT || next == RxLexer::LBRACKET ||
         next == RxLexer::LPAREN || next == RxLexer::NL || next == RxLexer::SEMICOLON ||
         next == RxLexer::RBRACE || next == Token::EOF;
}

struct CharacterHint {
  std::string_view text;
  const char *hint;
};
constexpr std::array<CharacterHint, 11> characterHints{{
    {"&", "write `and`"},
    {"!", "write `not`, or `!=` for \"is not equal\""},
    {"'", "text stands between double quotes: \"...\""},
    {"#", "a comment begins with `//`"},
    {"%", "`%` only follows a number, as in `5%`; the remainder is `mod(a, b)`"},
    {"@", "a product of matrices is an equation: `y[i, k] = sum[j](a[i, j] * b[j, k])`"},
    {"$", "a name consists of letters, digits and `_`"},
    {"\\", "a line goes on after an operator or a comma; it needs no `\\`"},
    {"`", "text stands between double quotes: \"...\""},
    {"\xE2\x80\x9C", "text stands between straight double quotes: \"...\""},
    {"\xE2\x88\x92", "this is a typographic minus; write `-`"},
}};

class Filter {
public:
  Filter(std::vector<std::unique_ptr<Token>> raw, const diag::Source &source,
         const OffsetMap &offsets, diag::DiagnosticEngine &engine)
      : raw(std::move(raw)), source(source), offsets(offsets), engine(engine),
        brackets(source, engine) {}

  FilteredTokens run() {
    for (position = 0; position < raw.size(); ++position) {
      lastStop = raw[position]->getStopIndex();
      accept(*raw[position]);
    }
    endItem(source.text().size());
    result.isBalanced = brackets.finish();
    flushDocs();
    endFile();
    return std::move(result);
  }

private:
  SourceRange rangeOf(const Token &token) const {
    return {&source, offsets.toByte(token.getStartIndex()),
            offsets.toByte(token.getStopIndex() + 1)};
  }

  void accept(Token &token) {
    switch (token.getType()) {
    case RxLexer::NL:
      if (!brackets.insideInline() && !lineContinues())
        endItem(rangeOf(token).begin);
      return;
    case RxLexer::SEMICOLON:
      if (brackets.insideInline())
        return keep(token);
      return endItem(rangeOf(token).begin);
    case RxLexer::DOC:
      pendingDocs.push_back(rangeOf(token));
      return;
    case RxLexer::COMMENT:
      result.comments.push_back({rangeOf(token), startsLine(token)});
      return;
    case RxLexer::OTHER:
      return reportUnknown(token);
    default:
      return keepReal(token);
    }
  }

  void keepReal(Token &token) {
    checkLiteral(token);
    if (token.getType() == RxLexer::RBRACE)
      endItem(rangeOf(token).begin);
    if (!brackets.accept(token.getType(), rangeOf(token)))
      return; // a closing bracket without an opening one, reported
    attachDocs(rangeOf(token).begin);
    keep(token);
  }

  void keep(Token &token) {
    bool opens = token.getType() == RxLexer::LPAREN || token.getType() == RxLexer::LBRACKET ||
                 token.getType() == RxLexer::LBRACE;
    result.depths.push_back(brackets.depth() - (opens ? 1 : 0));
    lastType = token.getType();
    result.tokens.push_back(std::move(raw[position]));
  }

  /// Emits the NL token that ends an item, unless there is no item to end.
  void endItem(size_t at) {
    if (lastType == RxLexer::NL || lastType == RxLexer::LBRACE || result.tokens.empty() ||
        brackets.insideInline())
      return;
    const Token &last = *result.tokens.back();
    auto newline = std::make_unique<CommonToken>(RxLexer::NL, "\n");
    newline->setStartIndex(last.getStopIndex() + 1);
    newline->setStopIndex(last.getStopIndex());
    newline->setLine(last.getLine());
    result.depths.push_back(brackets.depth());
    result.tokens.push_back(std::move(newline));
    lastType = RxLexer::NL;
  }

  void endFile() {
    size_t end = raw.empty() ? 0 : lastStop + 1;
    auto token = std::make_unique<CommonToken>(Token::EOF, "");
    token->setStartIndex(end);
    token->setStopIndex(end - 1);
    result.depths.push_back(0);
    result.tokens.push_back(std::move(token));
  }

  /// Whether the item before the current newline goes on behind it.
  bool lineContinues() const {
    if (continuesAfter(lastType))
      return true;
    size_t next = position + 1;
    auto skip = [&](size_t i) {
      while (i < raw.size() && raw[i] && isTrivia(raw[i]->getType()))
        ++i;
      return i;
    };
    next = skip(next);
    if (next >= raw.size())
      return false;
    size_t type = raw[next]->getType();
    if (continuesBefore(type))
      return true;
    if (!isSoftPreposition(type))
      return false;
    size_t after = next + 1;
    while (after < raw.size() && raw[after]->getType() == RxLexer::COMMENT)
      ++after;
    return !definesName(after < raw.size() ? raw[after]->getType() : Token::EOF);
  }

  static bool isTrivia(size_t type) {
    return type == RxLexer::NL || type == RxLexer::COMMENT || type == RxLexer::DOC;
  }

  bool startsLine(const Token &token) const {
    size_t begin = rangeOf(token).begin;
    size_t lineStart = source.lineStart(source.line(begin));
    return source.text().substr(lineStart, begin - lineStart).find_first_not_of(" \t") ==
           std::string_view::npos;
  }

  void attachDocs(size_t at) {
    if (pendingDocs.empty())
      return;
    if (lastType == RxLexer::NL || lastType == RxLexer::LBRACE || result.tokens.empty())
      result.docs[at] = std::move(pendingDocs);
    else
      flushDocs();
    pendingDocs.clear();
  }

  /// A doc comment that stands before nothing is a comment.
  void flushDocs() {
    for (const SourceRange &doc : pendingDocs)
      result.comments.push_back({doc, true});
    pendingDocs.clear();
  }

  void checkLiteral(Token &token) {
    SourceRange range = rangeOf(token);
    if (token.getType() == RxLexer::BAD_STRING) {
      engine.error(range, "syntax", "this text has no closing quote on its line")
          .suggest("end it with `\"`; a line break inside text is written `\\n`");
      retype(token, RxLexer::STRING);
    } else if (token.getType() == RxLexer::BAD_NUMBER) {
      auto &error = engine.error(range, "syntax",
                                 "`" + std::string(range.text()) + "` is neither number nor name");
      std::string text(range.text());
      size_t letters = std::min(text.find_first_not_of("0123456789._"), text.size());
      if (letters < text.size())
        error.suggest("a product needs its sign: `" + text.substr(0, letters) + " * " +
                      text.substr(letters) + "`");
      else
        error.suggest("`_` stands between the digits before the point only: `20_000`");
      retype(token, RxLexer::NUMBER);
    }
  }

  void retype(Token &token, size_t type) {
    static_cast<CommonToken &>(token).setType(type);
    result.badLines.insert(token.getLine());
  }

  void reportUnknown(const Token &token) {
    SourceRange range = rangeOf(token);
    size_t line = source.line(range.begin);
    bool known = !result.badLines.insert(line).second;
    if (known)
      return; // one message per line: the rest is usually the same slip
    auto &error = engine.error(
        range, "syntax", "`" + std::string(range.text()) + "` means nothing in this language");
    for (const CharacterHint &hint : characterHints)
      if (range.text() == hint.text)
        error.suggest(hint.hint);
  }

  std::vector<std::unique_ptr<Token>> raw;
  size_t position = 0;
  const diag::Source &source;
  const OffsetMap &offsets;
  diag::DiagnosticEngine &engine;
  BracketMatcher brackets;
  std::vector<SourceRange> pendingDocs;
  size_t lastType = Token::EOF;
  size_t lastStop = 0;
  FilteredTokens result;
};

} // namespace

FilteredTokens filterTokens(std::vector<std::unique_ptr<Token>> raw, const diag::Source &source,
                            const OffsetMap &offsets, diag::DiagnosticEngine &engine) {
  return Filter(std::move(raw), source, offsets, engine).run();
}

} // namespace rx::parse
