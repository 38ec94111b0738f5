#include "runtime/data/TokenCache.h"
#include "tests/runtime/data/TempFolder.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <gmock/gmock.h>

namespace rx::runtime {
namespace {

using namespace test;
using testing::ElementsAre;

/// A vocabulary of the pieces <unk>, a, b, c, ab, bc: which of the two joins first depends on the
/// scores alone.
std::string fileThatPrefers(bool ab) {
  return GgufBuilder()
      .string("tokenizer.ggml.model", "llama")
      .strings("tokenizer.ggml.tokens", {"<unk>", "a", "b", "c", "ab", "bc"})
      .array<float>("tokenizer.ggml.scores", 6, {0, -9, -9, -9, ab ? -1.f : -2.f, ab ? -2.f : -1.f})
      .array<int32_t>("tokenizer.ggml.token_type", 5, {2, 1, 1, 1, 1, 1})
      .boolean("tokenizer.ggml.add_space_prefix", 0)
      .bytes();
}

std::vector<int32_t> encodeBy(const std::filesystem::path &file,
                              const std::filesystem::path &cache) {
  Expected<GgufFile> gguf = GgufFile::open(file);
  EXPECT_TRUE(gguf) << gguf.message();
  Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
  EXPECT_TRUE(tokenizer) << tokenizer.message();
  auto tokens = encodeOnce(encoderOf(*tokenizer), "abc", cache);
  EXPECT_TRUE(tokens) << tokens.message();
  return *tokens;
}

TEST(TokenCache, AnotherFileOfTheSameNameAndSizeIsAnotherTokenizer) {
  TempFolder folder;
  std::filesystem::path cache = folder.path() / "cache";
  EXPECT_THAT(encodeBy(folder.write("model.gguf", fileThatPrefers(true)), cache),
              ElementsAre(4, 3));
  EXPECT_THAT(encodeBy(folder.write("model.gguf", fileThatPrefers(false)), cache),
              ElementsAre(1, 5));
  EXPECT_THAT(encodeBy(folder.write("moved.gguf", fileThatPrefers(true)), cache),
              ElementsAre(4, 3));
}

TEST(TokenCache, EqualTokenizersShareTheirTokensWhateverTheirNames) {
  TempFolder folder;
  std::filesystem::path cache = folder.path() / "cache";
  encodeBy(folder.write("one.gguf", fileThatPrefers(true)), cache);
  encodeBy(folder.write("other.gguf", fileThatPrefers(true)), cache);
  auto files = std::filesystem::directory_iterator(cache / "tokens");
  EXPECT_EQ(std::count_if(begin(files), end(files),
                          [](auto &entry) { return entry.path().extension() == ".i32"; }),
            1);
}

} // namespace
} // namespace rx::runtime
