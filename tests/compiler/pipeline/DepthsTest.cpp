// Rows of one batch at different depths and positions, against each of them alone and against the
// program that takes all trips in one step.
#include "runtime/infer/DepthWiseDecoder.h"
#include "tests/compiler/WindowedAttention.h"
#include "tests/compiler/pipeline/PipelineFixture.h"

#include "llvm/Support/FormatVariadic.h"

#include <random>
#include <set>
#include <sstream>

using namespace rx::runtime;

namespace {

constexpr int64_t vocabulary = 7, width = 16, capacity = 90, length = 60;
constexpr int64_t trips = 3; ///< around two layers

/// One layer: attention over `%window` positions whose queries turn by `%base` per position, and a
/// product with `%weight`, from %h to %next. With corrections, `%down` and `%up` are added to the
/// product and `%gain` multiplies it.
std::string layer(bool corrected) {
  return R"(
  %q = rxt.map(%h, %base) by [#e, affine_map<(b, t, i) -> ()>] {
  ^bb0(%v: f32, %f: f32):
    %t = rxt.index 1 : i32
    %i = rxt.index 2 : i32
    %p = arith.addi %t, %i : i32
    %r = arith.sitofp %p : i32 to f32
    %z = arith.mulf %r, %f : f32
    %c = math.cos %z : f32
    %y = arith.mulf %v, %c : f32
    rxt.yield %y : f32
  } : (!h, !base) -> !h
)" + rx::compiler::test::sharesInWindow +
         R"(
  %mixed = rxt.contract(%shares, %h) by [affine_map<(b, t, i, u) -> (b, t, u)>, affine_map<(b, t, i, u) -> (b, u, i)>] : (!s, !h) -> !h
  %product = rxt.contract(%mixed, %weight) by [#in, #out] : (!h, !w) -> !h
)" +
         (corrected ? R"(
  %low = rxt.contract(%mixed, %down) by [#in, #out] : (!h, !rxt.tensor<f32[4, 16]>) -> !rxt.tensor<f32[b, t, 4]>
  %correction = rxt.contract(%low, %up) by [#in, #out] : (!rxt.tensor<f32[b, t, 4]>, !rxt.tensor<f32[16, 4]>) -> !h
  %next = rxt.map(%h, %product, %correction, %gain) by [#e, #e, #e, affine_map<(b, t, i) -> (i)>] {
  ^bb0(%v: f32, %p: f32, %l: f32, %c: f32):
    %total = arith.addf %p, %l : f32
    %scaled = arith.mulf %total, %c : f32
    %s = math.sin %scaled : f32
    %y = arith.addf %v, %s : f32
    rxt.yield %y : f32
  } : (!h, !h, !h, !rxt.tensor<f32[16]>) -> !h
)"
                    : R"(
  %next = rxt.map(%h, %product) by [#e, #e] {
  ^bb0(%v: f32, %p: f32):
    %s = math.sin %p : f32
    %y = arith.addf %v, %s : f32
    rxt.yield %y : f32
  } : (!h, !h) -> !h
)");
}

std::string buffers(const std::string &name, const std::string &type, int count) {
  static const char *const text = "rxt.buffer @{0}{1} : {2} from \"f\" \"{0}{1}\"\n";
  std::string all;
  for (int i = 0; i < count; ++i)
    all += llvm::formatv(text, name, i, type).str();
  return all;
}

/// rxt.param "name" of the buffers name0, ..
std::string param(const std::string &name, int count, const std::string &type) {
  std::string text = "  %" + name + "s = rxt.param \"" + name + "\" [";
  for (int i = 0; i < count; ++i)
    text += (i ? ", @" : "@") + name + std::to_string(i);
  return text + "] : " + type + "\n";
}

/// A layer by itself, of tokens and weights 2: before or after the loop.
std::string single(const std::string &from, const std::string &to, const std::string &window) {
  return R"(
  %windowOf)" +
         to + " = rxt.constant dense<[" + window + R"(]> : tensor<1xi32> : !rxt.table<[1] x i32[]>
  %baseOf)" +
         to + R"( = rxt.constant dense<[0.25]> : tensor<1xf32> : !rxt.table<[1] x f32[]>
  %wOf)" +
         to + R"( = rxt.param "single" [@w2] : !rxt.table<[1] x f32[16, 16]>
  %)" + to +
         " = rxt.loop 1 shared() indexed(%windowOf" + to + ", %baseOf" + to + ", %wOf" + to +
         ") carried(%" + from + R"() {
  ^bb0(%trip: !trip, %window: !trip, %base: !base, %weight: !w, %h: !h):)" +
         layer(false) + R"(
    rxt.yield %next : !h
  } : (!rxt.table<[1] x i32[]>, !rxt.table<[1] x f32[]>, !rxt.table<[1] x f32[16, 16]>, !h) -> !h
)";
}

