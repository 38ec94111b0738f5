//===- Parse.h - text to syntax tree -----------------------------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostic.h"

namespace rx::parse {

/// Parse one file. On errors they are in `diagnostics` and the result is null.
std::unique_ptr<ast::File> parseFile(const diag::Source &source,
                                     diag::DiagnosticEngine &diagnostics);

/// Parse one expression, e.g. the right side of `--set name=value`.
ast::ExprPtr parseExpression(const diag::Source &source, diag::DiagnosticEngine &diagnostics);

} // namespace rx::parse
