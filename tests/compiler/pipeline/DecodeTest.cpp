// Texts read step by step by compiled programs: with rings for caches and with caches of all
// positions, in a batch and alone, and in a whole pass.
#include "runtime/infer/CachedDecoder.h"
#include "tests/compiler/WindowedAttention.h"
#include "tests/compiler/pipeline/PipelineFixture.h"

#include <random>
#include <sstream>

using namespace rx::runtime;

namespace {

/// Attention over `%window` positions, added to `%h`. Queries turn with their position.
const std::string layer = R"(
  %q = rxt.map(%h) by [#e] {
  ^bb0(%a: f32):
    %t = rxt.index 1 : i32
    %i = rxt.index 2 : i32
    %p = arith.addi %t, %i : i32
    %f = arith.sitofp %p : i32 to f32
    %c = math.cos %f : f32
    %y = arith.mulf %a, %c : f32
    rxt.yield %y : f32
  } : (!h) -> !h
)" + rx::compiler::test::sharesInWindow + R"(
  %mixed = rxt.contract(%shares, %h) by [affine_map<(b, t, i, u) -> (b, t, u)>, affine_map<(b, t, i, u) -> (b, u, i)>] : (!s, !h) -> !h
  %next = rxt.map(%mixed, %h) by [#e, #e] {
  ^bb0(%a: f32, %c: f32):
    %y = arith.addf %a, %c : f32
    rxt.yield %y : f32
  } : (!h, !h) -> !h
)";

constexpr int64_t vocabulary = 7, width = 16;

std::string numbers(size_t count) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += (i ? ", " : "") + std::to_string(uniform(random));
  return text;
}

/// A model of four layers in these loops.
std::string model(const std::string &windows, const std::string &loops) {
  return R"(
#e = affine_map<(b, t, i) -> (b, t, i)>
#x = affine_map<(b, t, u) -> (b, t, u)>
#row = affine_map<(b, t, u) -> (b, t)>
#none = affine_map<(b, t, u) -> ()>
!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 16]>
!s = !rxt.tensor<f32[b, t, t]>
!trip = !rxt.tensor<i32[]>
func.func @m_logits(%ids: !ids {rx.name = "x", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.decode = "t", rx.keep} {
  %numbers = rxt.constant dense<[)" +
         numbers(vocabulary * width) + R"(]> : tensor<112xf32> : !rxt.tensor<f32[112]>
  %table = rxt.window %numbers by affine_map<(v, i) -> (v * 16 + i)> : (!rxt.tensor<f32[112]>) -> !rxt.tensor<f32[7, 16]>
  %windows = rxt.constant )" +
         windows + R"(
  %embedded = rxt.gather %table at %ids axis 0 by affine_map<(b, t, i) -> (i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[7, 16]>, !ids) -> !h
)" + loops +
         R"(
  return %last : !h
}
)";
}

std::string source() {
  return model("dense<[8, 150, 1000, 8]> : tensor<4xi32> : !rxt.table<[4] x i32[]>",
               R"(
  %last = rxt.loop 4 shared() indexed(%windows) carried(%embedded) {
  ^bb0(%trip: !trip, %window: !trip, %h: !h):)" +
                   layer + R"(
    rxt.yield %next : !h
  } : (!rxt.table<[4] x i32[]>, !h) -> !h)");
}

/// How windows get into two loops of two trips: the constant and its type, the operands of the
/// outer loop, what its body is given, the operands of the inner loop.
struct Nest {
  std::string windows, type, outer, row, inner;
};

std::string nested(const Nest &nest) {
  return model(nest.windows + " : " + nest.type, "  %last = rxt.loop 2 " + nest.outer +
                                                     R"( carried(%embedded) {
  ^bb0(%outer: !trip, %row: )" + nest.row + R"(, %entering: !h):
    %after = rxt.loop 2 )" + nest.inner + R"( carried(%entering) {
    ^bb0(%trip: !trip, %window: !trip, %h: !h):)" + layer +
                                                     R"(
      rxt.yield %next : !h
    } : ()" + nest.row + R"(, !h) -> !h
    rxt.yield %after : !h
  } : ()" + nest.type + R"(, !h) -> !h)");
}