/// `inLoop` is the text from %embedded to %looped.
std::string model(const std::string &body) {
  return R"(
#e = affine_map<(b, t, i) -> (b, t, i)>
#x = affine_map<(b, t, u) -> (b, t, u)>
#row = affine_map<(b, t, u) -> (b, t)>
#none = affine_map<(b, t, u) -> ()>
#in = affine_map<(b, t, o, i) -> (b, t, i)>
#out = affine_map<(b, t, o, i) -> (o, i)>
!ids = !rxt.tensor<i32[b, t]>
!h = !rxt.tensor<f32[b, t, 16]>
!s = !rxt.tensor<f32[b, t, t]>
!w = !rxt.tensor<f32[16, 16]>
!trip = !rxt.tensor<i32[]>
!base = !rxt.tensor<f32[]>
)" + buffers("e", "!rxt.tensor<f32[7, 16]>", 1) +
         buffers("w", "!w", 3) + buffers("a", "!rxt.tensor<f32[4, 16]>", 6) +
         buffers("b", "!rxt.tensor<f32[16, 4]>", 6) + buffers("g", "!rxt.tensor<f32[16]>", 6) + R"(
func.func @m_logits(%ids: !ids {rx.name = "x", rx.role = "input"}) -> (!h {rx.name = "logits"}) attributes {rx.decode = "t"} {
  %table = rxt.param "e" [@e0] : !rxt.tensor<f32[7, 16]>
  %embedded = rxt.gather %table at %ids axis 0 by affine_map<(b, t, i) -> (i)>, affine_map<(b, t, i) -> (b, t)> : (!rxt.tensor<f32[7, 16]>, !ids) -> !h
)" + body +
         R"(
  return %last : !h
}
)";
}

/// Windows of 8, 40 and all that there is, bases of their own in every depth.
const std::string depths = R"(
  %windows = rxt.constant dense<[[8, 1000], [40, 8], [1000, 5]]> : tensor<3x2xi32> : !rxt.table<[3, 2] x i32[]>
  %bases = rxt.constant dense<[[0.5, 0.125], [0.75, 1.0], [0.25, 0.375]]> : tensor<3x2xf32> : !rxt.table<[3, 2] x f32[]>
)" + param("w", 2, "!rxt.table<[2] x f32[16, 16]>");

/// The shared layers alone.
std::string tiedLoop(const std::string &from, const std::string &to) {
  return depths + "  %" + to + R"( = rxt.loop 3 shared(%ws) indexed(%windows, %bases) carried(%)" +
         from + R"() {
  ^bb0(%depth: !trip, %shared: !rxt.table<[2] x f32[16, 16]>, %windowRow: !rxt.table<[2] x i32[]>, %baseRow: !rxt.table<[2] x f32[]>, %entering: !h):
    %after = rxt.loop 2 shared() indexed(%windowRow, %baseRow, %shared) carried(%entering) {
    ^bb0(%trip: !trip, %window: !trip, %base: !base, %weight: !w, %h: !h):)" +
         layer(false) + R"(
      rxt.yield %next : !h
    } : (!rxt.table<[2] x i32[]>, !rxt.table<[2] x f32[]>, !rxt.table<[2] x f32[16, 16]>, !h) -> !h
    rxt.yield %after : !h
  } : (!rxt.table<[2] x f32[16, 16]>, !rxt.table<[3, 2] x i32[]>, !rxt.table<[3, 2] x f32[]>, !h) -> !h
)";
}

std::string tied() { return model(tiedLoop("embedded", "last")); }

/// Layers of their own before and after the loop, with caches.
std::string inside() {
  return model(single("embedded", "first", "30") + tiedLoop("first", "looped") +
               single("looped", "last", "6"));
}

