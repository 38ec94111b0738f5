//===- ErrorStrategy.cpp - What happens at a syntax error ------------------===//

#include "compiler/parse/ErrorStrategy.h"

#include "RxParser.h"
#include "compiler/parse/SyntaxMessage.h"

using namespace antlr4;

namespace rx::parse {

void ErrorStrategy::reportError(Parser *parser, const RecognitionException &error) {
  if (inErrorRecoveryMode(parser))
    return;
  beginErrorCondition(parser);
  report(parser, *error.getOffendingToken(), error.getExpectedTokens());
}

void ErrorStrategy::report(Parser *parser, const Token &offending,
                           const misc::IntervalSet &expected) {
  if (tokens.badLines.count(offending.getLine()))
    return; // the token itself was already reported
  SyntaxContext context{source,        offsets,   *parser->getTokenStream(),
                        tokens.depths, offending, expected};
  explainSyntaxError(context, engine);
}

void ErrorStrategy::recover(Parser *parser, std::exception_ptr error) {
  ParserRuleContext *context = parser->getContext();
  if (context->getRuleIndex() != RxParser::RuleItem)
    std::rethrow_exception(error);
  skipItem(parser, depthOf(*context->getStart()));
  endErrorCondition(parser);
}

/// Reports are all there is: no token is invented or dropped inside an item.
Token *ErrorStrategy::recoverInline(Parser *parser) { throw InputMismatchException(parser); }

/// Called before each decision. Only between items is there something to do: skip what cannot
/// begin an item.
void ErrorStrategy::sync(Parser *parser) {
  size_t rule = parser->getContext()->getRuleIndex();
  if (rule != RxParser::RuleFile && rule != RxParser::RuleBody)
    return;
  atn::ATNState *state = parser->getATN().states[parser->getState()];
  misc::IntervalSet expected = parser->getATN().nextTokens(state);
  for (;;) {
    const Token &next = *parser->getTokenStream()->LT(1);
    if (next.getType() == Token::EOF || expected.contains(next.getType()))
      return;
    report(parser, next, expected);
    skipItem(parser, depthOf(next));
  }
}

/// Consumes the rest of an item of the given bracket depth, with its NL.
void ErrorStrategy::skipItem(Parser *parser, unsigned depth) {
  for (;;) {
    const Token &next = *parser->getTokenStream()->LT(1);
    if (next.getType() == Token::EOF || depthOf(next) < depth)
      return;
    bool ends = next.getType() == RxParser::NL && depthOf(next) == depth;
    parser->getTokenStream()->consume();
    if (ends)
      return;
  }
}

unsigned ErrorStrategy::depthOf(const Token &token) const {
  size_t index = token.getTokenIndex();
  return index < tokens.depths.size() ? tokens.depths[index] : 0;
}

} // namespace rx::parse
