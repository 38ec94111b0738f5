// Files that lie. Each must be refused with a message that says what is wrong; most repeat a
// vulnerability that some reader once had.
#include "runtime/io/Gguf.h"
#include "runtime/io/Tokenizer.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <limits>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::HasSubstr;

namespace {

void expectRefused(const std::string &bytes, const std::string &reason) {
  TemporaryFile file(bytes);
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_FALSE(gguf) << "accepted; expected: " << reason;
  EXPECT_THAT(std::string(gguf.message()), HasSubstr(file.path() + ": "));
  EXPECT_THAT(std::string(gguf.message()), HasSubstr(reason));
}

void expectRefused(const GgufBuilder &builder, const std::string &reason) {
  expectRefused(builder.bytes(), reason);
}

/// One F32 tensor of 4 elements with whatever the test adds before.
GgufBuilder withTensor(GgufBuilder builder = {}) {
  return builder.tensor("t", {4}, 0, std::string(16, '\0'));
}

GgufBuilder withRecord(const std::vector<uint64_t> &dims, uint32_t type = 0, uint64_t offset = 0) {
  return GgufBuilder().record("w", dims, type, offset).data(std::string(64, '\0'));
}

TEST(GgufHostile, EmptyAndShort) {
  expectRefused(std::string(), "0 bytes are too few");
  expectRefused(std::string("GGUF\3\0\0\0", 8), "8 bytes are too few");
}

TEST(GgufHostile, TruncatedAnywhere) {
  std::string whole = withTensor(GgufBuilder().strings("names", {"a", "bb"}).f32("x", 1)).bytes();
  TemporaryFile file("");
  for (size_t size = 0; size + 1 < whole.size() - 16; ++size) {
    file.write(std::string_view(whole).substr(0, size));
    Expected<GgufFile> gguf = GgufFile::open(file.path());
    ASSERT_FALSE(gguf) << size;
    EXPECT_THAT(std::string(gguf.message()), HasSubstr(file.path()));
  }
}

TEST(GgufHostile, Magic) {
  expectRefused("GGML" + withTensor().bytes().substr(4), "begins with 'GGML' instead of 'GGUF'");
  expectRefused("\x1b[2J" + withTensor().bytes().substr(4), "begins with '\\x1b[2J'");
}

TEST(GgufHostile, ByteSwapped) {
  GgufBuilder builder = withTensor();
  builder.version = 0x03000000;
  expectRefused(builder, "big-endian GGUF");
}

TEST(GgufHostile, Versions) {
  for (uint32_t version : {1u, 4u, 0xFFFFFFFFu}) {
    GgufBuilder builder = withTensor();
    builder.version = version;
    expectRefused(builder, "GGUF version " + std::to_string(version) + " is not supported");
  }
}

TEST(GgufHostile, Counts) {
  for (uint64_t count : {uint64_t{65537}, uint64_t{100}, uint64_t{1} << 63, ~uint64_t{0}}) {
    GgufBuilder tensors = withTensor();
    tensors.claimedTensors = count;
    expectRefused(tensors, "declares " + std::to_string(count) + " tensors");
    GgufBuilder fields = withTensor();
    fields.claimedFields = count;
    expectRefused(fields, "declares " + std::to_string(count) + " metadata pairs");
  }
}

TEST(GgufHostile, Keys) {
  expectRefused(GgufBuilder().u32("", 1).string("x", "padding"), "has a name of 0 bytes");
  expectRefused(GgufBuilder().u32("bad\nkey", 1),
                "has the key 'bad\\x0akey', which is not printable");
  expectRefused(GgufBuilder().u32(std::string_view("a\0b", 3), 1), "has the key 'a\\x00b'");
  expectRefused(GgufBuilder().u32(std::string(65536, 'k'), 1), "has a name of 65536 bytes");
}

TEST(GgufHostile, UnknownValueTypes) {
  expectRefused(GgufBuilder().field("k", 13, raw<uint64_t>(0)), "unknown value type 13");
  expectRefused(GgufBuilder().field("k", 0xFFFFFFFF, raw<uint64_t>(0)), "unknown value type");
}

TEST(GgufHostile, StringBombs) {
  for (uint64_t length : {uint64_t{1} << 30, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 7})
    expectRefused(GgufBuilder().field("k", 8, raw(length) + std::string(100, 'x')),
                  "metadata 'k' declares a string of " + std::to_string(length) + " bytes");
}

TEST(GgufHostile, ArrayBombs) {
  for (uint64_t count : {uint64_t{1} << 30, uint64_t{1} << 61, ~uint64_t{0}})
    for (uint32_t type : {0u, 6u, 8u, 10u})
      expectRefused(GgufBuilder().field("k", 9, raw(type) + raw(count) + std::string(100, '\0')),
                    "metadata 'k' declares " + std::to_string(count) + " array elements");
  expectRefused(GgufBuilder().field("k", 9, raw<uint32_t>(77) + raw<uint64_t>(1)),
                "an array of the unknown type 77");
}

TEST(GgufHostile, NestedArrays) {
  std::string payload;
  for (int depth = 0; depth < 10000; ++depth)
    payload += raw<uint32_t>(9) + raw<uint64_t>(1);
  expectRefused(GgufBuilder().field("k", 9, payload), "an array of arrays");
}

TEST(GgufHostile, MetadataBeyondTheMemoryLimit) {
  // 17 strings of 16 MiB in a sparse file: each is allowed, together they are not.
  std::string head = "GGUF" + raw<uint32_t>(3) + raw<uint64_t>(0) + raw<uint64_t>(17);
  TemporaryFile file(head);
  std::fstream out(file.path(), std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(0, std::ios::end);
  for (int i = 0; i < 17; ++i) {
    std::string field =
        rawString("k" + std::to_string(i)) + raw<uint32_t>(8) + raw<uint64_t>(1 << 24);
    out.write(field.data(), static_cast<std::streamsize>(field.size()));
    out.seekp(1 << 24, std::ios::cur);
  }
  out.put(0);
  out.close();
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_FALSE(gguf);
  EXPECT_THAT(std::string(gguf.message()), HasSubstr("brings the metadata above 256 MiB"));
}

TEST(GgufHostile, Bools) {
  expectRefused(GgufBuilder().boolean("k", 2), "metadata 'k' holds a bool of value 2");
  expectRefused(GgufBuilder().array<uint8_t>("k", 7, {0, 1, 255}), "holds a bool of value 255");
}

TEST(GgufHostile, Alignment) {
  constexpr std::string_view key = "general.alignment";
  expectRefused(withTensor(GgufBuilder().i32(key, 32)), "'general.alignment' is i32, expected u32");
  expectRefused(withTensor(GgufBuilder().u64(key, 32)), "'general.alignment' is u64, expected u32");
  expectRefused(withTensor(GgufBuilder().array<uint32_t>(key, 4, {32})), "is array of 1 u32,");
  for (uint32_t alignment : {0u, 1u, 4u, 24u, 33u, 1u << 17, 1u << 30, 0xFFFFFFFFu})
    expectRefused(withTensor(GgufBuilder().u32(key, alignment)),
                  "'general.alignment' = " + std::to_string(alignment) + " must be a power of two");
}

TEST(GgufHostile, Duplicates) {
  expectRefused(GgufBuilder().u32("a", 1).u32("b", 1).u32("a", 1),
                "metadata 'a' stands in the file twice");
  expectRefused(withTensor(withTensor()), "tensor 't' stands in the file twice");
}

TEST(GgufHostile, TensorNames) {
  auto named = [](std::string_view name) {
    return GgufBuilder().record(name, {4}, 0, 0).data(std::string(64, '\0'));
  };
  expectRefused(named(""), "tensor record 1 of 1 has a name of 0 bytes");
  expectRefused(named(std::string(64, 'n')), "has a name of 64 bytes, allowed are 1 to 63");
  expectRefused(named("a\x1b[0m"), "has the name 'a\\x1b[0m', which is not plain text");
  expectRefused(named("a\xFF"), "has the name 'a\\xff'");
  expectRefused(named(std::string_view("a\0b", 3)), "has the name 'a\\x00b'");
}

TEST(GgufHostile, AxisCounts) {
  expectRefused(withRecord({}), "tensor 'w' has 0 axes");
  expectRefused(withRecord({1, 1, 1, 1, 1}), "tensor 'w' has 5 axes");
  expectRefused(GgufBuilder().rawRecord(rawString("w") + raw(0xFFFFFFFFu) + std::string(200, '\1')),
                "tensor 'w' has 4294967295 axes");
}

TEST(GgufHostile, AxisSizes) {
  expectRefused(withRecord({0}), "tensor 'w' has size 0 on axis 0");
  expectRefused(withRecord({4, 0}), "tensor 'w' has size 0 on axis 1");
  expectRefused(withRecord({uint64_t{1} << 63}), "has size 9223372036854775808 on axis 0");
  expectRefused(withRecord({(uint64_t{1} << 42) + 1, 1}), "on axis 0, allowed are 1 to 2^40");
  // Each axis is allowed; the product once wrapped to something small.
  expectRefused(withRecord({uint64_t{1} << 32, uint64_t{1} << 32}), "more than 2^48 elements");
  expectRefused(withRecord({uint64_t{1} << 40, uint64_t{1} << 40, uint64_t{1} << 40}),
                "more than 2^48 elements");
  expectRefused(withRecord({~uint64_t{0}, 2}), "on axis 0, allowed are 1 to 2^40");
  expectRefused(withRecord({uint64_t{std::numeric_limits<int64_t>::max()}, 2, 1, 1}), "on axis 0");
  // F32 [4, 2^30 - 1, 2^30 + 1] is 2^64 - 16 bytes: padding it wraps to 0.
  expectRefused(withRecord({4, (1u << 30) - 1, (1u << 30) + 1}), "more than 2^48 elements");
}

TEST(GgufHostile, TensorTypes) {
  for (uint32_t id : {4u, 5u, 31u, 36u, 40u, 77u, 0x80000000u, 0xFFFFFFFFu})
    expectRefused(withRecord({256}, id),
                  "tensor 'w' has the unknown type id " + std::to_string(id));
  expectRefused(withRecord({256}, 10), "tensor 'w' has type Q2_K, which is not supported");
  expectRefused(withRecord({4}, 24), "tensor 'w' has type I8, which is not supported");
}

TEST(GgufHostile, RowsThatAreNoWholeBlocks) {
  expectRefused(withRecord({640, 2}, 12),
                "stores rows of 640 elements as q4_k, whose blocks have 256");
  expectRefused(withRecord({31}, 8), "stores rows of 31 elements as q8_0, whose blocks have 32");
}

TEST(GgufHostile, Offsets) {
  expectRefused(withRecord({4}, 0, 8), "begins at offset 8, which is no multiple of the alignment");
  expectRefused(withRecord({4}, 0, 96), "needs 16 bytes at offset 96, but the data section has 64");
  expectRefused(withRecord({4}, 0, uint64_t{1} << 63), "but the data section has 64");
  expectRefused(withRecord({4}, 0, ~uint64_t{31}), "but the data section has 64");
  expectRefused(withRecord({17}), "needs 68 bytes at offset 0, but the data section has 64");
  expectRefused(withRecord({1000000, 1000}), "needs 4000000000 bytes at offset 0");
}

TEST(GgufHostile, Overlaps) {
  expectRefused(GgufBuilder()
                    .record("first", {16}, 0, 0)
                    .record("second", {8}, 0, 32)
                    .data(std::string(64, '\0')),
                "tensors 'first' and 'second' overlap");
  expectRefused(
      GgufBuilder().record("a", {4}, 0, 0).record("b", {4}, 0, 0).data(std::string(32, '\0')),
      "overlap");
}

TEST(GgufHostile, Tails) {
  expectRefused(withTensor().bytes() + std::string(32, '\0'), "bytes follow the last tensor");
  std::string dirty = withTensor().bytes();
  dirty.back() = 'x';
  expectRefused(dirty, "bytes that are not zero follow the last tensor");
  expectRefused(GgufBuilder().u32("a", 1).bytes() + std::string(64, '\0'), "64 bytes follow");
}

/// Vocabularies are checked when a tokenizer is made of them.
std::string tokenizerMessage(const GgufBuilder &builder) {
  TemporaryFile file(builder.bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  if (!gguf)
    return "not even opened: " + std::string(gguf.message());
  Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
  return tokenizer ? "accepted" : std::string(tokenizer.message());
}

GgufBuilder vocabulary(const std::vector<std::string> &tokens) {
  return GgufBuilder()
      .string("tokenizer.ggml.model", "llama")
      .strings("tokenizer.ggml.tokens", tokens);
}

TEST(GgufHostile, VocabularyArrays) {
  constexpr std::string_view scores = "tokenizer.ggml.scores", kinds = "tokenizer.ggml.token_type";
  EXPECT_THAT(tokenizerMessage(GgufBuilder()), HasSubstr("'tokenizer.ggml.model' is missing"));
  EXPECT_THAT(tokenizerMessage(GgufBuilder().string("tokenizer.ggml.model", "bert")),
              HasSubstr("'tokenizer.ggml.model' = 'bert' is not supported"));
  EXPECT_THAT(tokenizerMessage(vocabulary({"<unk>", "a"}).array<float>(scores, 6, {0})),
              HasSubstr("'tokenizer.ggml.scores' has 1 elements, expected 2"));
  EXPECT_THAT(
      tokenizerMessage(vocabulary({"<unk>", "a"}).strings(scores, {"0", "1"})),
      HasSubstr("'tokenizer.ggml.scores' is array of 2 strings, expected an array of f32s"));
  EXPECT_THAT(tokenizerMessage(GgufBuilder()
                                   .string("tokenizer.ggml.model", "llama")
                                   .array<float>("tokenizer.ggml.tokens", 6, {0})),
              HasSubstr("'tokenizer.ggml.tokens' is array of 1 f32, expected an array of strings"));
  EXPECT_THAT(
      tokenizerMessage(
          vocabulary({"<unk>", "a"}).array<float>(scores, 6, {0, 0}).array<int32_t>(kinds, 5, {2})),
      HasSubstr("'tokenizer.ggml.token_type' has 1 elements, expected 2"));
  EXPECT_THAT(tokenizerMessage(vocabulary({"<unk>", "a"})
                                   .array<float>(scores, 6, {0, 0})
                                   .array<int32_t>(kinds, 5, {2, 7})),
              HasSubstr("element 1 = 7, allowed are 1 to 6"));
  EXPECT_THAT(tokenizerMessage(vocabulary({}).array<float>(scores, 6, {})), HasSubstr("is empty"));
  EXPECT_THAT(
      tokenizerMessage(vocabulary({"<unk>", "a"})
                           .array<float>(scores, 6, {0, std::numeric_limits<float>::infinity()})),
      HasSubstr("element 1 = inf must be finite"));
}

TEST(GgufHostile, VocabularyTexts) {
  constexpr std::string_view scores = "tokenizer.ggml.scores", kinds = "tokenizer.ggml.token_type";
  EXPECT_THAT(tokenizerMessage(vocabulary({"<unk>", "a", "a"}).array<float>(scores, 6, {0, 0, 0})),
              HasSubstr("token 'a' stands in the vocabulary twice"));
  EXPECT_THAT(tokenizerMessage(
                  vocabulary({"<unk>", std::string(4097, 'a')}).array<float>(scores, 6, {0, 0})),
              HasSubstr("token 1 is 4097 bytes long"));
  EXPECT_THAT(tokenizerMessage(vocabulary({"<unk>", "<0xZZ>"})
                                   .array<float>(scores, 6, {0, 0})
                                   .array<int32_t>(kinds, 5, {2, 6})),
              HasSubstr("byte token 1 is named '<0xZZ>'"));
  EXPECT_THAT(
      tokenizerMessage(
          vocabulary({"a"}).array<float>(scores, 6, {0}).u32("tokenizer.ggml.unknown_token_id", 5)),
      HasSubstr("no token for byte 0x00 and no unknown token"));
}

// The same kinds of files as a script writes them for tests of the command line.
TEST(GgufHostile, FilesOfTheScript) {
  unsigned count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(RXC_HOSTILE_GGUF_FOLDER)) {
    if (entry.path().extension() != ".gguf")
      continue;
    ++count;
    Expected<GgufFile> gguf = GgufFile::open(entry.path().string());
    if (!gguf) {
      EXPECT_THAT(std::string(gguf.message()), HasSubstr(entry.path().string() + ": "));
      continue;
    }
    // What opens must be one of the lying vocabularies.
    Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
    EXPECT_FALSE(tokenizer) << entry.path();
  }
  EXPECT_GE(count, 20u);
}

} // namespace
