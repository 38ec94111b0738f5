//===- SyntaxMessage.cpp - Syntax errors in the author's words -------------===//

#include "compiler/parse/SyntaxMessage.h"

#include "RxParser.h"

#include <array>

using namespace antlr4;
using rx::diag::SourceRange;

namespace rx::parse {
namespace {

/// Words of other languages, and what is written here instead.
struct ForeignWord {
  std::string_view word;
  const char *advice;
};
constexpr std::array<ForeignWord, 14> foreignWords{{
    {"return", "the last line of a body is its value: drop `return`"},
    {"let", "a name is defined by `=` alone: drop `let`"},
    {"var", "a name is defined by `=` alone: drop `var`"},
    {"const", "a name is defined by `=` alone: drop `const`"},
    {"def", "a function is `fn name(x) = value` or `fn name(x) { ... }`"},
    {"function", "a function is `fn name(x) = value` or `fn name(x) { ... }`"},
    {"class", "a network is `model Name(...) { ... }`"},
    {"struct", "a record type is written where it is used: `{ x: f32[n], y: i32 }`"},
    {"import", "write `use std.core.layers { Linear }`"},
    {"config", "settings are `name = value` lines; a `preset` changes them"},
    {"elif", "write `else if`"},
    {"lambda", "write `fn(x) = value`"},
    {"switch", "write `if a then x else if b then y else z`"},
    {"match", "write `if a then x else if b then y else z`"},
}};

/// Fixed tokens, in the order in which an expectation lists them.
struct Spelled {
  size_t type;
  const char *words;
};
constexpr std::array<Spelled, 23> spelledTokens{{
    {RxParser::COMMA, "`,`"},
    {RxParser::RPAREN, "`)`"},
    {RxParser::RBRACKET, "`]`"},
    {RxParser::RBRACE, "`}`"},
    {RxParser::ASSIGN, "`=`"},
    {RxParser::DRAW, "`~`"},
    {RxParser::COLON, "`:`"},
    {RxParser::ARROW, "`->`"},
    {RxParser::LPAREN, "`(`"},
    {RxParser::LBRACE, "`{`"},
    {RxParser::STRING, "text in quotes"},
    {RxParser::IN, "`in`"},
    {RxParser::THEN, "`then`"},
    {RxParser::ELSE, "`else`"},
    {RxParser::BY, "`by`"},
    {RxParser::TO, "`to`"},
    {RxParser::OVER, "`over`"},
    {RxParser::EVERY, "`every`"},
    {RxParser::FOR, "`for`"},
    {RxParser::WITH, "`with`"},
    {RxParser::WHEN, "`when`"},
    {RxParser::FN, "`fn`"},
    {RxParser::NL, "the end of the line"},
}};

bool isReserved(size_t type) { return type >= RxParser::USE && type <= RxParser::REPEAT; }

/// Reserved words that join the parts of an expression or statement; the others could be meant as
/// names.
bool isConnective(size_t type) {
  switch (type) {
  case RxParser::IF:
  case RxParser::THEN:
  case RxParser::ELSE:
  case RxParser::AND:
  case RxParser::OR:
  case RxParser::NOT:
  case RxParser::IN:
  case RxParser::WITH:
  case RxParser::BY:
  case RxParser::WITHIN:
  case RxParser::WHILE:
  case RxParser::OTHERWISE:
  case RxParser::APPROXIMATELY:
  case RxParser::AMENDS:
    return true;
  default:
    return false;
  }
}

bool startsValue(size_t type) {
  return type == RxParser::NAME || type == RxParser::NUMBER || type == RxParser::STRING ||
         type == RxParser::DTYPE || type == RxParser::IF || type == RxParser::NOT ||
         type == RxParser::TRUE || type == RxParser::FALSE || type == RxParser::NONE;
}

class Explainer {
public:
  Explainer(const SyntaxContext &context, diag::DiagnosticEngine &engine)
      : context(context), engine(engine), index(context.offending.getTokenIndex()),
        type(context.offending.getType()) {}

  void run() {
    if (!explainForeignWord() && !explainBareReducer() && !explainOperator() &&
        !explainStructure() && !explainReservedWord() && !explainAssignment() &&
        !explainMissingElse() && !explainSemicolon())
      explainExpectation();
  }

private:
  bool explainForeignWord();
  bool explainBareReducer();
  bool explainOperator();
  bool explainStructure();
  bool explainAssignment();
  bool explainMissingElse();
  bool explainReservedWord();
  bool explainSemicolon();
  void explainExpectation();

