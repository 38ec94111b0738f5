#include "runtime/io/Npy.h"
#include "tests/runtime/data/TempFolder.h"

#include <gmock/gmock.h>

#include <random>

namespace rx::runtime {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

/// A file as numpy.save writes it, version 1.
std::string npy(const std::string &dictionary, const std::string &data) {
  std::string header = dictionary;
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::string length = {static_cast<char>(header.size() & 0xFF),
                        static_cast<char>(header.size() >> 8)};
  return std::string("\x93NUMPY\1\0", 8) + length + header + data;
}

std::string dictionary(const std::string &descr, const std::string &shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
}

class Npy : public testing::Test {
protected:
  Expected<HostTensor> read(const std::string &bytes) {
    return readNpy(folder.write("a.npy", bytes).string());
  }
  std::string message(const std::string &bytes) {
    auto tensor = read(bytes);
    return tensor ? "accepted " + tensor->text() : std::string(tensor.message());
  }

  TempFolder folder;
};

TEST_F(Npy, ReadsWhatNumpyWrites) {
  // numpy.save("a.npy", numpy.array([[1, -2, 3]], dtype="<i4"))
  auto tensor = read(npy(dictionary("<i4", "(1, 3)"), {"\1\0\0\0\xFE\xFF\xFF\xFF\3\0\0\0", 12}));
  ASSERT_TRUE(tensor) << tensor.message();
  EXPECT_EQ(tensor->text(), "i32[1, 3]");
  EXPECT_THAT(tensor->values<int32_t>(), ElementsAre(1, -2, 3));
}

TEST_F(Npy, WritesWhatNumpyWouldWrite) {
  std::string path = (folder.path() / "b.npy").string();
  const float values[] = {1.5f};
  ASSERT_TRUE(writeNpy(path, *HostTensor::of<float>({1}, std::span(values))));
  EXPECT_EQ(readFile(path), npy(dictionary("<f4", "(1,)"), {"\0\0\xC0\x3F", 4}));
}

TEST_F(Npy, RoundTripsEveryTypeAndRank) {
  std::string path = (folder.path() / "b.npy").string();
  for (DType dtype : {RX_F32, RX_F64, RX_F16, RX_I32, RX_I64, RX_U8, RX_BOOL})
    for (const Shape &shape : {Shape{}, Shape{5}, Shape{2, 3}, Shape{0, 4}, Shape(8, 1)}) {
      HostTensor tensor = *HostTensor::zeros(dtype, shape);
      if (tensor.bytes() > 0)
        tensor.data()[0] = std::byte{1};
      ASSERT_TRUE(writeNpy(path, tensor));
      auto back = readNpy(path);
      ASSERT_TRUE(back) << back.message();
      EXPECT_EQ(back->text(), tensor.text());
      EXPECT_TRUE(std::equal(tensor.data(), tensor.data() + tensor.bytes(), back->data()));
    }
}

TEST_F(Npy, SaysWhatItCannotReadAndHowToMakeItReadable) {
  std::string four(4, '\0');
  EXPECT_THAT(message("{}"), HasSubstr("not an .npy file; numpy.save writes one"));
  EXPECT_THAT(message(npy(dictionary(">f4", "(1,)"), four)),
              HasSubstr("elements of type '>f4' are not read, only <f4, <f8, <f2, <i4, <i8, |u1, "
                        "|b1; convert with astype()"));
  EXPECT_THAT(message(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", four)),
              HasSubstr("save numpy.ascontiguousarray of it"));
  EXPECT_THAT(message(npy(dictionary("<f4", "(2,)"), four)),
              HasSubstr("f32[2] does not fill the 4 bytes after the header"));
  EXPECT_THAT(message(npy(dictionary("|b1", "(4,)"), {"\0\1\2\0", 4})),
              HasSubstr("a bool that is neither 0 nor 1"));
  EXPECT_THAT(
      message(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", four)),
      HasSubstr("it is damaged"));
  EXPECT_THAT(std::string(writeNpy("b.npy", *HostTensor::zeros(RX_BF16, {1})).message()),
              HasSubstr("cannot hold bf16[1]"));
  EXPECT_THAT(std::string(readNpy((folder.path() / "none.npy").string()).message()),
              HasSubstr("cannot open"));
}

TEST_F(Npy, ImpossibleSizesAreRefusedBeforeAnythingIsAllocated) {
  for (const char *shape :
       {"(9223372036854775807, 4)", "(4611686018427387904,)", "(1000000000000,)", "(-1,)",
        "(99999999999999999999,)", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"})
    EXPECT_THAT(message(npy(dictionary("<f4", shape), "")), HasSubstr("damaged")) << shape;
}

TEST_F(Npy, DamagedFilesAreErrorsOrTensorsNeverACrash) {
  const std::string whole = npy(dictionary("<f4", "(2, 3)"), std::string(24, '\1'));
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = whole;
    for (unsigned i = 0; i <= random() % 3; ++i)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes.resize(random() % 4 ? bytes.size() : random() % bytes.size());
    EXPECT_FALSE(message(bytes).empty());
  }
}

} // namespace
} // namespace rx::runtime
