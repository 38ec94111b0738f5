//===- Constants.cpp - arithmetic on what is known before the run -*- C++ -*-===//
#include "compiler/elaborate/Constants.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace rx;
using namespace rx::elaborate;

std::optional<Value> rx::elaborate::fold(const std::string &op, double x, double y, bool integers) {
  auto number = [&](double v) { return integers ? Value::of(int64_t(v)) : Value::real(v); };
  if (op == "add") return number(x + y);
  if (op == "sub") return number(x - y);
  if (op == "mul") return number(x * y);
  if (op == "div") return integers && y != 0 && std::fmod(x, y) == 0 ? number(x / y) : Value::real(x / y);
  if (op == "pow") return integers && y >= 0 ? number(std::pow(x, y)) : Value::real(std::pow(x, y));
  if (op == "min") return number(std::min(x, y));
  if (op == "max") return number(std::max(x, y));
  if (op == "mod" && y != 0) return number(x - y * std::floor(x / y));
  if (op == "idiv" && y != 0) return number(std::floor(x / y));
  if (op == "eq") return Value::boolean(x == y);
  if (op == "ne") return Value::boolean(x != y);
  if (op == "lt") return Value::boolean(x < y);
  if (op == "le") return Value::boolean(x <= y);
  if (op == "gt") return Value::boolean(x > y);
  if (op == "ge") return Value::boolean(x >= y);
  return std::nullopt;
}

std::optional<Value> rx::elaborate::foldUnary(const std::string &op, const Value &v) {
  double x = v.asDouble();
  bool integer = v.kind == Value::Int;
  if (op == "neg") return integer ? Value::of(-v.size.constant()) : Value::real(-x);
  if (op == "abs") return integer ? Value::of(std::abs(v.size.constant())) : Value::real(std::fabs(x));
  if (op == "floor") return Value::of(int64_t(std::floor(x)));
  if (op == "round") return Value::of(int64_t(std::floor(x + 0.5))); // halves go up
  if (op == "sqrt") return Value::real(std::sqrt(x));
  if (op == "rsqrt") return Value::real(1 / std::sqrt(x));
  if (op == "exp") return Value::real(std::exp(x));
  if (op == "log") return Value::real(std::log(x));
  return std::nullopt;
}

/// Polynomial arithmetic on sizes that are symbols of the data.
std::optional<Value> rx::elaborate::foldSizes(const std::string &op, const SizeExpr &x, const SizeExpr &y) {
  if (op == "add") return Value::of(x + y);
  if (op == "sub") return Value::of(x - y);
  if (op == "mul") return Value::of(x * y);
  if (op == "div" || op == "idiv") {
    if (auto quotient = x.dividedBy(y))
      return Value::of(*quotient);
    return std::nullopt;
  }
  if (op == "mod" && x.dividedBy(y))
    return Value::of(0);
  SizeExpr difference = x - y;
  static const std::set<std::string> comparisons = {"eq", "ne", "lt", "le", "gt", "ge"};
  if (difference.isConstant() && comparisons.count(op))
    return fold(op, double(difference.constant()), 0, true);
  return std::nullopt;
}
