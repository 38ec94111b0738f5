// Programs derived from one that reads a whole text, run by the reference interpreter.
#include "compiler/passes/DeriveDecode.h"
#include "compiler/reference/Interpreter.h"
#include "dialects/rxt/Rxt.h"
#include "tests/compiler/WindowedAttention.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>
#include <random>

namespace rx::compiler {
namespace {

using namespace mlir;
using rxt::ElementKind;
using rxt::ReferenceTensor;

/// Two layers of attention over windows of 3 and 100 positions. Queries depend on their position
/// through a table without an axis of texts; keys are read by queries and, at their own position,
/// by the result.
const std::string attention = R"(
#e = affine_map<(b, t, i) -> (b, t, i)>
#x = affine_map<(b, t, u) -> (b, t, u)>
#row = affine_map<(b, t, u) -> (b, t)>
#none = affine_map<(b, t, u) -> ()>
!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 4]>
!s = !rxt.tensor<f32[b, t, t]>
func.func @m_logits(%ids: !ids {rx.name = "x", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.decode = "t"} {
  %table = rxt.constant dense<[[0.5, -0.25, 1.0, 0.125], [-1.0, 0.75, 0.5, 2.0], [0.25, 0.5, -0.75, 1.5], [1.25, -0.5, 0.0, -1.0], [0.1, 0.2, 0.3, 0.4]]> : tensor<5x4xf32> : !rxt.tensor<f32[5, 4]>
  %windows = rxt.constant dense<[3, 100]> : tensor<2xi32> : !rxt.table<[2] x i32[]>
  %embedded = rxt.gather %table at %ids axis 0 by affine_map<(b, t, i) -> (i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[5, 4]>, !ids) -> !h
  %last = rxt.loop 2 shared() indexed(%windows) carried(%embedded) {
  ^bb0(%trip: !rxt.tensor<i32[]>, %window: !rxt.tensor<i32[]>, %h: !h):
    %places = rxt.map() by [] {
      %t = rxt.index 0 : i32
      %i = rxt.index 1 : i32
      %a = arith.addi %t, %i : i32
      %f = arith.sitofp %a : i32 to f32
      %y = math.cos %f : f32
      rxt.yield %y : f32
    } : () -> !rxt.tensor<f32[t, 4]>
    %q = rxt.map(%h, %places) by [#e, affine_map<(b, t, i) -> (t, i)>] {
    ^bb0(%a: f32, %p: f32):
      %y = arith.mulf %a, %p : f32
      rxt.yield %y : f32
    } : (!h, !rxt.tensor<f32[t, 4]>) -> !h
)" + test::sharesInWindow + R"(
    %mixed = rxt.contract(%shares, %h) by [affine_map<(b, t, i, u) -> (b, t, u)>, affine_map<(b, t, i, u) -> (b, u, i)>] : (!s, !h) -> !h
    %next = rxt.map(%mixed, %k) by [#e, #e] {
    ^bb0(%a: f32, %c: f32):
      %y = arith.addf %a, %c : f32
      rxt.yield %y : f32
    } : (!h, !h) -> !h
    rxt.yield %next : !h
  } : (!rxt.table<[2] x i32[]>, !h) -> !h
  return %last : !h
}
)";

class DeriveDecodeTest : public testing::Test {
protected:
  DeriveDecodeTest() {
    context
        .loadDialect<rxt::RxtDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect>();
    handler = std::make_unique<ScopedDiagnosticHandler>(&context, [&](Diagnostic &diagnostic) {
      messages += diagnostic.str() + "\n";
      return success();
    });
  }

  OwningOpRef<ModuleOp> parse(const std::string &text) {
    auto module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << messages;
    return module;
  }

  static std::vector<ReferenceTensor> run(ModuleOp module, StringRef name,
                                          std::vector<ReferenceTensor> arguments) {
    auto results = Interpreter(module, rxt::Precision::F64).run(name, arguments);
    EXPECT_TRUE(static_cast<bool>(results)) << llvm::toString(results.takeError());
    return std::move(*results);
  }

