//===- SyntaxMessage.h - Syntax errors in the author's words ---------------===//
#pragma once

#include "compiler/parse/TokenFilter.h"

namespace rx::parse {

struct SyntaxContext {
  const diag::Source &source;
  const OffsetMap &offsets;
  antlr4::TokenStream &stream;
  const std::vector<unsigned> &depths;
  const antlr4::Token &offending;
  const antlr4::misc::IntervalSet &expected; ///< token types that could stand there
};

/// Reports one syntax error: common slips by name and with the edit, all others by what was
/// expected and what was found.
void explainSyntaxError(const SyntaxContext &context, diag::DiagnosticEngine &engine);

} // namespace rx::parse
