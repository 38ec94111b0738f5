// A vocabulary for tests: 0 <unk>, 1 <s>, 2 </s>, then the bytes, then <turn>, a control token.
#pragma once

#include "runtime/io/Tokenizer.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <fmt/format.h>

namespace rx::runtime::test {

constexpr int32_t endToken = 2, turnToken = 259;
constexpr int32_t vocabulary = 260;
inline int32_t tokenOf(char byte) { return 3 + static_cast<uint8_t>(byte); }

inline std::vector<int32_t> tokensOf(std::string_view text) {
  std::vector<int32_t> tokens;
  for (char byte : text)
    tokens.push_back(tokenOf(byte));
  return tokens;
}

inline Tokenizer byteTokenizer() {
  constexpr int32_t unknown = 2, control = 3, byteKind = 6;
  std::vector<std::string> texts = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> kinds = {unknown, control, control};
  for (int byte = 0; byte < 256; ++byte) {
    texts.push_back(fmt::format("<0x{:02X}>", byte));
    kinds.push_back(byteKind);
  }
  texts.push_back("<turn>");
  kinds.push_back(control);
  std::vector<float> scores(texts.size(), 0);
  TemporaryFile file(GgufBuilder()
                         .string("tokenizer.ggml.model", "llama")
                         .strings("tokenizer.ggml.tokens", texts)
                         .array("tokenizer.ggml.scores", 6, scores)
                         .array("tokenizer.ggml.token_type", 5, kinds)
                         .boolean("tokenizer.ggml.add_space_prefix", 0)
                         .bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  EXPECT_TRUE(gguf) << gguf.message();
  Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
  EXPECT_TRUE(tokenizer) << tokenizer.message();
  return *std::move(tokenizer);
}

} // namespace rx::runtime::test
