#include "runtime/data/LockWriter.h"
#include "tests/runtime/data/FakeRegistry.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

using namespace test;

class LockWriterTest : public testing::Test {
protected:
  Expected<LockedPackage> lock() { return lockPackage("weights", "1.0", options()); }
  FetchOptions options() { return {registry.cache(), nullptr}; }

  FakeRegistry registry;
};

TEST_F(LockWriterTest, PartsAreOrderedByTheirNumbersAndCanBeFetched) {
  registry.publishWheel("weights", {{"w/__init__.py", "code"}, {"w/NOTICE.md", "be kind"}},
                        {"part-b==1.0", "part-a==1.0", "numpy>=1"});
  registry.publishWheel(
      "part-a", {{"a/d/w.bin.part10", "second"}, {"a/__init__.py", "longer than data"}}, {});
  registry.publishWheel("part-b", {{"b/d/w.bin.part2", "first,"}}, {});
  auto package = lock();
  ASSERT_TRUE(package) << package.message();
  EXPECT_EQ(package->file, "w.bin");
  EXPECT_EQ(package->bytes, 12u);
  EXPECT_EQ(package->licence, "free");
  ASSERT_EQ(package->parts.size(), 2u);
  EXPECT_EQ(package->parts[0].package, "part-b");

  TempFolder folder;
  LockFile file{folder.path() / "rxc.lock", {}, {}};
  ASSERT_TRUE(saveToLock(file, *package));
  auto loaded = LockFile::load(file.path);
  ASSERT_TRUE(loaded) << loaded.message();
  auto fetched = fetchPackage(*loaded, "weights", options());
  ASSERT_TRUE(fetched) << fetched.message();
  EXPECT_EQ(readFile(*fetched), "first,second");
  EXPECT_EQ(readFile(fetched->parent_path() / "NOTICE.md"), "be kind");
}

TEST_F(LockWriterTest, APackageCanBeItsOwnOnlyPart) {
  registry.publishWheel("weights", {{"w/small.txt", "x"}, {"w/model.bin", "the data"}}, {"numpy"});
  auto package = lock();
  ASSERT_TRUE(package) << package.message();
  EXPECT_EQ(package->file, "model.bin");
  ASSERT_EQ(package->parts.size(), 1u);
  EXPECT_EQ(package->parts[0].package, "weights");
}

TEST_F(LockWriterTest, PartsWithoutAnOrderAreRefused) {
  registry.publishWheel("weights", {}, {"part-a==1.0", "part-b==1.0"});
  registry.publishWheel("part-a", {{"a/w.bin.part0", "a"}}, {});
  registry.publishWheel("part-b", {{"b/w.bin.tail", "b"}}, {});
  EXPECT_CONTAINS(lock().message(), "part-b: `b/w.bin.tail` does not end in .partNN");
}

TEST_F(LockWriterTest, APackageOfCodeIsRefused) {
  registry.publishWheel("weights", {{"w/__init__.py", "code"}}, {});
  EXPECT_CONTAINS(lock().message(), "weights: holds no data and pins no parts");
}

TEST_F(LockWriterTest, AnEntryIsReplacedNotDoubled) {
  registry.publishWheel("weights", {{"w/model.bin", "the data"}}, {});
  TempFolder folder;
  LockFile file{folder.path() / "rxc.lock", {}, {}};
  ASSERT_TRUE(saveToLock(file, *lock()));
  ASSERT_TRUE(saveToLock(file, *lock()));
  EXPECT_EQ(LockFile::load(file.path)->packages.size(), 1u);
}

} // namespace
} // namespace rx::runtime