/// Corrections of rank 4 and gains in every depth.
std::string relaxed() {
  return model(depths + param("a", 6, "!rxt.table<[3, 2] x f32[4, 16]>") +
               param("b", 6, "!rxt.table<[3, 2] x f32[16, 4]>") +
               param("g", 6, "!rxt.table<[3, 2] x f32[16]>") + R"(
  %last = rxt.loop 3 shared(%ws) indexed(%windows, %bases, %as, %bs, %gs) carried(%embedded) {
  ^bb0(%depth: !trip, %shared: !rxt.table<[2] x f32[16, 16]>, %windowRow: !rxt.table<[2] x i32[]>, %baseRow: !rxt.table<[2] x f32[]>, %aRow: !rxt.table<[2] x f32[4, 16]>, %bRow: !rxt.table<[2] x f32[16, 4]>, %gRow: !rxt.table<[2] x f32[16]>, %entering: !h):
    %after = rxt.loop 2 shared() indexed(%windowRow, %baseRow, %shared, %aRow, %bRow, %gRow) carried(%entering) {
    ^bb0(%trip: !trip, %window: !trip, %base: !base, %weight: !w, %down: !rxt.tensor<f32[4, 16]>, %up: !rxt.tensor<f32[16, 4]>, %gain: !rxt.tensor<f32[16]>, %h: !h):)" +
               layer(true) + R"(
      rxt.yield %next : !h
    } : (!rxt.table<[2] x i32[]>, !rxt.table<[2] x f32[]>, !rxt.table<[2] x f32[16, 16]>, !rxt.table<[2] x f32[4, 16]>, !rxt.table<[2] x f32[16, 4]>, !rxt.table<[2] x f32[16]>, !h) -> !h
    rxt.yield %after : !h
  } : (!rxt.table<[2] x f32[16, 16]>, !rxt.table<[3, 2] x i32[]>, !rxt.table<[3, 2] x f32[]>, !rxt.table<[3, 2] x f32[4, 16]>, !rxt.table<[3, 2] x f32[16, 4]>, !rxt.table<[3, 2] x f32[16]>, !h) -> !h
)");
}

/// The first `count` numbers of a tensor.
std::vector<float> numbersOf(const std::string &tensor, size_t count) {
  std::seed_seq seed(tensor.begin(), tensor.end());
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> numbers(count);
  for (float &number : numbers)
    number = uniform(random);
  return numbers;
}

Status load(const std::string &, const std::string &tensor, std::span<float> out) {
  std::ranges::copy(numbersOf(tensor, out.size()), out.begin());
  return Status::ok();
}

Status loadRows(const std::string &, const std::string &tensor, const ParameterStore::Rows &rows,
                std::span<std::byte> out) {
  size_t first = rows.first * (tensor.front() == 'b' ? 4 : 16), count = out.size() / sizeof(float);
  std::vector<float> numbers = numbersOf(tensor, first + count);
  std::ranges::copy(std::as_bytes(std::span(numbers).subspan(first)), out.begin());
  return rows.element == RX_F32 ? Status::ok() : makeError("{} is f32", tensor);
}

using Tokens = std::vector<int32_t>;
using Logits = std::vector<float>; ///< of one position

/// Texts of different lengths.
std::vector<Tokens> randomTexts(size_t count) {
  std::mt19937 random(5);
  std::vector<Tokens> texts;
  for (size_t i = 0; i < count; ++i)
    for (int32_t &id : texts.emplace_back(length - 7 * i))
      id = static_cast<int32_t>(random() % vocabulary);
  return texts;
}

class DepthPrograms : public rx::compiler::test::PipelineFixture {
protected:
  DepthPrograms() { context.loadDialect<mlir::func::FuncDialect>(); }

  rx::compiler::PipelineOptions options() override {
    auto options = PipelineFixture::options();
    options.depths = derivesDepths;
    return options;
  }

  struct Session {
    explicit Session(const Bundle &bundle)
        : cpu(2), store(bundle, load, loadRows), executor(bundle, cpu, store) {}
    Cpu cpu;
    ParameterStore store;
    Executor executor;
  };

  bool derivesDepths = true;
};

