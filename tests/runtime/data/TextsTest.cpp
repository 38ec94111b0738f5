#include "runtime/data/Texts.h"
#include "runtime/data/Subprocess.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

using namespace test;

class TextsTest : public testing::Test {
protected:
  void SetUp() override {
    auto loaded = LockFile::load("rxc.lock");
    ASSERT_TRUE(loaded) << loaded.message();
    lock = *loaded;
    auto installed = runProgram({"Rscript", "--vanilla", "-e", "library(janeaustenr)"});
    if (!installed || installed->exitCode != 0)
      GTEST_SKIP() << "r-base-core and r-cran-janeaustenr are not installed";
  }

  TempFolder folder;
  FetchOptions options{folder.path(), nullptr};
  LockFile lock;
};

TEST_F(TextsTest, TheNovelsAreExportedOnce) {
  auto files = fetchText(lock, "austen", options);
  ASSERT_TRUE(files) << files.message();
  ASSERT_EQ(files->size(), 6u);
  EXPECT_EQ((*files)[0], folder.path() / "text/austen-1.0.0-1/1_sense_and_sensibility.txt");
  EXPECT_TRUE(readFile((*files)[5]).starts_with("Persuasion\n"));

  ScopedVariable noPrograms("PATH", "/nowhere");
  auto again = fetchText(lock, "austen", options);
  ASSERT_TRUE(again) << again.message();
  EXPECT_EQ(*again, *files);
}

TEST_F(TextsTest, AnotherEditionIsRefused) {
  lock.texts[0].files[2].sha256 = std::string(64, '0');
  auto files = fetchText(lock, "austen", options);
  ASSERT_FALSE(files);
  EXPECT_CONTAINS(files.message(), "`3_mansfield_park.txt` is not the file that was locked");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "text/austen-1.0.0-1"));
}

TEST_F(TextsTest, WithoutRTheErrorSaysWhatToInstall) {
  ScopedVariable noPrograms("PATH", "/nowhere");
  auto files = fetchText(lock, "austen", options);
  ASSERT_FALSE(files);
  EXPECT_CONTAINS(files.message(), "apt-get install r-base-core r-cran-janeaustenr");
}

TEST_F(TextsTest, AnUnknownTextGetsTheNearest) {
  auto files = fetchText(lock, "austin", options);
  ASSERT_FALSE(files);
  EXPECT_CONTAINS(files.message(), "did you mean `austen`?");
}

} // namespace
} // namespace rx::runtime
