#include "compiler/parse/Parse.h"

#include "compiler/parse/Builder.h"
#include "compiler/parse/ErrorStrategy.h"
#include "compiler/parse/SourceCheck.h"

#include "RxLexer.h"

using namespace rx;
using namespace rx::parse;

namespace {

/// Thrown through the generated parser, caught in `Reader::parse`.
struct NestingTooDeep {
  const antlr4::Token *at;
};

/// BracketMatcher limits brackets; this limits what nests without them, such as `else if` chains.
class BoundedParser : public RxParser {
public:
  using RxParser::RxParser;

  void enterRule(antlr4::ParserRuleContext *context, size_t state, size_t rule) override {
    RxParser::enterRule(context, state, rule);
    checkDepth();
  }
  void enterRecursionRule(antlr4::ParserRuleContext *context, size_t state, size_t rule,
                          int precedence) override {
    RxParser::enterRecursionRule(context, state, rule, precedence);
    checkDepth();
  }

private:
  /// A pair of brackets costs five rules at most.
  static constexpr int maxRuleDepth = 6 * maxBracketDepth;

  void checkDepth() {
    if (getContext()->depth() > maxRuleDepth)
      throw NestingTooDeep{getCurrentToken()};
  }
};

/// Lexer, filter and parser over one source.
class Reader {
public:
  Reader(const diag::Source &source, diag::DiagnosticEngine &diagnostics)
      : source(source), diagnostics(diagnostics), offsets(source.text()),
        input(std::string(source.text())),
        filtered(filterTokens(lex(), source, offsets, diagnostics)),
        list(std::move(filtered.tokens), source.path()), stream(&list), parser(&stream) {
    stream.fill(); // messages look ahead
    parser.removeErrorListeners();
    parser.setErrorHandler(std::make_shared<ErrorStrategy>(source, offsets, filtered, diagnostics));
  }

  /// Applies `rule` and hands its tree to `build`; null if anything was reported on the way.
  template <typename Node, typename Context>
  std::unique_ptr<Node> parse(Context *(RxParser::*rule)(),
                              std::unique_ptr<Node> (*build)(Builder &, Context *)) {
    size_t before = diagnostics.diagnostics().size();
    try {
      if (filtered.isBalanced && filtered.badLines.empty()) {
        auto *tree = (parser.*rule)();
        if (diagnostics.diagnostics().size() != before)
          return nullptr;
        Builder builder(source, offsets, filtered, diagnostics);
        auto result = build(builder, tree);
        if (diagnostics.diagnostics().size() == before)
          return result;
      } else if (filtered.isBalanced) {
        (parser.*rule)(); // for the other mistakes
      }
    } catch (const NestingTooDeep &deep) {
      size_t at = offsets.toByte(deep.at->getStartIndex());
      diagnostics.error({&source, at, at}, "syntax", "this expression nests too deep")
          .suggest("give its inner parts names of their own");
    } catch (const antlr4::RecognitionException &) {
      // Reported by the strategy; it happened outside every item, so nothing is left to parse.
    }
    return nullptr;
  }

private:
  std::vector<std::unique_ptr<antlr4::Token>> lex() {
    RxLexer lexer(&input);
    lexer.removeErrorListeners(); // every character belongs to some token, so the lexer has no
                                  // errors
    return lexer.getAllTokens();
  }

  const diag::Source &source;
  diag::DiagnosticEngine &diagnostics;
  OffsetMap offsets;
  antlr4::ANTLRInputStream input;
  FilteredTokens filtered;
  antlr4::ListTokenSource list;
  antlr4::CommonTokenStream stream;
  BoundedParser parser;
};

} // namespace

std::unique_ptr<ast::File> rx::parse::parseFile(const diag::Source &source,
                                                diag::DiagnosticEngine &diagnostics) {
  if (!checkSourceText(source, diagnostics))
    return nullptr;
  return Reader(source, diagnostics)
      .parse<ast::File, RxParser::FileContext>(
          &RxParser::file,
          [](Builder &builder, RxParser::FileContext *tree) { return builder.file(tree); });
}

ast::ExprPtr rx::parse::parseExpression(const diag::Source &source,
                                        diag::DiagnosticEngine &diagnostics) {
  if (!checkSourceText(source, diagnostics))
    return nullptr;
  return Reader(source, diagnostics)
      .parse<ast::Expr, RxParser::OneExprContext>(
          &RxParser::oneExpr, [](Builder &builder, RxParser::OneExprContext *tree) {
            return builder.expr(tree->expr());
          });
}