TEST_F(DepthPrograms, AreDerivedWhenAskedFor) {
  auto asked = compile(tied());
  ASSERT_TRUE(asked) << asked.message();
  EXPECT_TRUE(DepthWiseDecoder::isDerivedFor(*asked, "m"));
  derivesDepths = false;
  auto plain = compile(tied());
  ASSERT_TRUE(plain) << plain.message();
  EXPECT_FALSE(DepthWiseDecoder::isDerivedFor(*plain, "m"));
  EXPECT_TRUE(CachedDecoder::isDerivedFor(*plain, "m"));
  Session session(*plain);
  auto decoder = DepthWiseDecoder::create(*plain, session.executor, "m", 1, capacity);
  EXPECT_FALSE(decoder);
  EXPECT_CONTAINS(decoder.message(), "has no programs in which rows of m are at different depths; "
                                     "compile with --depths");
}

TEST_F(DepthPrograms, ReadCachesWhereTheyLie) {
  EXPECT_EQ(attentionsOverCaches(relaxed()), 3); // to read many positions, one, and one at a depth
}

TEST_F(DepthPrograms, TextsTakeEveryTripOnce) {
  auto bundle = compile(tied());
  ASSERT_TRUE(bundle) << bundle.message();
  Session session(*bundle);
  auto decoder = DepthWiseDecoder::create(*bundle, session.executor, "m", 2, capacity);
  ASSERT_TRUE(decoder) << decoder.message();
  EXPECT_CONTAINS(decoder->trip().message(), "no text has a trip to make");
  EXPECT_CONTAINS(decoder->leave().message(), "no text has made all 3 trips");
  EXPECT_CONTAINS(decoder->enter(std::vector<Tokens>{{1}}).message(),
                  "tokens for 1 texts were given, there are 2");
  ASSERT_TRUE(decoder->enter(std::vector<Tokens>{{1, 2}, {}}));
  ASSERT_TRUE(decoder->trip());
  EXPECT_CONTAINS(decoder->enter(std::vector<Tokens>{{1}, {}}).message(),
                  "text 0 has a token at depth 1 of 3: it has to leave before the next one");
  EXPECT_CONTAINS(decoder->leave().message(), "no text has made all 3 trips");
  ASSERT_TRUE(decoder->trip());
  ASSERT_TRUE(decoder->trip());
  EXPECT_TRUE(decoder->hasArrived(0));
  EXPECT_CONTAINS(decoder->trip().message(), "no text has a trip to make");
  EXPECT_TRUE(decoder->leave());
  EXPECT_EQ(decoder->depths()[0], std::nullopt);
}

class Depths : public DepthPrograms, public testing::WithParamInterface<std::string (*)()> {
protected:
  void SetUp() override {
    auto compiled = compile(GetParam()());
    ASSERT_TRUE(compiled) << compiled.message();
    bundle.emplace(std::move(*compiled));
  }

  /// By text: the logits after each position from its first `prompts[i]` tokens on, by whole steps.
  std::vector<std::vector<Logits>> stepped(const std::vector<Tokens> &texts,
                                           const std::vector<int64_t> &prompts) {
    Session session(*bundle);
    auto decoder = CachedDecoder::create(*bundle, session.executor, "m", std::ssize(texts),
                                         capacity, {.chunk = 4});
    EXPECT_TRUE(decoder) << decoder.message();
    std::vector<std::vector<Logits>> result(texts.size());
    for (std::vector<Tokens> next = promptsOf(texts, prompts); hasTokens(next);) {
      auto logits = decoder->append(next);
      EXPECT_TRUE(logits) << logits.message();
      for (size_t i = 0; i < texts.size(); ++i) {
        if (!next[i].empty())
          result[i].push_back(rowOf(*logits, i));
        next[i] = tokenAt(texts[i], decoder->positions()[i]);
      }
    }
    return result;
  }

