//===- BracketMatcher.h - Which bracket closes which -----------------------===//
#pragma once

#include "compiler/diag/Diagnostic.h"

#include <vector>

namespace rx::parse {

/// Follows the brackets of a file. A mistake is reported where it was made, as far as indentation
/// tells, not where the file ends.
class BracketMatcher {
public:
  BracketMatcher(const diag::Source &source, diag::DiagnosticEngine &engine)
      : source(source), engine(engine) {}

  /// Takes any token type of RxLexer; false for a closing bracket that closes nothing.
  bool accept(size_t type, diag::SourceRange range);
  /// At the end of the file; false if any bracket did not match or nested too deep.
  bool finish();

  unsigned depth() const { return static_cast<unsigned>(open.size()); }
  /// The innermost bracket is `(` or `[`: newlines do not count.
  bool insideInline() const;

private:
  struct Open {
    size_t type;
    diag::SourceRange range;
    size_t indent; ///< of its line
  };

  bool close(size_t opening, diag::SourceRange range);
  void reportUnclosed(const Open &bracket);
  size_t indentOf(size_t line) const;
  bool isFirstOnLine(diag::SourceRange range) const;

  const diag::Source &source;
  diag::DiagnosticEngine &engine;
  std::vector<Open> open;
  Open suspect{}; ///< the first `{` whose `}` is indented unlike its line
  bool hasSuspect = false;
  bool matched = true;
  bool tooDeep = false;
};

} // namespace rx::parse
