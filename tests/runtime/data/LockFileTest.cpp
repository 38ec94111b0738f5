#include "runtime/data/LockFile.h"
#include "tests/runtime/data/TempFolder.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

using namespace test;

const std::string digest(64, 'a');

std::string lockWith(const std::string &package) {
  return R"({"version": 1, "texts": {}, "packages": {"weights": )" + package + "}}";
}

std::string packageWith(const std::string &file, const std::string &part) {
  return R"({"version": "1.0", "bytes": 4, "sha256": ")" + digest +
         R"(", "licence": "free", "file": ")" + file + R"(", "notices": [], "parts": [)" + part +
         "]}";
}

const std::string goodPart =
    R"({"package": "p", "version": "1.0", "member": "d/x.0", "bytes": 9, "sha256": ")" + digest +
    R"("})";

std::string errorOf(const std::string &text) {
  auto lock = LockFile::parse(text, "rxc.lock");
  EXPECT_FALSE(lock) << text;
  return std::string(lock.message());
}

TEST(LockFileTest, TheRepositorysLockIsReadAndWrittenUnchanged) {
  auto lock = LockFile::load("rxc.lock");
  ASSERT_TRUE(lock) << lock.message();
  EXPECT_EQ(lock->toJson(), readFile("rxc.lock"));
  EXPECT_TRUE(lock->text("austen"));
}

TEST(LockFileTest, AGoodLockIsRead) {
  auto lock = LockFile::parse(lockWith(packageWith("x.bin", goodPart)), "rxc.lock");
  ASSERT_TRUE(lock) << lock.message();
  auto package = lock->package("weights");
  ASSERT_TRUE(package);
  EXPECT_EQ(package->file, "x.bin");
  EXPECT_EQ(package->parts[0].member, "d/x.0");
}

TEST(LockFileTest, ErrorsNameTheField) {
  EXPECT_EQ(errorOf("{\n\"version\": 1,\n}"), "rxc.lock:3: not valid JSON");
  EXPECT_EQ(errorOf("[]"), "rxc.lock: an object {…} is expected here");
  EXPECT_EQ(errorOf(R"({"version": 2, "packages": {}, "texts": {}})"),
            "rxc.lock: `version` must lie in 1 .. 1, not 2");
  EXPECT_EQ(errorOf(lockWith("{}")),
            "rxc.lock: package weights: `version` is missing; it must be a string");
  EXPECT_EQ(errorOf(lockWith(packageWith("x.bin", ""))),
            "rxc.lock: package weights: `parts` must hold at least one part");
  EXPECT_EQ(errorOf(lockWith(packageWith("x.bin", R"({"package": "p", "version": 1})"))),
            "rxc.lock: package weights, parts[0]: `version` must be a string, not number");
  std::string typo = goodPart;
  typo.insert(1, R"("sha": "", )");
  EXPECT_EQ(errorOf(lockWith(packageWith("x.bin", typo))),
            "rxc.lock: package weights, parts[0]: unknown field `sha`; did you mean `sha256`?");
}

TEST(LockFileTest, NamesThatLeaveTheirFolderAreRefused) {
  for (const char *name : {"../x", "/etc/passwd", ".hidden", "-option", "a/b", ""})
    EXPECT_CONTAINS(errorOf(lockWith(packageWith(name, goodPart))), "`file` is not a plain name");
  std::string part = goodPart;
  part.replace(part.find("d/x.0"), 5, "d/..");
  EXPECT_CONTAINS(errorOf(lockWith(packageWith("x.bin", part))),
                  "`member` is not the path of a file");
}

TEST(LockFileTest, ChecksumsAreSixtyFourDigits) {
  std::string part = goodPart;
  part.replace(part.find(digest), 64, "abc");
  EXPECT_CONTAINS(errorOf(lockWith(packageWith("x.bin", part))),
                  "`sha256` must be 64 lower-case hex digits, not \"abc\"");
}

TEST(LockFileTest, ATruncatedLockIsAnErrorAtEveryLength) {
  std::string whole = readFile("rxc.lock");
  for (size_t length = 0; length + 2 < whole.size(); ++length)
    EXPECT_FALSE(LockFile::parse(whole.substr(0, length), "rxc.lock")) << length << " bytes";
}

TEST(LockFileTest, TheNearestLockAboveTheProgramIsFound) {
  TempFolder folder;
  folder.write("rxc.lock", "{}");
  std::filesystem::create_directories(folder.path() / "a/b");
  auto found = findLockFile(folder.path() / "a/b");
  ASSERT_TRUE(found) << found.message();
  EXPECT_EQ(*found, folder.path() / "rxc.lock");
  folder.write("a/rxc.lock", "{}");
  EXPECT_EQ(*findLockFile(folder.path() / "a/b"), folder.path() / "a/rxc.lock");
}

TEST(LockFileTest, AMissingLockIsMissedInAFolderWithAName) {
  TempFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  auto found = findLockFile(""); // as of a program named without a folder
  std::filesystem::current_path(before);
  ASSERT_FALSE(found);
  EXPECT_NE(found.message().find("no rxc.lock in " + folder.path().string()), std::string::npos)
      << found.message();
}

} // namespace
} // namespace rx::runtime