  /// The derivation of `attention` with `from` replaced by `to` fails with a message that holds
  /// `expected`.
  void refuses(StringRef from, StringRef to, StringRef expected) {
    std::string text = attention;
    size_t at = text.find(from.str());
    ASSERT_NE(at, std::string::npos);
    text.replace(at, from.size(), to.str());
    auto module = parse(text);
    EXPECT_TRUE(failed(deriveDecode(*module)));
    EXPECT_NE(messages.find(expected.str()), std::string::npos) << messages;
  }

  /// How far the caches of `attention`, with `from` replaced by `to`, reach by trip; none where
  /// they keep all.
  std::optional<std::vector<int64_t>> reach(StringRef from, StringRef to) {
    std::string text = attention;
    size_t at = text.find(from.str());
    EXPECT_NE(at, std::string::npos);
    auto module = parse(text.replace(at, from.size(), to.str()));
    EXPECT_TRUE(succeeded(deriveDecode(*module))) << messages;
    auto step = module->lookupSymbol<func::FuncOp>("m_step");
    auto reach = step.getArgAttrOfType<DenseI64ArrayAttr>(2, rxt::reachAttribute);
    EXPECT_FALSE(step.getArgAttr(3, rxt::slotsAttribute)) << "keys and values share a table";
    return reach ? std::optional<std::vector<int64_t>>(reach.asArrayRef()) : std::nullopt;
  }

  MLIRContext context;
  std::unique_ptr<ScopedDiagnosticHandler> handler;
  std::string messages;
};

constexpr int64_t capacity = 16, length = 12;

ReferenceTensor tokens(std::vector<int64_t> ids, int64_t texts) {
  int64_t count = static_cast<int64_t>(ids.size()) / texts;
  return ReferenceTensor::ofIntegers({texts, count}, ids);
}

/// Places of positions [0, capacity] for two trips, in rings of these lengths; the last place is
/// for what lies beyond the capacity.
ReferenceTensor slotsOf(int64_t first, int64_t second) {
  std::vector<int64_t> slots;
  for (int64_t position = 0; position < capacity; ++position)
    slots.push_back(position % first);
  slots.push_back(first + second);
  for (int64_t position = 0; position < capacity; ++position)
    slots.push_back(first + position % second);
  slots.push_back(first + second);
  return ReferenceTensor::ofIntegers({2, capacity + 1}, slots);
}

/// Reads two texts step by step, with caches of this many positions for the window of 3 and for
/// that of 100, and compares all logits from position 5 (of the second: 2) on with those of a whole
/// pass.
class Steps : public DeriveDecodeTest, public testing::WithParamInterface<std::pair<int, int>> {};

TEST_P(Steps, GiveWhatTheWholeTextGives) {
  auto whole = parse(attention), derived = parse(attention);
  ASSERT_TRUE(succeeded(deriveDecode(*derived)) && succeeded(verify(*derived))) << messages;
  std::mt19937 random(7);
  std::vector<int64_t> first(length), second(length), both;
  for (auto *text : {&first, &second})
    for (int64_t &id : *text)
      id = random() % 5;
  both = first;
  both.insert(both.end(), second.begin(), second.end());
  ReferenceTensor wanted = run(*whole, "m_logits", {tokens(both, 2)})[0];

  // The first text has read 5 positions, the second 2, when they go on step by step.
  auto [window, rest] = GetParam();
  std::vector<ReferenceTensor> caches; // keys and values
  for (int i = 0; i < 2; ++i)
    caches.push_back(ReferenceTensor::zeros({2, window + rest + 1, 4}, ElementKind::F32));
  auto call = [&](StringRef name, ReferenceTensor ids, std::vector<int64_t> starts) {
    std::vector<ReferenceTensor> arguments{ids, ReferenceTensor::ofIntegers({2}, starts),
                                           slotsOf(window, rest)};
    arguments.insert(arguments.end(), caches.begin(), caches.end());
    auto results = run(*derived, name, arguments);
    caches.assign(results.end() - 2, results.end());
    results.resize(results.size() - 2);
    return results;
  };
  std::vector<int64_t> prompts(first.begin(), first.begin() + 5);
  prompts.insert(prompts.end(), {second[0], second[1], 0, 0, 0}); // the rest is overwritten later
  EXPECT_TRUE(call("m_prefill", tokens(prompts, 2), {0, 0}).empty());
  for (int64_t at = 5; at < length; ++at) {
    int64_t other = at - 3;
    ReferenceTensor logits = call("m_step", tokens({first[at], second[other]}, 2), {at, other})[0];
    for (int64_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(logits.real(i), wanted.real(at * 4 + i), 1e-12) << "position " << at;
      EXPECT_NEAR(logits.real(4 + i), wanted.real((length + other) * 4 + i), 1e-12);
    }
  }
}

// A window of 3 beside 4 more positions of a chunk; all positions in both trips.
INSTANTIATE_TEST_SUITE_P(Rings, Steps,
                         testing::Values(std::pair(7, capacity), std::pair(capacity, capacity)));

TEST_F(DeriveDecodeTest, TheReachOfPositionsIsReadOffTheMask) {
  using Reach = std::vector<int64_t>;
  EXPECT_EQ(reach("slt, %d, %w", "slt, %d, %w"), Reach({3, 100}));
  EXPECT_EQ(reach("slt, %d, %w", "sle, %d, %w"), Reach({4, 101}));
  EXPECT_EQ(reach("slt, %d, %w", "sgt, %w, %d"), Reach({3, 100}));
  EXPECT_EQ(reach("dense<[3, 100]>", "dense<[-7, 1]>"), Reach({1, 1})); // its own in any case
  EXPECT_EQ(reach("arith.andi %near, %before", "arith.andi %before, %near"), Reach({3, 100}));
  EXPECT_EQ(reach("arith.andi %near, %before", "arith.andi %before, %before"), std::nullopt);
  EXPECT_EQ(reach("%d = arith.subi %t, %u : i32", R"(%t2 = arith.addi %t, %t : i32
      %u2 = arith.addi %u, %u : i32
      %d = arith.subi %t2, %u2 : i32)"),
            Reach({2, 50}));
  EXPECT_EQ(reach("arith.cmpi slt, %d, %w", "arith.cmpi slt, %w, %d"), std::nullopt);
}

TEST_F(DeriveDecodeTest, LaterPositionsMustBeLeftOut) {
  refuses("arith.cmpi sle, %u, %t", "arith.cmpi sle, %t, %u",
          "it does not leave out later positions");
}

TEST_F(DeriveDecodeTest, AMaskThatLetsOneLaterPositionThroughIsNone) {
  refuses("%before = arith.cmpi sle, %u, %t : i32", R"(%one = arith.constant 1 : i32
      %t1 = arith.addi %t, %one : i32
      %before = arith.cmpi sle, %u, %t1 : i32)",
          "it does not leave out later positions");
}

