//===- rx-parse.cpp - the parser and the formatter on their own --------------===//
//
// rx-parse FILE...            messages, or nothing
// rx-parse --dump FILE...     the syntax tree
// rx-parse --format FILE...   the canonical text
// rx-parse --check FILE...    names the files that the formatter would change
//
//===----------------------------------------------------------------------===//

#include "compiler/ast/Ast.h"
#include "compiler/parse/Parse.h"

#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

int main(int count, char **arguments) {
  std::string mode = count > 1 && std::strncmp(arguments[1], "--", 2) == 0 ? arguments[1] : "";
  bool failed = false;
  for (int i = mode.empty() ? 1 : 2; i < count; ++i) {
    std::ifstream in(arguments[i], std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    std::string path = arguments[i];
    rx::diag::Source source(path.substr(path.rfind('/') + 1), text);
    rx::diag::DiagnosticEngine diagnostics;
    auto file = rx::parse::parseFile(source, diagnostics);
    std::cout << diagnostics.render();
    failed |= !file;
    if (!file)
      continue;
    if (mode == "--dump")
      std::cout << rx::ast::dump(*file);
    else if (mode == "--format")
      std::cout << rx::ast::format(*file);
    else if (mode == "--check" && rx::ast::format(*file) != text) {
      std::cout << source.path() << " is not formatted\n";
      failed = true;
    }
  }
  return failed;
}