  const Token *before(size_t distance) const {
    return index >= distance ? context.stream.get(index - distance) : nullptr;
  }
  size_t typeBefore(size_t distance) const {
    return index >= distance ? context.stream.get(index - distance)->getType() : Token::EOF;
  }
  size_t typeAfter() const {
    return index + 1 < context.stream.size() ? context.stream.get(index + 1)->getType()
                                             : Token::EOF;
  }
  bool expects(size_t token) const { return context.expected.contains(token); }
  SourceRange rangeOf(const Token &token) const {
    return {&context.source, context.offsets.toByte(token.getStartIndex()),
            context.offsets.toByte(token.getStopIndex() + 1)};
  }
  SourceRange span(const Token &first, const Token &last) const {
    return {&context.source, rangeOf(first).begin, rangeOf(last).end};
  }
  SourceRange here() const {
    if (type == Token::EOF)
      return {&context.source, context.source.text().size(), context.source.text().size()};
    return rangeOf(context.offending);
  }
  std::string textOf(const Token &token) const { return std::string(rangeOf(token).text()); }
  diag::Diagnostic &report(SourceRange range, std::string message) {
    return engine.error(range, "syntax", std::move(message));
  }
  std::string restOfExpression() const;
  const Token *openingBracketBefore(size_t closing) const;
  std::string describeExpected() const;
  std::string describeFound() const;

