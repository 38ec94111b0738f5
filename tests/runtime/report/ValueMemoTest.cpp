#include "runtime/report/ValueMemo.h"
#include "tests/runtime/data/TempFolder.h"

#include <gmock/gmock.h>

using namespace rx::runtime;
using namespace rx::runtime::test;
namespace fs = std::filesystem;

namespace {

const Hash128 key{1, 2}, other{1, 3};

MemoEntry entryOf(HostTensor value) {
  return {"source, loss", std::move(value), 12.5, 16, 4096, 99};
}

HostTensor scalar(double value) {
  return *HostTensor::of<double>({}, std::span<const double>(&value, 1));
}

fs::path fileIn(const TempFolder &temp) {
  return fs::directory_iterator(temp.path() / "memo")->path();
}

TEST(ValueMemo, KeepsAValueWithAllItsBits) {
  TempFolder temp;
  ValueMemo memo(temp.path() / "memo");
  EXPECT_FALSE(memo.find(key));
  ASSERT_TRUE(memo.store(key, entryOf(scalar(0.1 + 0.2))));
  auto found = ValueMemo(temp.path() / "memo").find(key);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value.values<double>()[0], 0.1 + 0.2);
  EXPECT_EQ(found->value.shape(), Shape());
  EXPECT_EQ(found->what, "source, loss");
  EXPECT_EQ(found->seconds, 12.5);
  EXPECT_EQ(found->batches, 16);
  EXPECT_EQ(found->tokens, 4096);
  EXPECT_EQ(found->plannedBytes, 99);
  EXPECT_FALSE(memo.find(other));
}

TEST(ValueMemo, KeepsDistributionsAndValuesThatJsonLacks) {
  TempFolder temp;
  ValueMemo memo(temp.path() / "memo");
  const std::vector<float> values = {0.25f, 0.75f, HUGE_VALF};
  ASSERT_TRUE(memo.store(key, entryOf(*HostTensor::of<float>({3}, values))));
  auto found = memo.find(key);
  ASSERT_TRUE(found);
  auto kept = found->value.values<float>();
  EXPECT_EQ(std::vector<float>(kept.begin(), kept.end()), values);
}

TEST(ValueMemo, EveryDamagedByteMakesTheEntryUnknown) {
  TempFolder temp;
  ValueMemo memo(temp.path() / "memo");
  ASSERT_TRUE(memo.store(key, entryOf(scalar(40.3))));
  fs::path file = fileIn(temp);
  std::string whole = readFile(file);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    temp.write("memo/" + file.filename().string(), damaged);
    EXPECT_FALSE(memo.find(key)) << "byte " << i;
    temp.write("memo/" + file.filename().string(), whole.substr(0, i));
    EXPECT_FALSE(memo.find(key)) << "cut at " << i;
  }
  ASSERT_TRUE(memo.store(key, entryOf(scalar(40.3)))); // is put right by the next run
  EXPECT_TRUE(memo.find(key));
}

TEST(ValueMemo, AFolderThatCannotBeWrittenIsAnError) {
  TempFolder temp;
  temp.write("memo", "a file where the folder should be");
  Status stored = ValueMemo(temp.path() / "memo").store(key, entryOf(scalar(1)));
  ASSERT_FALSE(stored);
  EXPECT_CONTAINS(stored.message(), "memo");
}

} // namespace