TEST_F(DeriveDecodeTest, AMeanOverTheTextSeesLaterPositions) {
  refuses("return %last : !h",
          R"(%mean = rxt.reduce sum(%last) by [affine_map<(b, i, t) -> (b, t, i)>] {
  ^bb0(%a: f32):
    rxt.yield %a : f32
  } : (!h) -> !rxt.tensor<f32[b, 4]>
  %y = rxt.map(%last, %mean) by [#e, affine_map<(b, t, i) -> (b, i)>] {
  ^bb0(%a: f32, %m: f32):
    %z = arith.subf %a, %m : f32
    rxt.yield %z : f32
  } : (!h, !rxt.tensor<f32[b, 4]>) -> !h
  return %y : !h)",
          "it reads every position of the text, also later ones");
}

TEST_F(DeriveDecodeTest, TheNextPositionIsALaterOne) {
  refuses(
      "return %last : !h",
      R"(%y = rxt.window %last by affine_map<(b, t, i) -> (b, t + 1, i)> else 0.0 : f32 : (!h) -> !h
  return %y : !h)",
      "it reads other positions than its own and all those before");
}

TEST_F(DeriveDecodeTest, TheLengthOfTheTextIsNotKnown) {
  refuses("%near = arith.cmpi slt, %d, %w : i32",
          "%n = rxt.size \"t\" : i32\n      %near = arith.cmpi slt, %d, %n : i32",
          "it reads the length of the text");
}

TEST_F(DeriveDecodeTest, AnEquationWithoutACacheIsNamed) {
  refuses("return %last : !h", R"(%y = rxt.scan sum %last along 1 : (!h) -> !h
  return %y : !h)",
          "no cache is known for this equation (rxt.scan)");
}

} // namespace
} // namespace rx::compiler