  const SyntaxContext &context;
  diag::DiagnosticEngine &engine;
  size_t index;
  size_t type;
};

bool Explainer::explainForeignWord() {
  const Token *candidates[] = {&context.offending, before(1)};
  for (const Token *token : candidates) {
    if (!token || token->getType() != RxParser::NAME)
      continue;
    for (const ForeignWord &foreign : foreignWords)
      if (textOf(*token) == foreign.word) {
        report(rangeOf(*token), "`" + textOf(*token) + "` is not a word of this language")
            .suggest(foreign.advice);
        return true;
      }
  }
  return false;
}

/// `sum[e] q * k` and `softmax[u] z`.
bool Explainer::explainBareReducer() {
  if (typeBefore(1) != RxParser::RBRACKET || !startsValue(type) || expects(RxParser::NUMBER))
    return false;
  const Token *opening = openingBracketBefore(index - 1);
  if (!opening || opening->getTokenIndex() == 0)
    return false;
  const Token *callee = context.stream.get(opening->getTokenIndex() - 1);
  if (callee->getType() != RxParser::NAME)
    return false;
  SourceRange head = span(*callee, *before(1));
  std::string name = textOf(*callee);
  report(head, "`" + name + "` takes what it works on in parentheses")
      .suggest("write `" + std::string(head.text()) + "(" + restOfExpression() + ")`");
  return true;
}

/// Operators of other languages that lex as two of ours.
bool Explainer::explainOperator() {
  size_t previous = typeBefore(1);
  bool compound = previous == RxParser::PLUS || previous == RxParser::MINUS ||
                  previous == RxParser::STAR || previous == RxParser::SLASH;
  if (type == RxParser::ASSIGN && typeAfter() == RxParser::GT) {
    report(span(context.offending, *context.stream.get(index + 1)),
           "`=>` is not an operator of this language")
        .suggest("a function as a value is `fn(x) = value`; \"at least\" is `>=`");
    return true;
  }
  if (type == RxParser::ASSIGN && compound) {
    report(span(*before(1), context.offending), "a name is defined once and does not change")
        .suggest("in a `repeat` write `next x = x + ...`; in a `metric`, `accumulate x = ...`");
    return true;
  }
  if (type == RxParser::STAR && previous == RxParser::STAR) {
    report(span(*before(1), context.offending), "`**` is not an operator of this language")
        .suggest("a power is written `x ^ 2`");
    return true;
  }
  if (type == RxParser::STAR && previous == RxParser::SLASH) {
    report(span(*before(1), context.offending), "`/*` does not begin a comment")
        .suggest("a comment runs from `//` to the end of the line");
    return true;
  }
  return false;
}

/// `stack 4: Layer(d)` and `loop r: Block(d)`.
bool Explainer::explainStructure() {
  const Token *word = before(1);
  bool isStructure =
      word && (word->getType() == RxParser::STACK || word->getType() == RxParser::LOOP);
  bool isPart =
      (type == RxParser::NUMBER || type == RxParser::NAME) && typeAfter() == RxParser::COLON;
  if (!isStructure || !isPart)
    return false;
  std::string name = textOf(*word);
  report(span(*word, context.offending), "a `" + name + "` names its index and how far it runs")
      .suggest("for example `" + name + " l in 4: Layer(d)`");
  return true;
}

bool Explainer::explainAssignment() {
  bool isTypePlace = expects(RxParser::DTYPE) && !expects(RxParser::NUMBER);
  if (type != RxParser::ASSIGN || expects(RxParser::ASSIGN) || isTypePlace)
    return false;
  report(here(), "`=` defines a name and cannot stand inside an expression")
      .suggest("to compare, write `==`");
  return true;
}

bool Explainer::explainMissingElse() {
  bool ends = type == RxParser::NL || type == RxParser::RPAREN || type == RxParser::RBRACE ||
              type == RxParser::COMMA || type == RxParser::RBRACKET;
  if (!ends || !expects(RxParser::ELSE) || expects(RxParser::RBRACKET))
    return false;
  SourceRange at = here();
  for (size_t i = index; i-- > 0;)
    if (context.stream.get(i)->getType() == RxParser::IF) {
      at = rangeOf(*context.stream.get(i));
      break;
    }
  report(at, "this `if` has no `else`")
      .suggest(
          "an `if` is a value, so it needs both: `if c then a else b`; for statements there is "
          "`when c { ... }`");
  return true;
}

/// `push = 3`, and a reserved word where a name is expected.
bool Explainer::explainReservedWord() {
  const Token *word = &context.offending;
  size_t first = typeBefore(2);
  bool beginsItem = first == RxParser::NL || first == RxParser::LBRACE || first == Token::EOF;
  bool endsArgument = type == RxParser::RPAREN || type == RxParser::COMMA;
  bool wasName =
      (type == RxParser::ASSIGN && beginsItem) || (endsArgument && expects(RxParser::ASSIGN));
  if (wasName && isReserved(typeBefore(1)))
    word = before(1);
  else if (!isReserved(type) || isConnective(type) || !expects(RxParser::NAME))
    return false;
  report(rangeOf(*word),
         "`" + textOf(*word) + "` is a word of the language and cannot name a value")
      .suggest("choose another name, for example `" + textOf(*word) + "_` or `my_" + textOf(*word) +
               "`");
  return true;
}

bool Explainer::explainSemicolon() {
  if (type != RxParser::SEMICOLON)
    return false;
  report(here(), "`;` ends an item, but a bracket is still open here")
      .suggest("inside `(...)` and `[...]` use commas, or close the bracket first");
  return true;
}

void Explainer::explainExpectation() {
  if (expects(type) && index > 0) {
    report(here(), describeFound() + " cannot follow `" + textOf(*before(1)) + "` here");
    return;
  }
  std::string expected = describeExpected();
  report(here(), expected.empty() ? describeFound() + " cannot stand here"
                                  : "expected " + expected + ", found " + describeFound());
}

std::string Explainer::describeExpected() const {
  std::vector<std::string> words;
  if (expects(RxParser::USE) && expects(RxParser::NUMBER))
    return "a definition or a statement";
  bool anyWord = expects(RxParser::USE);
  if (expects(RxParser::NUMBER))
    words.push_back("a value");
  else if (expects(RxParser::DTYPE) && !anyWord)
    words.push_back("a type");
  else if (expects(RxParser::NAME))
    words.push_back("a name");
  bool beforeValue = !words.empty();
  bool closes = expects(RxParser::RPAREN) || expects(RxParser::RBRACKET);
  if (closes && !beforeValue && !expects(RxParser::COMMA))
    words.push_back("`,`"); // the list has ended for the parser, not for the author
  for (const Spelled &token : spelledTokens) {
    bool opens = token.type == RxParser::TO || token.type == RxParser::OVER || // names, after all
                 token.type == RxParser::EVERY || token.type == RxParser::LPAREN ||
                 token.type == RxParser::LBRACE || token.type == RxParser::STRING ||
                 token.type == RxParser::FN;
    if (!expects(token.type) || (beforeValue && (opens || anyWord)))
      continue;
    words.push_back(token.words);
  }
  std::string text;
  for (size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

std::string Explainer::describeFound() const {
  if (type == Token::EOF)
    return "the end of the file";
  return type == RxParser::NL ? "the end of the line" : "`" + textOf(context.offending) + "`";
}

/// The text from the offending token to the end of its item or of the bracket around it.
std::string Explainer::restOfExpression() const {
  unsigned depth = context.depths[index];
  size_t last = index;
  for (size_t i = index; i < context.stream.size() && i < context.depths.size(); ++i) {
    size_t token = context.stream.get(i)->getType();
    if (context.depths[i] < depth ||
        (context.depths[i] == depth && (token == RxParser::NL || token == RxParser::COMMA)))
      break;
    last = i;
  }
  SourceRange rest = span(context.offending, *context.stream.get(last));
  std::string text(rest.text());
  return text.find('\n') == std::string::npos && text.size() <= 60 ? text : "...";
}

const Token *Explainer::openingBracketBefore(size_t closing) const {
  for (size_t i = closing; i-- > 0;)
    if (context.depths[i] == context.depths[closing])
      if (context.stream.get(i)->getType() == RxParser::LBRACKET)
        return context.stream.get(i);
  return nullptr;
}

} // namespace

void explainSyntaxError(const SyntaxContext &context, diag::DiagnosticEngine &engine) {
  Explainer(context, engine).run();
}

} // namespace rx::parse
