//===- Parsed.h - parse text in tests ----------------------------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/parse/Parse.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

/// A parsed text with what keeps it alive. `file` is null if there were messages.
struct Parsed {
  explicit Parsed(const std::string &text, const std::string &name = "test.rx")
      : source(name, text) {
    file = rx::parse::parseFile(source, diagnostics);
  }
  std::string messages() const { return diagnostics.render(); }

  rx::diag::Source source;
  rx::diag::DiagnosticEngine diagnostics;
  std::unique_ptr<rx::ast::File> file;
};

inline std::string dumpOf(const std::string &text) {
  Parsed parsed(text);
  return parsed.file ? rx::ast::dump(*parsed.file) : parsed.messages();
}

inline std::string formatOf(const std::string &text) {
  Parsed parsed(text);
  return parsed.file ? rx::ast::format(*parsed.file) : parsed.messages();
}

/// A file below the repository's root, where tests run.
inline std::string readText(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}
