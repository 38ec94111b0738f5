#include "tests/compiler/lower/loops/LoopHarness.h"

namespace rx::compiler {
namespace {

class MapTest : public LoopTest {
protected:
  /// Of elementwise kernels, whose rows are one line: with a rest against the strips, without, and
  /// drawn.
  std::vector<Sizes> ragged() {
    return {{{"b", 3}, {"t", 37}}, {{"b", 1}, {"t", 16}}, {{"b", drawn(9)}, {"t", drawn(90)}}};
  }
};

TEST_F(MapTest, EquationOverRows) {
  check(R"(
!x = !rxt.tensor<f32[b, t]>
!g = !rxt.tensor<f32[t]>
!s = !rxt.tensor<f32[b]>
func.func @k(%x: !x, %g: !g, %s: !s) -> !x {
  %y = rxt.map(%x, %g, %s) by [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0)>] {
  ^bb0(%a: f32, %c: f32, %d: f32):
    %e = math.exp %d : f32
    %m = arith.mulf %a, %c : f32
    %n = arith.addf %m, %e : f32
    %h = math.tanh %n : f32
    rxt.yield %h : f32
  } : (!x, !g, !s) -> !x
  return %y : !x
})",
        sizesOf("b", "t"), equation);
}

/// An elementwise kernel of arguments of the given types; `body` computes %y of `result` from %a,
/// %b, ..
std::string equationOf(std::vector<std::string> arguments, const std::string &body,
                       const std::string &result, const std::string &axes = "b, t") {
  std::string parameters, operands, types, maps, blockArguments;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string comma = i ? ", " : "", name = "%" + std::string(1, static_cast<char>('a' + i));
    std::string type = "!rxt.tensor<" + arguments[i] + "[" + axes + "]>";
    parameters += comma + name + "_: " + type;
    operands += comma + name + "_";
    types += comma + type;
    maps += comma + "affine_map<(d0, d1) -> (d0, d1)>";
    blockArguments += comma + name + ": " + arguments[i];
  }
  std::string type = "!rxt.tensor<" + result + "[" + axes + "]>";
  std::string block = arguments.empty() ? "" : "^bb0(" + blockArguments + "):\n";
  return "func.func @k(" + parameters + ") -> " + type + " {\n%r = rxt.map(" + operands + ") by [" +
         maps + "] {\n" + block + body + "\nrxt.yield %y : " + result + "\n} : (" + types +
         ") -> " + type + "\nreturn %r : " + type + "\n}";
}

TEST_F(MapTest, EveryRealFunction) {
  for (std::string op :
       {"absf", "ceil", "cos", "erf", "exp", "exp2", "expm1", "floor", "round", "roundeven", "sin",
        "sinh", "cosh", "tan", "tanh", "trunc", "atan", "cbrt", "erfc"}) {
    SCOPED_TRACE(op);
    check(equationOf({"f32"}, "%y = math." + op + " %a : f32", "f32"), ragged(), equation);
    check(equationOf({"f64"}, "%y = math." + op + " %a : f64", "f64"), ragged(), {1e-14, 1e-14});
  }
  for (std::string op : {"log", "log10", "log2", "log1p", "sqrt", "rsqrt"}) {
    SCOPED_TRACE(op);
    check(equationOf({"f32"}, "%m = math.absf %a : f32\n%y = math." + op + " %m : f32", "f32"),
          ragged(), equation);
    check(equationOf({"f64"}, "%m = math.absf %a : f64\n%y = math." + op + " %m : f64", "f64"),
          ragged(), {1e-14, 1e-14});
  }
  for (std::string op : {"acos", "asin"})
    check(equationOf({"f32"},
                     "%h = arith.constant 0.5 : f32\n%m = arith.mulf %a, %h : f32\n%y = math." +
                         op + " %m : f32",
                     "f32"),
          ragged(), equation);
}

TEST_F(MapTest, EveryRealOperation) {
  for (std::string op :
       {"arith.addf", "arith.subf", "arith.mulf", "arith.maximumf", "arith.minimumf",
        "arith.maxnumf", "arith.minnumf", "math.atan2", "math.copysign"}) {
    SCOPED_TRACE(op);
    check(equationOf({"f32", "f32"}, "%y = " + op + " %a, %b : f32", "f32"), ragged(), equation);
  }
  // The quotient of inputs in [-2, 2] by one near 0 is large: relative error alone counts.
  check(equationOf({"f32", "f32"}, "%y = arith.divf %a, %b : f32", "f32"), ragged(), {0, 2e-7});
  check(equationOf({"f32", "f32"}, "%m = math.absf %a : f32\n%y = math.powf %m, %b : f32", "f32"),
        ragged(), {1e-7, 1e-5});
  check(equationOf({"f32", "i32"}, "%y = math.fpowi %a, %b : f32, i32", "f32"), ragged(),
        {1e-5, 1e-5}, uniform(4));
  check(equationOf({"f32"}, "%y = arith.negf %a : f32", "f32"), ragged(), exact);
  check(equationOf({"f32"},
                   "%d = arith.extf %a : f32 to f64\n%s = math.sin %d : f64\n%y = arith.truncf %s "
                   ": f64 to f32",
                   "f32"),
        ragged(), equation);
}

