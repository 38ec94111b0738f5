//===- Newlines.h - which newlines end a statement ---------------*- C++ -*-===//
#pragma once

#include <antlr4-runtime.h>

#include <memory>
#include <vector>

namespace rx::parse {

/// Drops the newline tokens that do not end a statement (rules R1-R3 of grammar/README.md): inside
/// round or square brackets, after a word or sign that cannot end one, before one that continues one.
/// Sets `channel` of the dropped tokens to hidden, so that positions stay as they were.
void hideNewlinesInsideStatements(const std::vector<antlr4::Token *> &tokens);

} // namespace rx::parse
