#include "runtime/data/Wheel.h"
#include "tests/runtime/data/FakeRegistry.h"

#include <gtest/gtest.h>

namespace rx::runtime {
namespace {

using namespace test;

class WheelTest : public testing::Test {
protected:
  Status read(const std::string &member, uint64_t limit = 1 << 20) {
    data.clear();
    return readMember(file, member, limit, [&](const void *bytes, size_t count) {
      data.append(static_cast<const char *>(bytes), count);
      return Status::ok();
    });
  }

  TempFolder folder;
  std::filesystem::path file = folder.path() / "a.whl";
  std::string data;
};

TEST_F(WheelTest, OneMemberIsRead) {
  makeWheel(file, {{"a/x", "ex"}, {"a/y", "why"}});
  ASSERT_TRUE(read("a/y"));
  EXPECT_EQ(data, "why");
  auto members = listMembers(file);
  ASSERT_TRUE(members) << members.message();
  EXPECT_EQ(*members, (std::vector<std::string>{"a/x", "a/y"}));
}

TEST_F(WheelTest, AMissingMemberIsNamed) {
  makeWheel(file, {{"a/x", "ex"}});
  EXPECT_CONTAINS(read("a/z").message(), "holds no `a/z`");
}

TEST_F(WheelTest, OtherFilesAreNotArchives) {
  folder.write("a.whl", "certainly not a zip archive");
  EXPECT_CONTAINS(read("a/x").message(), "a.whl: ");
  file = folder.path() / "absent.whl";
  EXPECT_FALSE(read("a/x"));
}

TEST_F(WheelTest, ATruncatedArchiveIsAnErrorAtEveryLength) {
  std::string whole = makeWheel(file, {{"a/x", std::string(300, 'x')}, {"a/y", "why"}});
  for (size_t length = 0; length < whole.size(); ++length) {
    folder.write("a.whl", whole.substr(0, length));
    EXPECT_FALSE(read("a/y")) << "with " << length << " of " << whole.size() << " bytes";
  }
}

TEST_F(WheelTest, ADamagedArchiveNeverYieldsMoreThanTheLimit) {
  std::string whole = makeWheel(file, {{"a/x", std::string(300, 'x')}});
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    folder.write("a.whl", damaged);
    (void)read("a/x", 300); // either outcome is right: names and times carry no checksum
    EXPECT_LE(data.size(), 300u);
  }
}

} // namespace
} // namespace rx::runtime