TEST_F(MapTest, ConstantPowers) {
  for (std::string exponent :
       {"-4.0", "-3.0", "-1.0", "0.0", "1.0", "2.0", "3.0", "4.0", "0.5", "5.0"})
    check(equationOf({"f32"},
                     "%m = math.absf %a : f32\n%e = arith.constant " + exponent +
                         " : f32\n%y = math.powf %m, %e : f32",
                     "f32"),
          ragged(), {1e-6, 1e-5});
  check(
      equationOf({"f32"}, "%e = arith.constant -3 : i32\n%y = math.fpowi %a, %e : f32, i32", "f32"),
      ragged(), {0, 1e-6});
}

/// a*b + c, c + a*b, a*b - c, c - a*b: fused here, and equal for every cut.
TEST_F(MapTest, FusedProducts) {
  for (std::string last :
       {"arith.addf %m, %c", "arith.addf %c, %m", "arith.subf %m, %c", "arith.subf %c, %m"})
    check(equationOf({"f32", "f32", "f32"},
                     "%m = arith.mulf %a, %b fastmath<fast> : f32\n%y = " + last + " : f32", "f32"),
          ragged(), equation);
  check(equationOf({"f32", "f32", "f32"},
                   "%m = arith.mulf %a, %b : f32\n%n = arith.mulf %b, %c : f32\n"
                   "%s = arith.addf %m, %n : f32\n%y = arith.mulf %s, %m : f32",
                   "f32"),
        ragged(), sum(8));
}

TEST_F(MapTest, EveryIntegerOperation) {
  for (std::string op :
       {"addi", "subi", "muli", "andi", "ori", "xori", "maxsi", "minsi", "maxui", "minui", "divsi",
        "divui", "remsi", "remui", "floordivsi", "ceildivsi", "shli", "shrsi", "shrui"}) {
    SCOPED_TRACE(op);
    std::string body = "%c5 = arith.constant 5 : i32\n%n = arith.subi %a, %c5 : i32\n";
    // Divisors from -2 to 7, zero and minus one included; shifts stay within the width.
    std::string second = llvm::StringRef(op).starts_with("sh") ? "%b" : "%d";
    body += "%c2 = arith.constant 2 : i32\n%d = arith.subi %b, %c2 : i32\n";
    check(
        equationOf({"i32", "i32"}, body + "%y = arith." + op + " %n, " + second + " : i32", "i32"),
        ragged(), exact);
  }
  check(equationOf({"i64", "i64"}, "%y = arith.floordivsi %a, %b : i64", "i64"), ragged(), exact);
}

TEST_F(MapTest, ComparisonsSelectionsAndCasts) {
  for (std::string predicate : {"olt", "oge", "une", "ueq", "ord"})
    check(equationOf({"f32", "f32"}, "%y = arith.cmpf " + predicate + ", %a, %b : f32", "i1"),
          ragged(), exact);
  for (std::string predicate : {"slt", "ule", "eq"})
    check(equationOf({"i32", "i32"}, "%y = arith.cmpi " + predicate + ", %a, %b : i32", "i1"),
          ragged(), exact);
  check(equationOf({"i1", "f32", "f32"}, "%y = arith.select %a, %b, %c : f32", "f32"), ragged(),
        exact);
  check(equationOf({"i1", "i1"}, "%y = arith.andi %a, %b : i1", "i1"), ragged(), exact);
  check(equationOf({"i1"}, "%y = arith.uitofp %a : i1 to f32", "f32"), ragged(), exact);
  check(equationOf({"i1"}, "%y = arith.extui %a : i1 to i32", "i32"), ragged(), exact);
  check(equationOf({"f32"}, "%y = arith.fptosi %a : f32 to i32", "i32"), ragged(), exact);
  check(equationOf({"i32"}, "%y = arith.sitofp %a : i32 to f32", "f32"), ragged(), exact);
  check(equationOf({"i32"}, "%y = arith.extsi %a : i32 to i64", "i64"), ragged(), exact);
  for (std::string op : {"isnan", "isinf", "isfinite"})
    check(equationOf({"f32"},
                     "%z = arith.constant 0.0 : f32\n%q = arith.divf %a, %z : f32\n%y = math." +
                         op + " %q : f32",
                     "i1"),
          ragged(), exact);
}

