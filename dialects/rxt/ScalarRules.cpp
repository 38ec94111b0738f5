//===- ScalarRules.cpp - one rule per arith and math op --------------------===//
#include "dialects/rxt/ScalarBody.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;

namespace rx::rxt {
namespace {

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

using Point = ArrayRef<int64_t>;

void setReal(const ScalarStep &step, Scalar *values, double value) {
  values[step.result].real = roundTo(step.kind, step.precision, value);
}
void setInteger(const ScalarStep &step, Scalar *values, int64_t value) {
  values[step.result].integer = wrapTo(step.kind, value);
}

void unaryReal(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values, step.unary(step.operand(values, 0).real));
}
void binaryReal(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values, step.binary(step.operand(values, 0).real, step.operand(values, 1).real));
}

using Unary = double (*)(double);
using Binary = double (*)(double, double);

const llvm::StringMap<Unary> &unaryRules() {
  static const llvm::StringMap<Unary> rules = {
      {"arith.negf", [](double x) { return -x; }},
      {"arith.extf", [](double x) { return x; }},
      {"arith.truncf", [](double x) { return x; }},
      {"math.absf", std::fabs},
      {"math.acos", std::acos},
      {"math.asin", std::asin},
      {"math.atan", std::atan},
      {"math.cbrt", std::cbrt},
      {"math.ceil", std::ceil},
      {"math.cos", std::cos},
      {"math.cosh", std::cosh},
      {"math.erf", std::erf},
      {"math.erfc", std::erfc},
      {"math.exp", std::exp},
      {"math.exp2", std::exp2},
      {"math.expm1", std::expm1},
      {"math.floor", std::floor},
      {"math.log", std::log},
      {"math.log10", std::log10},
      {"math.log1p", std::log1p},
      {"math.log2", std::log2},
      {"math.round", std::round},
      {"math.roundeven", std::nearbyint},
      {"math.rsqrt", [](double x) { return 1.0 / std::sqrt(x); }},
      {"math.sin", std::sin},
      {"math.sinh", std::sinh},
      {"math.sqrt", std::sqrt},
      {"math.tan", std::tan},
      {"math.tanh", std::tanh},
      {"math.trunc", std::trunc},
  };
  return rules;
}

/// maximumf and minimumf give NaN if either operand is; maxnumf and minnumf give the other operand.
const llvm::StringMap<Binary> &binaryRules() {
  static const llvm::StringMap<Binary> rules = {
      {"arith.addf", [](double a, double b) { return a + b; }},
      {"arith.subf", [](double a, double b) { return a - b; }},
      {"arith.mulf", [](double a, double b) { return a * b; }},
      {"arith.divf", [](double a, double b) { return a / b; }},
      {"arith.remf", [](double a, double b) { return std::fmod(a, b); }},
      {"arith.maximumf", [](double a, double b) { return std::isnan(a) || a > b ? a : b; }},
      {"arith.minimumf", [](double a, double b) { return std::isnan(a) || a < b ? a : b; }},
      {"arith.maxnumf", [](double a, double b) { return std::fmax(a, b); }},
      {"arith.minnumf", [](double a, double b) { return std::fmin(a, b); }},
      {"math.atan2", [](double a, double b) { return std::atan2(a, b); }},
      {"math.copysign", [](double a, double b) { return std::copysign(a, b); }},
      {"math.powf", [](double a, double b) { return std::pow(a, b); }},
  };
  return rules;
}

void fma(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values,
          std::fma(step.operand(values, 0).real, step.operand(values, 1).real,
                   step.operand(values, 2).real));
}

void integerPower(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values,
          std::pow(step.operand(values, 0).real, double(step.operand(values, 1).integer)));
}

bool compareReals(arith::CmpFPredicate predicate, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::AlwaysTrue:
    return true;
  case P::OEQ:
    return !unordered && a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !unordered && a != b;
  case P::ORD:
    return !unordered;
  case P::UEQ:
    return unordered || a == b;
  case P::UGT:
    return unordered || a > b;
  case P::UGE:
    return unordered || a >= b;
  case P::ULT:
    return unordered || a < b;
  case P::ULE:
    return unordered || a <= b;
  case P::UNE:
    return unordered || a != b;
  case P::UNO:
    return unordered;
  }
  llvm_unreachable("every predicate is listed");
}

void cmpf(const ScalarStep &step, Scalar *values, Point) {
  auto predicate = static_cast<arith::CmpFPredicate>(step.detail);
  setInteger(step, values,
             compareReals(predicate, step.operand(values, 0).real, step.operand(values, 1).real));
}

void isNan(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values, std::isnan(step.operand(values, 0).real));
}
void isInf(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values, std::isinf(step.operand(values, 0).real));
}
void isFinite(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values, std::isfinite(step.operand(values, 0).real));
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