std::string tied() {
  return nested({"dense<[[8, 150], [1000, 8]]> : tensor<2x2xi32>", "!rxt.table<[2, 2] x i32[]>",
                 "shared() indexed(%windows)", "!rxt.table<[2] x i32[]>",
                 "shared() indexed(%row)"});
}

using Tokens = std::vector<int32_t>;
using Logits = std::vector<float>; ///< of one position

constexpr int64_t length = 400, capacity = 500;

std::vector<Tokens> randomTexts(size_t count) {
  std::mt19937 random(5);
  std::vector<Tokens> texts(count, Tokens(length));
  for (Tokens &text : texts)
    for (int32_t &id : text)
      id = static_cast<int32_t>(random() % vocabulary);
  return texts;
}

class Decode : public rx::compiler::test::PipelineFixture,
               public testing::WithParamInterface<std::string (*)()> {
protected:
  Decode() {
    context.loadDialect<mlir::func::FuncDialect>();
    auto compiled = compile(GetParam()());
    EXPECT_TRUE(compiled) << compiled.message();
    if (compiled)
      bundle.emplace(std::move(*compiled));
  }

  void SetUp() override { ASSERT_TRUE(bundle); }

  /// By text: the logits after each position from its first `prompts[i]` tokens on. The batch goes
  /// on until all have ended.
  std::vector<std::vector<Logits>> read(const std::vector<Tokens> &texts,
                                        const std::vector<int64_t> &prompts,
                                        const CacheSettings &settings) {
    Cpu cpu(2);
    ParameterStore store(*bundle, {});
    Executor executor(*bundle, cpu, store);
    int64_t count = std::ssize(texts);
    auto decoder = CachedDecoder::create(*bundle, executor, "m", count, capacity, settings);
    EXPECT_TRUE(decoder) << decoder.message();
    std::vector<std::vector<Logits>> result(texts.size());
    std::vector<Tokens> next;
    for (size_t i = 0; i < texts.size(); ++i)
      next.emplace_back(texts[i].begin(), texts[i].begin() + prompts[i]);
    while (std::ranges::any_of(next, [](const Tokens &row) { return !row.empty(); })) {
      auto logits = decoder->append(next);
      EXPECT_TRUE(logits) << logits.message();
      for (size_t i = 0; i < texts.size(); ++i) {
        auto row = logits->values<float>().subspan(i * width, width);
        if (!next[i].empty())
          result[i].emplace_back(row.begin(), row.end());
        auto at = texts[i].begin() + decoder->positions()[i];
        next[i].assign(at, at == texts[i].end() ? at : at + 1);
      }
    }
    return result;
  }

  std::optional<Bundle> bundle;
};

TEST_P(Decode, RingsGiveTheBitsOfCachesOfAllPositions) {
  std::vector<Tokens> texts = randomTexts(3);
  std::vector<int64_t> prompts = {230, 1, 57};
  auto all = read(texts, prompts, {.chunk = 64, .keepsAll = true});
  EXPECT_EQ(read(texts, prompts, {.chunk = 64}), all);
  EXPECT_EQ(read(texts, prompts, {.chunk = 5}), all);
  EXPECT_EQ(read(texts, prompts, {.chunk = 1}), all);
}