/// A masked score weighs exactly nothing; in a row that is masked throughout, nothing is a number.
TEST_F(MapTest, MaskedScores) {
  auto masked = [&](unsigned argument, std::vector<int64_t> shape, rxt::ElementKind kind) {
    auto tensor = uniform()(argument, std::move(shape), kind);
    for (rxt::Scalar &value : tensor.values)
      if (rng() % 3 == 0)
        value.real = -INFINITY;
    return tensor;
  };
  check(equationOf({"f32", "f32"}, "%d = arith.subf %a, %b : f32\n%y = math.exp %d : f32", "f32"),
        ragged(), equation, masked);
}

TEST_F(MapTest, PositionsAndSizes) {
  check(
      equationOf({},
                 "%i = rxt.index 0 : i32\n%j = rxt.index 1 : i32\n%n = rxt.size \"2*t + 1\" : i32\n"
                 "%m = arith.muli %i, %n : i32\n%y = arith.addi %m, %j : i32",
                 "i32"),
      sizesOf("b", "t"), exact);
  check(equationOf(
            {"f32"},
            "%i = rxt.index 0 : i32\n%j = rxt.index 1 : i32\n%c = arith.cmpi sle, %j, %i : i32\n"
            "%inf = arith.constant 0xFF800000 : f32\n%y = arith.select %c, %a, %inf : f32",
            "f32"),
        sizesOf("b", "t"), exact);
}

/// Comparisons of the position with constants split loops where a strip begins, and only there.
TEST_F(MapTest, PositionsOnBothSidesOfConstants) {
  std::vector<Sizes> sizes = sizesOf("b", "t");
  for (int64_t t : {16, 17, 32, 33, 48, 75})
    sizes.push_back({{"b", 2}, {"t", t}});
  check(equationOf({"f32", "f32"},
                   "%j = rxt.index 1 : i32\n%f = arith.sitofp %j : i32 to f32\n"
                   "%k16 = arith.constant 16 : i32\n%k31 = arith.constant 31.0 : f32\n"
                   "%k40 = arith.constant 40 : i32\n%k15 = arith.constant 15 : i32\n"
                   "%below = arith.cmpi slt, %j, %k16 : i32\n"
                   "%upTo = arith.cmpf ole, %f, %k31 : f32\n"
                   "%inStrip = arith.cmpi sgt, %k40, %j : i32\n"
                   "%from = arith.cmpi sle, %k15, %j : i32\n"
                   "%u = arith.select %below, %a, %b : f32\n%n = arith.negf %u : f32\n"
                   "%v = arith.select %upTo, %u, %n : f32\n%w = arith.negf %a : f32\n"
                   "%x = arith.select %inStrip, %v, %w : f32\n%z = arith.negf %x : f32\n"
                   "%y = arith.select %from, %x, %z : f32",
                   "f32"),
        sizes, exact);
}

TEST_F(MapTest, TransposedDiagonalAndScalar) {
  check(R"(
!x = !rxt.tensor<f32[t, b]>
!q = !rxt.tensor<f32[b, b]>
!s = !rxt.tensor<f32[]>
!y = !rxt.tensor<f32[b, t]>
func.func @k(%x: !x, %q: !q, %s: !s) -> !y {
  %y = rxt.map(%x, %q, %s) by [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0, d0)>, affine_map<(d0, d1) -> ()>] {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %m = arith.mulf %a, %b : f32
    %n = arith.addf %m, %c : f32
    rxt.yield %n : f32
  } : (!x, !q, !s) -> !y
  return %y : !y
})",
        sizesOf("b", "t"), equation);
  check(R"(
!q = !rxt.tensor<f32[b, b]>
!y = !rxt.tensor<f32[b]>
func.func @k(%q: !q) -> !y {
  %y = rxt.map(%q) by [affine_map<(d0) -> (d0, d0)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!q) -> !y
  return %y : !y
})",
        sizesOf("b"), exact);
  check(R"(
!s = !rxt.tensor<f32[]>
func.func @k(%s: !s) -> !s {
  %y = rxt.map(%s) by [affine_map<() -> ()>] {
  ^bb0(%a: f32):
    %e = math.exp %a : f32
    rxt.yield %e : f32
  } : (!s) -> !s
  return %y : !s
})",
        {{}}, equation);
}

} // namespace
} // namespace rx::compiler
