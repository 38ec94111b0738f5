// Spellings of attention that become one kernel, and what does not; values stay what they were.
#include "tests/compiler/passes/KernelsOf.h"

namespace rx::compiler {
namespace {

/// Scores %s of r queries per key head, in f32.
constexpr llvm::StringLiteral head = R"(
!q = !rxt.tensor<f32[b, r, t, 8]>
!k = !rxt.tensor<f32[b, u, 8]>
!s = !rxt.tensor<f32[b, r, t, u]>
!m = !rxt.tensor<f32[b, r, t]>
#all = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#row = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#rows = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#q = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
#k = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d4)>
#v = affine_map<(d0, d1, d2, d3, d4) -> (d0, d4, d3)>
func.func @f(%q: !q, %k: !k, %v: !k) -> !q {
  %s = rxt.contract(%q, %k) by [#q, #k] : (!q, !k) -> !s
)";

/// A map of tensors that are read whole or by row.
std::string map(std::string result, std::string a, std::string b, std::string body,
                bool rows = false, std::string type = "!s") {
  std::string at = rows ? "#rows" : "#all";
  std::string second = b.empty() ? "" : ", " + b;
  std::string bMap = b.empty() ? "" : rows ? ", #rows" : ", #row";
  std::string bType = b.empty() ? "" : ", !m";
  std::string argument = b.empty() ? "" : ", %py: f32";
  return "  " + result + " = rxt.map(" + a + second + ") by [" + at + bMap +
         "] {\n  ^bb0(%px: f32" + argument + "):\n" + body + "    rxt.yield %pz : f32\n  } : (" +
         type + bType + ") -> " + type + "\n";
}

std::string reduce(std::string result, std::string kind, std::string input) {
  return "  " + result + " = rxt.reduce " + kind + " (" + input +
         ") by [#all] {\n  ^bb0(%px: f32):\n    rxt.yield %px : f32\n  } : (!s) -> !m\n";
}

const std::string scale =
    "    %c = arith.constant 0.25 : f32\n    %pz = arith.mulf %px, %c : f32\n";
const std::string mask = "    %u = rxt.index 3 : i32\n    %t = rxt.index 2 : i32\n"
                         "    %past = arith.cmpi sle, %u, %t : i32\n"
                         "    %n = arith.constant 0xFF800000 : f32\n"
                         "    %pz = arith.select %past, %px, %n : f32\n";
const std::string expOfDifference =
    "    %d = arith.subf %px, %py : f32\n    %pz = math.exp %d : f32\n";
const std::string expAlone = "    %pz = math.exp %px : f32\n";
const std::string quotient = "    %pz = arith.divf %px, %py : f32\n";
const std::string product = "    %pz = arith.mulf %px, %py : f32\n";
const std::string inverse =
    "    %c = arith.constant 1.0 : f32\n    %pz = arith.divf %c, %px : f32\n";

const std::string scaledThenMasked = map("%z", "%s", "", scale) + map("%x", "%z", "", mask);
const std::string maskedThenScaled = map("%z", "%s", "", mask) + map("%x", "%z", "", scale);
const std::string weights = reduce("%m", "max", "%x") + map("%e", "%x", "%m", expOfDifference);
const std::string sum = reduce("%l", "sum", "%e");
const std::string normalized = map("%a", "%e", "%l", quotient);

std::string mix(std::string result, std::string weights) {
  return "  " + result + " = rxt.contract(" + weights + ", %v) by [#q, #v] : (!s, !k) -> !q\n";
}
const std::string end = "  return %o : !q\n}\n";
const std::string plainEnd = mix("%o", "%a") + end;

class FuseAttentionTest : public KernelsOf {
protected:
  FuseAttentionTest() { sizes = {{"b", 2}, {"r", 3}, {"t", 5}, {"u", 5}}; }
};

//===-- Spellings ---===//

TEST_F(FuseAttentionTest, AsInTheLibrary) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + weights + sum + normalized + plainEnd),
            "attention");
}

TEST_F(FuseAttentionTest, MaskBeforeTheScale) {
  EXPECT_EQ(kernelsOf(head.str() + maskedThenScaled + weights + sum + normalized + plainEnd),
            "attention");
}

TEST_F(FuseAttentionTest, NormalizedAfterTheSecondContraction) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + weights + sum + mix("%p", "%e") +
                      map("%o", "%p", "%l", quotient, false, "!q") + end),
            "attention");
}

TEST_F(FuseAttentionTest, TimesTheInverse) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + weights + sum +
                      map("%i", "%l", "", inverse, true, "!m") + map("%a", "%e", "%i", product) +
                      plainEnd),
            "attention");
}

TEST_F(FuseAttentionTest, NothingSubtracted) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + map("%e", "%x", "", expAlone) + sum +
                      normalized + plainEnd),
            "attention");
}

TEST_F(FuseAttentionTest, MaximumOfAllScores) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + reduce("%m", "max", "%s") +
                      map("%e", "%x", "%m", expOfDifference) + sum + normalized + plainEnd),
            "attention");
}

TEST_F(FuseAttentionTest, WithoutMask) {
  EXPECT_EQ(
      kernelsOf(head.str() + map("%x", "%s", "", scale) + weights + sum + normalized + plainEnd),
      "attention");
}

TEST_F(FuseAttentionTest, OperandsTheOtherWayRound) {
  std::string text = head.str();
  text.replace(text.find("rxt.contract(%q, %k) by [#q, #k] : (!q, !k)"), 43,
               "rxt.contract(%k, %q) by [#k, #q] : (!k, !q)");
  EXPECT_EQ(kernelsOf(text + scaledThenMasked + weights + sum + normalized +
                      "  %o = rxt.contract(%v, %a) by [#v, #q] : (!k, !s) -> !q\n" + end),
            "attention");
}

/// Two layers are one kernel.
TEST_F(FuseAttentionTest, EqualAttentionsShareAKernel) {
  std::string layer = weights + sum + normalized;
  std::string second = R"(
  %s2 = rxt.contract(%p, %k) by [#q, #k] : (!q, !k) -> !s
)" + map("%z2", "%s2", "", scale) +
                       map("%x2", "%z2", "", mask) + reduce("%m2", "max", "%x2") +
                       map("%e2", "%x2", "%m2", expOfDifference) + reduce("%l2", "sum", "%e2") +
                       map("%a2", "%e2", "%l2", quotient) + mix("%o", "%a2") + end;
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + layer + mix("%p", "%a") + second),
            "attention");
}

//===-- What is none ---===//

TEST_F(FuseAttentionTest, WeightsThatAreReturned) {
  std::string text = head.str() + scaledThenMasked + weights + sum + normalized + mix("%o", "%a") +
                     "  return %o, %a : !q, !s\n}\n";
  text.replace(text.find("-> !q {"), 7, "-> (!q, !s) {");
  EXPECT_EQ(kernelsOf(text), "contract rows contract");
  EXPECT_NE(messages.find("used elsewhere"), std::string::npos) << messages;
}

TEST_F(FuseAttentionTest, DividedBySomethingElse) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + weights + reduce("%l", "sum", "%s") +
                      normalized + plainEnd),
            "contract rows contract");
  EXPECT_NE(messages.find("something else than their sum"), std::string::npos) << messages;
}

TEST_F(FuseAttentionTest, SumOfOtherExponentials) {
  EXPECT_EQ(kernelsOf(head.str() + scaledThenMasked + weights + map("%f", "%s", "", expAlone) +
                      reduce("%l", "sum", "%f") + normalized + plainEnd)
                .find("attention"),
            std::string::npos);
}

} // namespace
} // namespace rx::compiler
