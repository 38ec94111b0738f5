#include "runtime/io/GgufIdentity.h"
#include "tests/runtime/io/GgufBuilder.h"

using namespace rx::runtime;
using namespace rx::runtime::test;

namespace {

std::string fileOf(uint32_t width, char content) {
  return GgufBuilder()
      .u32("toy.width", width)
      .tensor("w", {32, 2}, 8, std::string(2 * 34, content))
      .bytes();
}

std::string identityOf(const TemporaryFile &file) {
  auto gguf = GgufFile::open(file.path());
  return gguf ? headerIdentity(*gguf).valueOr("") : "";
}

TEST(GgufIdentity, KnowsAHeaderAgain) {
  TemporaryFile file(fileOf(32, '\1'));
  std::string identity = identityOf(file);
  ASSERT_NE(identity, "");
  EXPECT_TRUE(hasHeader(file.path(), identity));
  file.write(fileOf(32, '\2')); // weights are no part of it
  EXPECT_TRUE(hasHeader(file.path(), identity));
}

TEST(GgufIdentity, ChangesWithMetadataTensorsAndSize) {
  TemporaryFile file(fileOf(32, '\1'));
  std::string identity = identityOf(file);
  file.write(fileOf(33, '\1')); // as long as before
  EXPECT_FALSE(hasHeader(file.path(), identity));
  EXPECT_NE(identityOf(file), identity);
  std::string renamed = fileOf(32, '\1');
  renamed[renamed.find('w', renamed.find("toy.width") + 9)] = 'v';
  file.write(renamed);
  EXPECT_FALSE(hasHeader(file.path(), identity));
  file.write(fileOf(32, '\1') + '\0');
  EXPECT_FALSE(hasHeader(file.path(), identity));
}

TEST(GgufIdentity, IsNotThatOfAnotherFile) {
  TemporaryFile file(fileOf(32, '\1'));
  for (const char *text :
       {"", "1", "a-b-c", "1-2", "--", "5-99999999999-00", "1-99999999999999999999-0"})
    EXPECT_FALSE(hasHeader(file.path(), text)) << text;
  EXPECT_FALSE(hasHeader(file.path() + ".absent", identityOf(file)));
}

} // namespace