/// An i1 is stored as 0 or 1; as a signed number its true is -1.
int64_t asSigned(ElementKind kind, int64_t value) {
  return kind == ElementKind::I1 ? -value : value;
}
uint64_t asUnsigned(ElementKind kind, int64_t value) {
  unsigned bits = bitsOf(kind);
  return bits == 64 ? value : static_cast<uint64_t>(value) & ((uint64_t(1) << bits) - 1);
}

void signedInteger(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values,
             step.integral(asSigned(step.operandKind, step.operand(values, 0).integer),
                           asSigned(step.operandKind, step.operand(values, 1).integer)));
}
void unsignedInteger(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values,
             step.integral(asUnsigned(step.operandKind, step.operand(values, 0).integer),
                           asUnsigned(step.operandKind, step.operand(values, 1).integer)));
}

using Integral = int64_t (*)(int64_t, int64_t);
using U = uint64_t;

/// Division by zero and shifts beyond the width have no meaning in arith; here they give 0, not a
/// trap. Sums and products wrap, in unsigned arithmetic.
int64_t quotient(int64_t a, int64_t b) { return b == 0 ? 0 : b == -1 ? int64_t(-U(a)) : a / b; }
int64_t remainder(int64_t a, int64_t b) { return b == 0 || b == -1 ? 0 : a % b; }
int64_t floorQuotient(int64_t a, int64_t b) {
  return quotient(a, b) - (remainder(a, b) != 0 && (a < 0) != (b < 0));
}
int64_t ceilQuotient(int64_t a, int64_t b) {
  return quotient(a, b) + (remainder(a, b) != 0 && (a < 0) == (b < 0));
}

const llvm::StringMap<Integral> &signedRules() {
  static const llvm::StringMap<Integral> rules = {
      {"arith.addi", [](int64_t a, int64_t b) { return int64_t(U(a) + U(b)); }},
      {"arith.subi", [](int64_t a, int64_t b) { return int64_t(U(a) - U(b)); }},
      {"arith.muli", [](int64_t a, int64_t b) { return int64_t(U(a) * U(b)); }},
      {"arith.divsi", quotient},
      {"arith.remsi", remainder},
      {"arith.floordivsi", floorQuotient},
      {"arith.ceildivsi", ceilQuotient},
      {"arith.andi", [](int64_t a, int64_t b) { return a & b; }},
      {"arith.ori", [](int64_t a, int64_t b) { return a | b; }},
      {"arith.xori", [](int64_t a, int64_t b) { return a ^ b; }},
      {"arith.maxsi", [](int64_t a, int64_t b) { return std::max(a, b); }},
      {"arith.minsi", [](int64_t a, int64_t b) { return std::min(a, b); }},
      {"arith.shli", [](int64_t a, int64_t b) { return U(b) > 63 ? 0 : int64_t(U(a) << b); }},
      {"arith.shrsi", [](int64_t a, int64_t b) { return a >> (U(b) > 63 ? 63 : b); }},
  };
  return rules;
}

const llvm::StringMap<Integral> &unsignedRules() {
  static const llvm::StringMap<Integral> rules = {
      {"arith.divui", [](int64_t a, int64_t b) { return b == 0 ? 0 : int64_t(U(a) / U(b)); }},
      {"arith.remui", [](int64_t a, int64_t b) { return b == 0 ? 0 : int64_t(U(a) % U(b)); }},
      {"arith.maxui", [](int64_t a, int64_t b) { return int64_t(std::max(U(a), U(b))); }},
      {"arith.minui", [](int64_t a, int64_t b) { return int64_t(std::min(U(a), U(b))); }},
      {"arith.shrui", [](int64_t a, int64_t b) { return U(b) > 63 ? 0 : int64_t(U(a) >> b); }},
  };
  return rules;
}

bool compareIntegers(arith::CmpIPredicate predicate, int64_t a, int64_t b, U ua, U ub) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  case P::ult:
    return ua < ub;
  case P::ule:
    return ua <= ub;
  case P::ugt:
    return ua > ub;
  case P::uge:
    return ua >= ub;
  }
  llvm_unreachable("every predicate is listed");
}

void cmpi(const ScalarStep &step, Scalar *values, Point) {
  int64_t a = step.operand(values, 0).integer, b = step.operand(values, 1).integer;
  ElementKind kind = step.operandKind;
  setInteger(step, values,
             compareIntegers(static_cast<arith::CmpIPredicate>(step.detail), asSigned(kind, a),
                             asSigned(kind, b), asUnsigned(kind, a), asUnsigned(kind, b)));
}

void absi(const ScalarStep &step, Scalar *values, Point) {
  int64_t a = asSigned(step.operandKind, step.operand(values, 0).integer);
  setInteger(step, values, a < 0 ? int64_t(-U(a)) : a);
}

//===----------------------------------------------------------------------===//
// Conversions, selection, constants, positions
//===----------------------------------------------------------------------===//