  /// The same, trip by trip. Text i enters before call number 1 + i * `lag`, and again as soon as
  /// it has left.
  std::vector<std::vector<Logits>> tripped(const std::vector<Tokens> &texts,
                                           const std::vector<int64_t> &prompts, int64_t lag,
                                           const CacheSettings &settings) {
    Session session(*bundle);
    auto decoder = DepthWiseDecoder::create(*bundle, session.executor, "m", std::ssize(texts),
                                            capacity, settings);
    EXPECT_TRUE(decoder) << decoder.message();
    EXPECT_EQ(decoder->trips(), trips);
    std::vector<std::vector<Logits>> result(texts.size());
    std::vector<Tokens> waiting = promptsOf(texts, prompts);
    for (int64_t call = 0;; ++call) {
      std::vector<Tokens> entering(texts.size());
      for (size_t i = 0; i < texts.size(); ++i)
        if (!decoder->depths()[i] && call >= static_cast<int64_t>(i) * lag)
          entering[i] = std::exchange(waiting[i], {});
      if (hasTokens(entering))
        must(decoder->enter(entering));
      auto depths = decoder->depths();
      if (std::ranges::none_of(depths, [](auto depth) { return depth.has_value(); }))
        break;
      mostDepths = std::max(mostDepths, std::set(depths.begin(), depths.end()).size());
      must(decoder->trip());
      leave(*decoder, texts, waiting, result);
    }
    return result;
  }

  /// Takes the logits of texts that have arrived; their next tokens wait.
  void leave(DepthWiseDecoder &decoder, const std::vector<Tokens> &texts,
             std::vector<Tokens> &waiting, std::vector<std::vector<Logits>> &result) {
    std::vector<size_t> arrived;
    for (size_t i = 0; i < texts.size(); ++i)
      if (decoder.hasArrived(i))
        arrived.push_back(i);
    if (arrived.empty())
      return;
    auto logits = decoder.leave();
    ASSERT_TRUE(logits) << logits.message();
    for (size_t i : arrived) {
      result[i].push_back(rowOf(*logits, i));
      waiting[i] = tokenAt(texts[i], decoder.positions()[i]);
    }
  }

  static void must(Status status) { EXPECT_TRUE(status) << status.message(); }
  static bool hasTokens(const std::vector<Tokens> &rows) {
    return std::ranges::any_of(rows, [](const Tokens &row) { return !row.empty(); });
  }
  static std::vector<Tokens> promptsOf(const std::vector<Tokens> &texts,
                                       const std::vector<int64_t> &lengths) {
    std::vector<Tokens> prompts;
    for (size_t i = 0; i < texts.size(); ++i)
      prompts.emplace_back(texts[i].begin(), texts[i].begin() + lengths[i]);
    return prompts;
  }
  static Tokens tokenAt(const Tokens &text, int64_t at) {
    return at < std::ssize(text) ? Tokens{text[at]} : Tokens();
  }
  static Logits rowOf(const HostTensor &logits, size_t row) {
    auto values = logits.values<float>().subspan(row * width, width);
    return {values.begin(), values.end()};
  }

  std::optional<Bundle> bundle;
  size_t mostDepths = 0; ///< at which texts stood in one call, "not on its way" among them
};

TEST_P(Depths, TextsHaveTheBitsOfWholeStepsWhateverTheDepthsBesideThem) {
  std::vector<Tokens> texts = randomTexts(4);
  std::vector<int64_t> prompts = {20, 1, 9, 33};
  auto wanted = stepped(texts, prompts);
  EXPECT_EQ(tripped(texts, prompts, 0, {.chunk = 4}), wanted); // all at one depth
  EXPECT_EQ(mostDepths, 2u);
  EXPECT_EQ(tripped(texts, prompts, 1, {.chunk = 4}), wanted);
  EXPECT_GE(mostDepths, 3u) << "texts are at three depths at once";
  EXPECT_EQ(tripped(texts, prompts, 4, {.chunk = 4}), wanted);
  EXPECT_EQ(tripped(texts, prompts, 1, {.chunk = 16}), wanted);
  EXPECT_EQ(tripped(texts, prompts, 1, {.chunk = 4, .keepsAll = true}), wanted);
}

TEST_P(Depths, ATextHasTheSameBitsAlone) {
  std::vector<Tokens> texts = randomTexts(3);
  std::vector<int64_t> prompts = {20, 1, 9};
  auto together = tripped(texts, prompts, 1, {.chunk = 4});
  for (size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(tripped({texts[i]}, {prompts[i]}, 0, {.chunk = 4}).front(), together[i]);
}

INSTANTIATE_TEST_SUITE_P(, Depths, testing::Values(&tied, &inside, &relaxed), [](const auto &test) {
  return test.param == &tied ? "Tied" : test.param == &inside ? "BetweenLayers" : "Relaxed";
});

} // namespace
