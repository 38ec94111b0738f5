//===- ErrorStrategy.h - What happens at a syntax error --------------------===//
//
// An error ends its item: the innermost item that was being parsed is skipped to the NL token that
// ends it, and parsing goes on behind it. So each mistake gives one message, and mistakes in
// different items all get theirs.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/parse/TokenFilter.h"

namespace rx::parse {

class ErrorStrategy : public antlr4::DefaultErrorStrategy {
public:
  ErrorStrategy(const diag::Source &source, const OffsetMap &offsets, const FilteredTokens &tokens,
                diag::DiagnosticEngine &engine)
      : source(source), offsets(offsets), tokens(tokens), engine(engine) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override;

private:
  void skipItem(antlr4::Parser *parser, unsigned depth);
  unsigned depthOf(const antlr4::Token &token) const;
  void report(antlr4::Parser *parser, const antlr4::Token &offending,
              const antlr4::misc::IntervalSet &expected);

  const diag::Source &source;
  const OffsetMap &offsets;
  const FilteredTokens &tokens;
  diag::DiagnosticEngine &engine;
};

} // namespace rx::parse
