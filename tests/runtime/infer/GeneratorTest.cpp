#include "runtime/infer/Generator.h"
#include "tests/runtime/infer/ByteVocabulary.h"

#include <gmock/gmock.h>

#include <map>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

using Tokens = std::vector<int32_t>;

/// A model that knows one text: after each letter of it comes the next one.
class Reciter {
public:
  explicit Reciter(Tokens text) : text(std::move(text)) {}

  AppendTokens reader() {
    return [this](std::span<const Tokens> tokens) -> Expected<HostTensor> {
      calls.emplace_back(tokens.begin(), tokens.end());
      std::vector<float> logits(tokens.size() * vocabulary, -1.0f);
      for (size_t i = 0; i < tokens.size(); ++i)
        if (!tokens[i].empty())
          logits[i * vocabulary + after(tokens[i].back())] = sharpness;
      return HostTensor::of<float>({std::ssize(tokens), 1, vocabulary}, logits);
    };
  }

  std::vector<std::vector<Tokens>> calls;
  float sharpness = 1;

private:
  int32_t after(int32_t last) const {
    auto at = std::find(text.begin(), text.end(), last);
    return at == text.end() || at + 1 == text.end() ? endToken : at[1];
  }

  Tokens text;
};

std::vector<std::string> textsOf(const Generation &generation) {
  std::vector<std::string> texts;
  for (const Continuation &text : generation.texts)
    texts.push_back(text.text);
  return texts;
}

std::vector<StopReason> reasonsOf(const Generation &generation) {
  std::vector<StopReason> reasons;
  for (const Continuation &text : generation.texts)
    reasons.push_back(text.reason);
  return reasons;
}

Tokens alphabet() { return tokensOf("abcdefghijklmnopqrstuvwxyz"); }

TEST(Generator, RowsEndAtDifferentTimes) {
  Reciter model(alphabet());
  Generator generator(model.reader(), byteTokenizer(), 100);
  std::vector<Tokens> prompts = {tokensOf("w"), tokensOf("ab"), tokensOf("p")};
  auto found = generator.run(prompts, {.tokens = 6, .stop = {"tu"}}, {});
  ASSERT_TRUE(found) << found.message();
  EXPECT_THAT(textsOf(*found), ElementsAre("xyz", "cdefgh", "qrs"));
  EXPECT_THAT(reasonsOf(*found),
              ElementsAre(StopReason::EndOfText, StopReason::Length, StopReason::StopString));
  EXPECT_EQ(found->texts[0].tokens.size(), 4u) << "the end is a token";
  // The last chosen token of a text is never read.
  ASSERT_EQ(model.calls.size(), 6u);
  EXPECT_THAT(model.calls[3], ElementsAre(tokensOf("z"), tokensOf("e"), tokensOf("s")));
  EXPECT_THAT(model.calls[4], ElementsAre(IsEmpty(), tokensOf("f"), tokensOf("t")));
  EXPECT_THAT(model.calls[5], ElementsAre(IsEmpty(), tokensOf("g"), IsEmpty()));
  EXPECT_EQ(found->promptTokens, 4);
  EXPECT_EQ(found->steps, 5);
  EXPECT_EQ(found->stepTokens, 3 + 3 + 3 + 2 + 1);
}

TEST(Generator, StopsWhereTheContextIsFull) {
  Reciter model(alphabet());
  Generator generator(model.reader(), byteTokenizer(), 4);
  std::vector<Tokens> prompts = {tokensOf("ab"), tokensOf("c"), tokensOf("efgh")};
  auto found = generator.run(prompts, {.tokens = 9}, {});
  ASSERT_TRUE(found) << found.message();
  EXPECT_THAT(textsOf(*found), ElementsAre("cd", "def", ""));
  EXPECT_THAT(reasonsOf(*found), testing::Each(StopReason::ContextFull));
}

TEST(Generator, RefusesPromptsThatCannotBeRead) {
  Reciter model(alphabet());
  Generator generator(model.reader(), byteTokenizer(), 2);
  std::vector<Tokens> longPrompt = {tokensOf("a"), tokensOf("abc")}, empty = {{}};
  EXPECT_THAT(generator.run(longPrompt, {}, {}).message(),
              HasSubstr("prompt 2 has 3 tokens, the model reads 2 at most"));
  EXPECT_THAT(generator.run(empty, {}, {}).message(), HasSubstr("prompt 1 is empty"));
  EXPECT_THAT(model.calls, IsEmpty());
}

TEST(Generator, TellsTextsAsTheyGrow) {
  Reciter model(alphabet());
  Generator generator(model.reader(), byteTokenizer(), 100);
  std::map<size_t, std::string> grown;
  std::map<size_t, StopReason> ended;
  GenerationWatcher watcher;
  watcher.grown = [&](size_t index, std::string_view text, StopReason reason) {
    EXPECT_FALSE(ended.contains(index)) << "nothing after the end";
    grown[index] += text;
    if (reason != StopReason::None)
      ended[index] = reason;
  };
  std::vector<Tokens> prompts = {tokensOf("a"), tokensOf("w")};
  auto found = generator.run(prompts, {.tokens = 5, .stop = {"fgh"}}, watcher);
  ASSERT_TRUE(found) << found.message();
  EXPECT_EQ(grown[0], "bcdef") << "what was held back comes at the end";
  EXPECT_EQ(grown[1], "xyz");
  EXPECT_EQ(ended,
            (std::map<size_t, StopReason>{{0, StopReason::Length}, {1, StopReason::EndOfText}}));
}

TEST(Generator, KeepsWhatWasThereWhenItIsStopped) {
  Reciter model(alphabet());
  Generator generator(model.reader(), byteTokenizer(), 100);
  int asked = 0;
  std::vector<Tokens> prompts = {tokensOf("a")};
  auto found = generator.run(prompts, {.tokens = 9}, {{}, [&] { return ++asked > 3; }});
  ASSERT_TRUE(found) << found.message();
  EXPECT_THAT(textsOf(*found), ElementsAre("bcd"));
  EXPECT_THAT(reasonsOf(*found), ElementsAre(StopReason::Interrupted));
}

TEST(Generator, ATextsDrawsDoNotDependOnItsNeighbours) {
  GenerationSettings settings{.tokens = 30, .sampling = {.temperature = 1, .seed = 5}};
  auto run = [&](std::vector<Tokens> prompts) {
    Reciter model(alphabet());
    auto found = Generator(model.reader(), byteTokenizer(), 100).run(prompts, settings, {});
    EXPECT_TRUE(found) << found.message();
    return *std::move(found);
  };
  Generation alone = run({tokensOf("a")}),
             batch = run({tokensOf("bc"), tokensOf("a"), tokensOf("a")});
  EXPECT_EQ(alone.texts[0].tokens, batch.texts[1].tokens) << "a prompt in front changes nothing";
  EXPECT_NE(batch.texts[1].tokens, batch.texts[2].tokens) << "equal prompts go on differently";
}

TEST(Generator, SaysWhichTextHasBrokenLogits) {
  auto broken = [](std::span<const Tokens> tokens) -> Expected<HostTensor> {
    std::vector<float> logits(tokens.size() * vocabulary, 0);
    logits[vocabulary + 7] = NAN;
    return HostTensor::of<float>({std::ssize(tokens), 1, vocabulary}, logits);
  };
  std::vector<Tokens> prompts = {tokensOf("a"), tokensOf("b")};
  EXPECT_THAT(Generator(broken, byteTokenizer(), 9).run(prompts, {}, {}).message(),
              HasSubstr("text 2: the logit of token 7 is nan"));
}

} // namespace