void signedToInteger(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values, asSigned(step.operandKind, step.operand(values, 0).integer));
}
void unsignedToInteger(const ScalarStep &step, Scalar *values, Point) {
  setInteger(step, values, asUnsigned(step.operandKind, step.operand(values, 0).integer));
}
void signedToReal(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values, double(asSigned(step.operandKind, step.operand(values, 0).integer)));
}
void unsignedToReal(const ScalarStep &step, Scalar *values, Point) {
  setReal(step, values, double(asUnsigned(step.operandKind, step.operand(values, 0).integer)));
}

/// Out of range has no meaning in arith; here it saturates to i64 and NaN gives 0.
void realToInteger(const ScalarStep &step, Scalar *values, Point) {
  double value = std::trunc(step.operand(values, 0).real);
  constexpr double limit = 9223372036854775808.0; // 2^63
  int64_t integer = std::isnan(value) ? 0
                    : value >= limit  ? INT64_MAX
                    : value < -limit  ? INT64_MIN
                                      : static_cast<int64_t>(value);
  setInteger(step, values, integer);
}

void select(const ScalarStep &step, Scalar *values, Point) {
  values[step.result] = step.operand(values, step.operand(values, 0).integer ? 1 : 2);
}
void constant(const ScalarStep &step, Scalar *values, Point) {
  values[step.result] = step.constant;
}
void position(const ScalarStep &step, Scalar *values, Point point) {
  values[step.result].integer = point[step.detail];
}

const llvm::StringMap<ScalarRule> &otherRules() {
  static const llvm::StringMap<ScalarRule> rules = {
      {"arith.cmpf", cmpf},
      {"arith.cmpi", cmpi},
      {"arith.constant", constant},
      {"arith.extsi", signedToInteger},
      {"arith.extui", unsignedToInteger},
      {"arith.fptosi", realToInteger},
      {"arith.fptoui", realToInteger},
      {"arith.select", select},
      {"arith.sitofp", signedToReal},
      {"arith.trunci", signedToInteger},
      {"arith.uitofp", unsignedToReal},
      {"math.absi", absi},
      {"math.fma", fma},
      {"math.fpowi", integerPower},
      {"math.isfinite", isFinite},
      {"math.isinf", isInf},
      {"math.isnan", isNan},
      {"rxt.index", position},
      {"rxt.size", constant},
  };
  return rules;
}

/// What a rule needs beyond operands: predicates, dimensions and constants.
void fillDetails(Operation &op, const Evaluation &evaluation, ScalarStep &step) {
  llvm::TypeSwitch<Operation *>(&op)
      .Case([&](arith::CmpFOp cmp) { step.detail = static_cast<int64_t>(cmp.getPredicate()); })
      .Case([&](arith::CmpIOp cmp) { step.detail = static_cast<int64_t>(cmp.getPredicate()); })
      .Case([&](IndexOp index) { step.detail = index.getDim(); })
      .Case([&](SizeOp size) {
        step.constant.integer = evaluation.size(*SizeExpr::parse(std::string_view(size.getSize())));
      })
      .Case([&](arith::ConstantOp literal) {
        if (auto real = dyn_cast<FloatAttr>(literal.getValue()))
          step.constant.real = evaluation.round(step.kind, real.getValueAsDouble());
        else if (auto integer = dyn_cast<IntegerAttr>(literal.getValue()))
          step.constant.integer = wrapTo(step.kind, integer.getValue().getSExtValue());
      });
}

template <typename Rule> bool take(const llvm::StringMap<Rule> &rules, StringRef name, Rule &slot) {
  auto it = rules.find(name);
  if (it == rules.end())
    return false;
  slot = it->second;
  return true;
}

} // namespace

LogicalResult selectRule(Operation &op, const Evaluation &evaluation, ScalarStep &step) {
  StringRef name = op.getName().getStringRef();
  for (Type type : llvm::concat<const Type>(op.getOperandTypes(), op.getResultTypes()))
    if (!elementKindOf(type))
      return op.emitOpError() << "the reference has no scalars of " << type;
  if (op.getNumResults() == 1)
    step.kind = *elementKindOf(op.getResult(0).getType());
  if (op.getNumOperands() > 0)
    step.operandKind = *elementKindOf(op.getOperand(0).getType());
  step.precision = evaluation.precision();
  fillDetails(op, evaluation, step);
  if (take(unaryRules(), name, step.unary))
    step.rule = unaryReal;
  else if (take(binaryRules(), name, step.binary))
    step.rule = binaryReal;
  else if (take(signedRules(), name, step.integral))
    step.rule = signedInteger;
  else if (take(unsignedRules(), name, step.integral))
    step.rule = unsignedInteger;
  else if (!take(otherRules(), name, step.rule))
    return op.emitOpError() << "has no meaning inside a body: the reference has no rule for it";
  return success();
}

} // namespace rx::rxt
