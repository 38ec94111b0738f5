#include "runtime/data/Cache.h"
#include "runtime/data/Subprocess.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace rx::runtime {
namespace {

namespace fs = std::filesystem;
using namespace test;

TEST(CacheTest, TheRootFollowsTheEnvironment) {
  ScopedVariable home("HOME", "/h"), xdg("XDG_CACHE_HOME", ""), own("RXC_CACHE", "");
  EXPECT_EQ(cacheRoot(), "/h/.cache/rxc");
  ScopedVariable xdgSet("XDG_CACHE_HOME", "/x");
  EXPECT_EQ(cacheRoot(), "/x/rxc");
  ScopedVariable ownSet("RXC_CACHE", "/r");
  EXPECT_EQ(cacheRoot(), "/r");
}

TEST(CacheTest, AFileIsWrittenWholeAndLeavesNothingElse) {
  TempFolder folder;
  ASSERT_TRUE(writeWhole(folder.path() / "a/b", "one"));
  ASSERT_TRUE(writeWhole(folder.path() / "a/b", "two"));
  EXPECT_EQ(readFile(folder.path() / "a/b"), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "a"), {}), 1);
}

TEST(CacheTest, AWriteThatFailsLeavesNothing) {
  TempFolder folder;
  fs::create_directories(folder.path() / "a/taken/inside"); // a folder cannot be replaced by a file
  Status written = writeWhole(folder.path() / "a/taken", "data");
  EXPECT_CONTAINS(written.message(), "taken: cannot put the file in place: Is a directory");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path() / "a"), {}), 1);
}

TEST(CacheTest, ReadingIsBounded) {
  TempFolder folder;
  fs::path file = folder.write("a", "12345");
  EXPECT_EQ(*readWhole(file, 5), "12345");
  EXPECT_CONTAINS(readWhole(file, 4).message(),
                  "5 B is more than the 4 B that may be read at once");
  EXPECT_CONTAINS(readWhole(folder.path(), 4).message(), "not a regular file");
  EXPECT_CONTAINS(readWhole(folder.path() / "b", 4).message(), "no such file");
}

TEST(CacheTest, ALockKeepsOthersOut) {
  TempFolder folder;
  std::atomic<bool> waited = false, entered = false;
  std::thread other;
  {
    auto held = FileLock::acquire(folder.path() / "lock");
    ASSERT_TRUE(held);
    other = std::thread([&] {
      auto second = FileLock::acquire(folder.path() / "lock", [&] { waited = true; });
      entered = true;
    });
    while (!waited)
      std::this_thread::yield();
    EXPECT_FALSE(entered);
  }
  other.join();
  EXPECT_TRUE(entered);
}

TEST(CacheTest, AStagingFolderAppearsOrVanishes) {
  TempFolder folder;
  fs::path target = folder.path() / "target";
  {
    ASSERT_TRUE(StagingFolder::create(target));
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  auto staging = StagingFolder::create(target);
  ASSERT_TRUE(staging);
  std::ofstream(staging->path() / "f") << "data";
  EXPECT_FALSE(fs::exists(target));
  ASSERT_TRUE(staging->commit());
  EXPECT_EQ(readFile(target / "f"), "data");
}

TEST(CacheTest, BytesAreReadable) {
  EXPECT_EQ(humanBytes(999), "999 B");
  EXPECT_EQ(humanBytes(1000), "1.0 kB");
  EXPECT_EQ(humanBytes(253113024), "253.1 MB");
  EXPECT_EQ(humanBytes(999'999'999), "1.0 GB");
}

TEST(SubprocessTest, OutputExitCodeAndEnvironmentArriveWithoutAShell) {
  auto run = runProgram({"sh", "-c", "echo \"$1 $RXC_X\"; echo err >&2; exit 3", "sh", "a;b $HOME"},
                        {{{"RXC_X", "y"}}, {}});
  ASSERT_TRUE(run) << run.message();
  EXPECT_EQ(run->exitCode, 3);
  EXPECT_EQ(run->output, "a;b $HOME y\nerr\n");
  EXPECT_EQ(runProgram({"sh", "-c", "kill -9 $$"})->exitCode, 137);
  EXPECT_FALSE(runProgram({"/no/such/program"}));
}

TEST(SubprocessTest, OnlyTheEndOfALongOutputIsKept) {
  auto run = runProgram({"sh", "-c", "yes 0123456 | head -c 1000000; echo end"});
  ASSERT_TRUE(run);
  EXPECT_LE(run->output.size(), 131072u + 4096);
  EXPECT_TRUE(run->output.ends_with("end\n"));
  EXPECT_EQ(lastLines("a\n\nb\nc\n", 2), "\n    b\n    c");
}

} // namespace
} // namespace rx::runtime
