// Thousands of damaged files, the same ones every time: each is refused or read, and what is read
// can be used. Meant to run under the sanitizers as well.
#include "runtime/io/Dequantize.h"
#include "runtime/io/Gguf.h"
#include "runtime/io/Tokenizer.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <random>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

std::string validFile() {
  GgufBuilder builder;
  builder.string("general.architecture", "toy")
      .u32("general.alignment", 32)
      .f32("toy.eps", 1e-6f)
      .boolean("toy.flag", 1)
      .string("tokenizer.ggml.model", "llama")
      .strings("tokenizer.ggml.tokens", {"<unk>", "<s>", "</s>", "\xE2\x96\x81", "a", "b", "ab",
                                         "\xE2\x96\x81"
                                         "ab",
                                         "  ", "<0x41>"})
      .array<float>("tokenizer.ggml.scores", 6, {0, 0, 0, -9, -8, -7, -1, 0, -1000, 0})
      .array<int32_t>("tokenizer.ggml.token_type", 5, {2, 3, 3, 1, 1, 1, 1, 1, 4, 6})
      .u32("tokenizer.ggml.bos_token_id", 1)
      .tensor("norm", {4}, 0, std::string(16, '\1'))
      .tensor("half", {6, 2}, 1, std::string(24, '\1'))
      .tensor("q8", {32, 2}, 8, std::string(68, '\1'))
      .tensor("q4k", {256, 2}, 12, std::string(288, '\1'));
  return builder.bytes();
}

std::string validBpeFile() {
  std::vector<std::string> tokens = {"a",
                                     "b",
                                     "ab",
                                     "\xC4\xA0",
                                     "\xC4\xA0"
                                     "ab",
                                     "<|end|>"};
  return GgufBuilder()
      .string("tokenizer.ggml.model", "gpt2")
      .string("tokenizer.ggml.pre", "llama-bpe")
      .strings("tokenizer.ggml.tokens", tokens)
      .array<int32_t>("tokenizer.ggml.token_type", 5, {1, 1, 1, 1, 1, 3})
      .strings("tokenizer.ggml.merges", {"a b", "\xC4\xA0 ab"})
      .bytes();
}

/// Does with the file what a program would.
bool useFile(const std::string &path) {
  Expected<GgufFile> gguf = GgufFile::open(path);
  if (!gguf) {
    EXPECT_FALSE(gguf.message().empty());
    return false;
  }
  for (const GgufField &field : gguf->fields())
    (void)field.describeValue();
  for (const GgufTensor &tensor : gguf->tensors()) {
    EXPECT_LE(tensor.size, 4096u);
    std::vector<float> values(tensor.rows() * tensor.rowElements());
    if (canDequantize(tensor.dtype)) {
      Status status =
          dequantizeRows(*gguf, tensor, 0, tensor.rows(), values.data(), tensor.rowElements());
      EXPECT_TRUE(status) << status.message();
    }
  }
  Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
  if (!tokenizer)
    return true;
  for (std::string_view text : {"ab  aab <s>", "\xFF\xE2\x96", ""}) {
    std::vector<int32_t> ids = tokenizer->encode(text, {.addBos = true, .parseSpecial = true});
    for (int32_t id : ids)
      EXPECT_LT(id, tokenizer->vocabularySize());
    (void)tokenizer->decode(ids);
  }
  return true;
}

/// A few random changes: bits, interesting bytes, whole numbers, cuts, copies.
std::string damage(std::string bytes, std::mt19937 &random) {
  auto below = [&](size_t bound) { return random() % bound; };
  for (size_t change = 0, changes = 1 + below(3); change < changes && !bytes.empty(); ++change) {
    size_t at = below(bytes.size());
    switch (below(6)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << below(8));
      break;
    case 1:
      bytes[at] = "\x00\x01\x7F\x80\xFF\x20"[below(6)];
      break;
    case 2: {
      static constexpr uint64_t numbers[] = {0,
                                             1,
                                             255,
                                             65536,
                                             1 << 30,
                                             0x7FFFFFFF,
                                             0xFFFFFFFF,
                                             uint64_t{1} << 40,
                                             uint64_t{1} << 63,
                                             ~uint64_t{0}};
      std::string number = raw(numbers[below(std::size(numbers))]);
      bytes.replace(at, std::min<size_t>(8, bytes.size() - at), number);
      break;
    }
    case 3:
      bytes.resize(at);
      break;
    case 4:
      bytes.erase(at, 1 + below(8));
      break;
    case 5:
      bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(16)));
      break;
    }
  }
  return bytes;
}

void fuzz(const std::string &valid, uint32_t seed, int rounds) {
  TemporaryFile file(valid);
  ASSERT_TRUE(useFile(file.path()));
  std::mt19937 random(seed);
  int read = 0;
  for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
    file.write(damage(valid, random));
    read += useFile(file.path());
  }
  // Damage that is never noticed, or always, would test nothing.
  EXPECT_GT(read, 0);
  EXPECT_LT(read, rounds);
}

TEST(GgufFuzz, DamagedFiles) { fuzz(validFile(), 20240501, 8000); }

TEST(GgufFuzz, DamagedBpeVocabularies) { fuzz(validBpeFile(), 7, 4000); }

TEST(GgufFuzz, EverySingleByte) {
  std::string valid = validFile();
  TemporaryFile file(valid);
  for (size_t at = 0; at < valid.size(); ++at)
    for (char value : {'\0', '\xFF', static_cast<char>(valid[at] + 1)}) {
      std::string damaged = valid;
      damaged[at] = value;
      file.write(damaged);
      useFile(file.path());
      ASSERT_FALSE(testing::Test::HasFailure()) << "byte " << at;
    }
}

} // namespace
