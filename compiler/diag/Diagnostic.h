//===- Diagnostic.h - messages to the author of a program --------*- C++ -*-===//
//
// A message says first what happened, then shows every operand with the place its size or name came
// from, then an edit that would help. It speaks of what the author wrote, never of the IR.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/diag/Source.h"

#include <string>
#include <vector>

namespace rx::diag {

/// A part of the text with what is to be said of it.
struct Label {
  SourceRange range;
  std::string text;
};

struct Diagnostic {
  std::string kind; // a name of Kinds.def
  std::string message;
  SourceRange at;
  std::vector<Label> labels;
  std::vector<std::string> notes; // lines of their own, for what has no place in the text
  std::string help;
};

/// Collects diagnostics; an error anywhere stops the run before anything is computed.
class DiagnosticEngine {
public:
  void report(Diagnostic diagnostic) { all.push_back(std::move(diagnostic)); }
  bool hasErrors() const { return !all.empty(); }
  const std::vector<Diagnostic> &diagnostics() const { return all; }
  /// Every diagnostic in the house format, in order of report.
  std::string render() const;

private:
  std::vector<Diagnostic> all;
};

std::string render(const Diagnostic &diagnostic);

/// The candidate that a misspelt name most likely meant, or "".
std::string nearestName(const std::string &name, const std::vector<std::string> &candidates);

/// What a kind of error means and how to mend it; empty for an unknown kind.
std::string explain(const std::string &kind);
std::vector<std::string> knownKinds();

} // namespace rx::diag
