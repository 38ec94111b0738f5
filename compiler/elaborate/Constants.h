//===- Constants.h - arithmetic on what is known before the run ---*- C++ -*-===//
#pragma once

#include "compiler/elaborate/Value.h"

namespace rx::elaborate {

/// `x op y` of numbers; `integers` if both are. Whole quotients of integers stay integers. Nothing
/// for an operation that has no value here.
std::optional<Value> fold(const std::string &op, double x, double y, bool integers);

/// `op x` of a number.
std::optional<Value> foldUnary(const std::string &op, const Value &x);

/// Polynomial arithmetic on sizes that are symbols of the data.
std::optional<Value> foldSizes(const std::string &op, const SizeExpr &x, const SizeExpr &y);

} // namespace rx::elaborate
