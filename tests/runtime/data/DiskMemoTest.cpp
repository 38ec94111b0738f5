#include "runtime/data/DiskMemo.h"

#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

const Hash128 key = {1, 2};

std::vector<HostTensor> someValues() {
  return {*HostTensor::of<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}),
          *HostTensor::of<double>({}, std::vector<double>{7}),
          *HostTensor::of<int32_t>({0, 5}, std::vector<int32_t>{})};
}

void expectSame(const std::vector<HostTensor> &a, const std::vector<HostTensor> &b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].text(), b[i].text());
    EXPECT_EQ(std::memcmp(a[i].data(), b[i].data(), a[i].bytes()), 0);
  }
}

} // namespace

TEST(DiskMemo, KeepsValuesFromRunToRun) {
  TempFolder folder;
  EXPECT_FALSE(DiskMemo(folder.path() / "memo").find(key));
  DiskMemo(folder.path() / "memo").keep(key, someValues());
  auto found = DiskMemo(folder.path() / "memo").find(key);
  ASSERT_TRUE(found);
  expectSame(*found, someValues());
  EXPECT_FALSE(DiskMemo(folder.path() / "memo").find({2, 1}));
}

TEST(DiskMemo, TakesADamagedFileForNoneAndReplacesIt) {
  TempFolder folder;
  DiskMemo memo(folder.path());
  memo.keep(key, someValues());
  const std::string whole = readFile(folder.path() / key.hex());
  for (size_t length = 0; length < whole.size(); ++length) {
    folder.write(key.hex(), whole.substr(0, length));
    EXPECT_FALSE(memo.find(key)) << length << " bytes of " << whole.size();
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    folder.write(key.hex(), damaged);
    EXPECT_FALSE(memo.find(key)) << "byte " << at;
  }
  folder.write(key.hex(), whole + "x");
  EXPECT_FALSE(memo.find(key));
  memo.keep(key, someValues());
  ASSERT_TRUE(memo.find(key));
}

/// A file whose checksum is right but whose numbers are not.
TEST(DiskMemo, BelievesNoSizeThatTheFileDoesNotHave) {
  TempFolder folder;
  auto fileOf = [&](std::vector<uint64_t> numbers) {
    std::string_view payload(reinterpret_cast<const char *>(numbers.data()), numbers.size() * 8);
    Hash128 hash = CacheHash().add(payload).key();
    std::string text = "rxmemo01";
    text.append(reinterpret_cast<const char *>(&hash.high), 8);
    text.append(reinterpret_cast<const char *>(&hash.low), 8);
    folder.write(key.hex(), text.append(payload));
    return DiskMemo(folder.path()).find(key).has_value();
  };
  EXPECT_TRUE(fileOf({1, RX_I64, 1, 1, 42}));
  EXPECT_FALSE(fileOf({uint64_t(1) << 60}));
  EXPECT_FALSE(fileOf({1, RX_I64, uint64_t(1) << 60}));
  EXPECT_FALSE(fileOf({1, RX_I64, 1, uint64_t(1) << 40}));
  EXPECT_FALSE(fileOf({1, RX_I64, 2, uint64_t(1) << 32, uint64_t(1) << 32}));
  EXPECT_FALSE(fileOf({1, RX_I64, 1, ~uint64_t(0)}));
  EXPECT_FALSE(fileOf({1, 99, 1, 1, 42}));
  EXPECT_FALSE(fileOf({2, RX_I64, 1, 1, 42}));
}

TEST(DiskMemo, SaysOnceWhyNothingIsKept) {
  TempFolder folder;
  folder.write("file", "");
  std::vector<std::string> problems;
  DiskMemo memo(folder.path() / "file",
                [&](const Status &problem) { problems.push_back(problem.message()); });
  memo.keep(key, someValues());
  memo.keep({5, 6}, someValues());
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_CONTAINS(problems[0], "file: cannot create the folder");
}
