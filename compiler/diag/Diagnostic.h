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

  /// For chains behind DiagnosticEngine::error.
  Diagnostic &label(SourceRange range, std::string text) {
    labels.push_back({range, std::move(text)});
    return *this;
  }
  Diagnostic &suggest(std::string edit) {
    help = std::move(edit);
    return *this;
  }
};

/// Collects diagnostics; an error anywhere stops the run before anything is computed.
class DiagnosticEngine {
public:
  void report(Diagnostic diagnostic) { all.push_back(std::move(diagnostic)); }
  /// The reference is valid until the next report: `engine.error(..).label(..).suggest(..)`.
  Diagnostic &error(SourceRange at, std::string kind, std::string message) {
    all.push_back({std::move(kind), std::move(message), at, {}, {}, {}});
    return all.back();
  }
  bool hasErrors() const { return !all.empty(); }
  const std::vector<Diagnostic> &diagnostics() const { return all; }
  /// Every diagnostic in the house format, in order of report. Colour is for terminals.
  std::string render(bool colour = false) const;

private:
  std::vector<Diagnostic> all;
};

/// One diagnostic in the house format, ending with a newline.
std::string render(const Diagnostic &diagnostic, bool colour = false);

/// The candidate that a misspelt name most likely meant, or "".
std::string nearestName(const std::string &name, const std::vector<std::string> &candidates);
/// "did you mean `steps`?" for the nearest candidate, or "".
std::string didYouMean(const std::string &name, const std::vector<std::string> &candidates);

/// The section of EXPLAIN.md on a kind: what it means and how to mend it. Empty for an unknown
/// kind.
std::string explain(const std::string &kind);
/// One line on a kind; empty for an unknown one.
std::string summary(const std::string &kind);
std::vector<std::string> knownKinds();

} // namespace rx::diag
