//===- Walk.h - over all of a syntax tree ------------------------*- C++ -*-===//
#pragma once

#include "compiler/ast/Ast.h"

#include <functional>

namespace rx::elaborate {

/// Calls `each` on an expression and all below it; `each` returns whether to go on below.
void walk(const ast::Expr &expr, const std::function<bool(const ast::Expr &)> &each);

/// The expressions that a statement reads; what stands left of `=` is not read.
std::vector<const ast::Expr *> readBy(const ast::Item &item);

/// Calls `each` on every statement of a body and of the bodies inside it.
void walkItems(const ast::Body &body, const std::function<void(const ast::Item &)> &each);

} // namespace rx::elaborate
