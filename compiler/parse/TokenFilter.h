//===- TokenFilter.h - Between lexer and parser ----------------------------===//
//
// Decides which newlines end an item (grammar/README.md, rules R1 and R2), matches brackets, takes
// comments and doc comments out of the stream, and reports what is wrong with single tokens.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostic.h"

#include <antlr4-runtime.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace rx::parse {

/// Brackets may nest this deep: the parser and everything behind it recurse over the tree.
inline constexpr unsigned maxBracketDepth = 200;

/// ANTLR counts code points, everything else counts bytes.
class OffsetMap {
public:
  explicit OffsetMap(std::string_view text);
  size_t toByte(size_t codePoint) const;

private:
  size_t size = 0;
  std::vector<size_t> bytes; ///< empty for pure ASCII, where both are equal
};

struct FilteredTokens {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;
  std::vector<unsigned> depths; ///< per token: number of brackets around it
  /// Doc lines by the byte offset of the token they precede.
  std::map<size_t, std::vector<diag::SourceRange>> docs;
  std::vector<ast::Comment> comments;
  std::set<size_t> badLines; ///< lines on which an error was reported here
  bool isBalanced = true;    ///< false: brackets do not match, parsing would only add noise
};

FilteredTokens filterTokens(std::vector<std::unique_ptr<antlr4::Token>> raw,
                            const diag::Source &source, const OffsetMap &offsets,
                            diag::DiagnosticEngine &engine);

} // namespace rx::parse
