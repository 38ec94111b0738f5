#include "runtime/io/Gguf.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <gmock/gmock.h>

#include <limits>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

GgufBuilder sample() {
  GgufBuilder builder;
  builder.string("general.architecture", "toy")
      .u32("toy.layers", 18)
      .i32("toy.signed", -3)
      .u64("toy.large", uint64_t{1} << 63)
      .f32("toy.eps", 1e-6f)
      .boolean("toy.flag", 1)
      .strings("toy.names", {"a", "", "caf\xC3\xA9"})
      .array<float>("toy.scores", 6, {0, -1, -2.5f})
      .array<int32_t>("toy.kinds", 5, {1, -2, 3})
      .array<uint8_t>("toy.pattern", 7, {1, 0, 1})
      .tensor("vector", {3}, 0, raw(1.0f) + raw(2.0f) + raw(3.0f))
      .tensor("matrix", {32, 2}, 8, std::string(2 * 34, '\1'))
      .tensor("deep", {2, 3, 4, 5}, 1, std::string(240, '\2'));
  return builder;
}

TEST(Gguf, ReadsMetadata) {
  TemporaryFile file(sample().bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  EXPECT_EQ(gguf->version(), 3u);
  EXPECT_EQ(gguf->fields().size(), 10u);
  EXPECT_EQ(gguf->fields()[0].key, "general.architecture");
  EXPECT_TRUE(gguf->has("toy.eps"));
  EXPECT_FALSE(gguf->has("toy.ep"));
  EXPECT_EQ(*gguf->getString("general.architecture"), "toy");
  EXPECT_EQ(*gguf->getU32("toy.layers"), 18u);
  EXPECT_EQ(*gguf->getU64("toy.layers"), 18u);
  EXPECT_EQ(*gguf->getI64("toy.signed"), -3);
  EXPECT_EQ(*gguf->getF32("toy.eps"), 1e-6f);
  EXPECT_TRUE(*gguf->getBool("toy.flag"));
  EXPECT_THAT(*gguf->getStringArray("toy.names"), ElementsAre("a", "", "caf\xC3\xA9"));
  EXPECT_THAT(*gguf->getF32Array("toy.scores", 3), ElementsAre(0, -1, -2.5f));
  EXPECT_THAT(*gguf->getF32Array("toy.kinds"), ElementsAre(1, -2, 3));
  EXPECT_THAT(*gguf->getI64Array("toy.kinds"), ElementsAre(1, -2, 3));
  EXPECT_THAT(*gguf->getBoolArray("toy.pattern"), ElementsAre(true, false, true));
}

TEST(Gguf, ViewsSurviveAMove) {
  TemporaryFile file(sample().bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf);
  std::string_view name = *gguf->getString("general.architecture");
  GgufFile moved = *std::move(gguf);
  EXPECT_EQ(name, "toy");
  EXPECT_TRUE(moved.findTensor("matrix"));
}

TEST(Gguf, DescribesValuesForPeople) {
  TemporaryFile file(sample().string("x", "line\n\x1b[31m").bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  EXPECT_EQ(gguf->find("toy.names")->describeType(), "array of 3 strings");
  EXPECT_EQ(gguf->find("toy.names")->describeValue(2), "['a', '', ... 3 in all]");
  EXPECT_EQ(gguf->find("toy.large")->describeValue(), "9223372036854775808");
  EXPECT_EQ(gguf->find("toy.flag")->describeValue(), "true");
  EXPECT_EQ(gguf->find("x")->describeValue(), "'line\\x0a\\x1b[31m'");
}

TEST(Gguf, GettersNameTheKeyTheTypeAndTheFile) {
  TemporaryFile file(sample().f32("toy.nan", std::numeric_limits<float>::quiet_NaN()).bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  auto expect = [&](std::string_view message, const std::string &part) {
    EXPECT_THAT(std::string(message), HasSubstr(file.path() + ": metadata '" + part));
  };
  expect(gguf->getU32("toy.none").message(), "toy.none' is missing");
  expect(gguf->getU32("toy.eps").message(), "toy.eps' is f32, expected an integer");
  expect(gguf->getU32("toy.signed").message(), "toy.signed' = -3 must not be negative");
  expect(gguf->getU64("toy.large").message(), "toy.large' = 9223372036854775808 is above 2^63");
  expect(gguf->getF32("toy.layers").message(), "toy.layers' is u32, expected f32");
  expect(gguf->getF32("toy.nan").message(), "toy.nan' = nan must be finite");
  expect(gguf->getBool("toy.layers").message(), "toy.layers' is u32, expected bool");
  expect(gguf->getString("toy.names").message(),
         "toy.names' is array of 3 strings, expected string");
  expect(gguf->getStringArray("toy.scores").message(),
         "toy.scores' is array of 3 f32s, expected an array of strings");
  expect(gguf->getF32Array("toy.names").message(),
         "toy.names' is array of 3 strings, expected an array of f32s");
  expect(gguf->getI64Array("toy.layers").message(), "toy.layers' is u32, expected an array");
  expect(gguf->getF32Array("toy.scores", 4).message(), "toy.scores' has 3 elements, expected 4");
}

TEST(Gguf, ListsTensorsRowMajor) {
  TemporaryFile file(sample().bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  ASSERT_EQ(gguf->tensors().size(), 3u);
  const GgufTensor &matrix = **gguf->getTensor("matrix");
  EXPECT_THAT(matrix.shape, ElementsAre(2, 32));
  EXPECT_EQ(matrix.dtype, RX_Q8_0);
  EXPECT_EQ(matrix.size, 68u);
  EXPECT_EQ(matrix.rows(), 2u);
  EXPECT_EQ(matrix.rowElements(), 32u);
  EXPECT_EQ(matrix.rowBytes(), 34u);
  const GgufTensor &deep = **gguf->getTensor("deep");
  EXPECT_THAT(deep.shape, ElementsAre(5, 4, 3, 2));
  EXPECT_EQ(deep.rows(), 60u);
  EXPECT_EQ(gguf->findTensor("absent"), nullptr);
  EXPECT_THAT(std::string(gguf->getTensor("absent").message()),
              HasSubstr("no tensor 'absent' among 3"));
}

TEST(Gguf, ReadsStoredBytes) {
  TemporaryFile file(sample().bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  const GgufTensor &vector = **gguf->getTensor("vector");
  float values[3];
  ASSERT_TRUE(gguf->readRaw(vector, std::as_writable_bytes(std::span(values))));
  EXPECT_THAT(values, ElementsAre(1, 2, 3));
  ASSERT_TRUE(gguf->readRaw(vector, 4, std::as_writable_bytes(std::span(values).first(2))));
  EXPECT_THAT(values, ElementsAre(2, 3, 3));
  EXPECT_THAT(gguf->readRaw(vector, std::as_writable_bytes(std::span(values).first(2))).message(),
              HasSubstr("tensor 'vector' has 12 bytes, the buffer 8"));
  EXPECT_THAT(gguf->readRaw(vector, 8, std::as_writable_bytes(std::span(values))).message(),
              HasSubstr("tensor 'vector' has 12 bytes, 12 wanted from byte 8 on"));
}

TEST(Gguf, AFileCutWhileOpenIsAnError) {
  std::string bytes = sample().bytes();
  TemporaryFile file(bytes);
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  ASSERT_TRUE(gguf) << gguf.message();
  file.write(std::string_view(bytes).substr(0, bytes.size() / 2));
  std::vector<std::byte> buffer(240);
  EXPECT_THAT(gguf->readRaw(**gguf->getTensor("deep"), buffer).message(),
              HasSubstr("became shorter"));
}

TEST(Gguf, AcceptsVersion2AndOtherAlignments) {
  GgufBuilder builder = sample();
  builder.version = 2;
  TemporaryFile file(builder.bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  EXPECT_TRUE(gguf) << gguf.message();

  GgufBuilder wide;
  wide.alignment = 4096;
  wide.u32("general.alignment", 4096).tensor("a", {1}, 0, raw(1.f)).tensor("b", {1}, 0, raw(2.f));
  TemporaryFile wideFile(wide.bytes());
  gguf = GgufFile::open(wideFile.path());
  ASSERT_TRUE(gguf) << gguf.message();
  EXPECT_EQ(gguf->findTensor("b")->offset, 8192u);
}

TEST(Gguf, AcceptsAFileWithoutTensors) {
  TemporaryFile file(GgufBuilder().string("general.name", "vocabulary only").bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  EXPECT_TRUE(gguf) << gguf.message();
}

TEST(Gguf, RefusesWhatIsNoFile) {
  EXPECT_THAT(std::string(GgufFile::open("/").message()), HasSubstr("not a regular file"));
  EXPECT_THAT(std::string(GgufFile::open(testing::TempDir() + "rxc_absent").message()),
              HasSubstr("cannot open: No such file"));
}

} // namespace