TEST_P(Decode, ATextHasTheSameBitsBesideTextsAtOtherPositions) {
  std::vector<Tokens> texts = randomTexts(3);
  std::vector<int64_t> prompts = {230, 1, 57};
  auto together = read(texts, prompts, {.chunk = 16});
  for (size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(read({texts[i]}, {prompts[i]}, {.chunk = 16}).front(), together[i]);
}

TEST_P(Decode, StepsGiveWhatAWholePassGives) {
  std::vector<Tokens> texts = randomTexts(1);
  Cpu cpu(2);
  ParameterStore store(*bundle, {});
  auto ids = HostTensor::of<int32_t>({1, length}, texts.front());
  auto whole = Executor(*bundle, cpu, store).run("m_logits", {{"x", *ids}});
  ASSERT_TRUE(whole) << whole.message();
  auto wanted = whole->at("logits").values<float>();
  auto steps = read(texts, {100}, {.chunk = 16}).front();
  ASSERT_EQ(std::ssize(steps), length - 99);
  for (size_t step = 0; step < steps.size(); ++step)
    for (int64_t i = 0; i < width; ++i)
      // Sums of up to 400 terms below 1 in another order, four layers deep: 300 roundings of 6e-8.
      EXPECT_NEAR(steps[step][i], wanted[(99 + step) * width + i], 2e-5) << "step " << step;
}

TEST_P(Decode, CachesAreAsLongAsTheirPositionsAreRead) {
  auto bytes = [&](int64_t capacity, const CacheSettings &settings) {
    auto bytes = CachedDecoder::cacheBytes(*bundle, "m", 2, capacity, settings);
    EXPECT_TRUE(bytes) << bytes.message();
    return *bytes;
  };
  // Keys and values of two texts, f32; a table of i32 for each layer.
  auto expected = [](int64_t places, int64_t capacity) {
    return 2 * 2 * width * 4 * (places + 1) + 4 * 4 * (capacity + 1);
  };
  EXPECT_EQ(bytes(500, {.chunk = 16}), expected(23 + 165 + 500 + 23, 500));
  EXPECT_EQ(bytes(4096, {.chunk = 1}), expected(8 + 150 + 1000 + 8, 4096));
  EXPECT_EQ(bytes(20, {.chunk = 16}), expected(4 * 20, 20));
  EXPECT_EQ(bytes(500, {.chunk = 16, .keepsAll = true}), expected(4 * 500, 500));
}

class Derived : public rx::compiler::test::PipelineFixture {
protected:
  Derived() { context.loadDialect<mlir::func::FuncDialect>(); }

  /// How far the caches reach, by trip of both loops, as the plan has it.
  std::vector<int64_t> reachOf(const std::string &text) {
    auto bundle = compile(text);
    EXPECT_TRUE(bundle) << bundle.message();
    for (const BufferInfo &buffer : bundle->plan().programs.at("m_step").buffers)
      if (buffer.slots)
        return buffer.slots->reach;
    return {};
  }
};

TEST_F(Derived, ReachIsTheWindowOfTheTripOfEveryLoopThatIndexesIt) {
  EXPECT_EQ(reachOf(tied()), (std::vector<int64_t>{8, 150, 1000, 8}));
  Nest nest{"dense<[8, 150]> : tensor<2xi32>", "!rxt.table<[2] x i32[]>",
            "shared(%windows) indexed()", "!rxt.table<[2] x i32[]>", "shared() indexed(%row)"};
  EXPECT_EQ(reachOf(nested(nest)), (std::vector<int64_t>{8, 150, 8, 150}));
  nest.outer = "shared() indexed(%windows)";
  nest.row = "!trip";
  nest.inner = "shared(%row) indexed()";
  EXPECT_EQ(reachOf(nested(nest)), (std::vector<int64_t>{8, 8, 150, 150}));
}

TEST_F(Derived, AttentionReadsCachesWhereTheyLie) {
  for (const std::string &program : {source(), tied()})
    EXPECT_EQ(attentionsOverCaches(program), 2); // of the two programs that are derived
}

INSTANTIATE_TEST_SUITE_P(, Decode, testing::Values(&source, &tied), [](const auto &test) {
  return test.param == &source ? "Source" : "Tied";
});

} // namespace
