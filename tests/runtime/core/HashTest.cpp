#include "runtime/core/Hash.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

using namespace rx::runtime;

namespace {

std::string sha256(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finishHex();
}

// Vectors of FIPS 180-2, appendix B.
TEST(Sha256, StandardVectors) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesGiveTheSameAndFinishStartsOver) {
  Sha256 hash;
  for (char c : std::string("abc"))
    hash.update(std::string_view(&c, 1));
  EXPECT_EQ(hash.finishHex(), sha256("abc"));
  EXPECT_EQ(hash.finishHex(), sha256(""));
}

TEST(Sha256, Files) {
  std::string path = testing::TempDir() + "sha256_input";
  std::ofstream(path, std::ios::binary) << std::string(3 << 20, 'x');
  Expected<std::string> hash = sha256OfFile(path);
  ASSERT_TRUE(hash) << hash.message();
  EXPECT_EQ(*hash, sha256(std::string(3 << 20, 'x')));
  std::remove(path.c_str());

  Expected<std::string> missing = sha256OfFile(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.message(), path + ": cannot open: No such file or directory");
}

TEST(CacheHash, FieldsAreFramed) {
  EXPECT_NE(CacheHash().add("ab").add("c").key(), CacheHash().add("a").add("bc").key());
  EXPECT_NE(CacheHash().add("a").key(), CacheHash().add("a").add("").key());
  EXPECT_NE(CacheHash().add("a").key(), CacheHash(1).add("a").key());
}

// Keys name files on disk that outlive the program: they must not change between versions.
TEST(CacheHash, KeysAreStable) {
  EXPECT_EQ(CacheHash().key().hex(), "99aa06d3014798d86001c324468d497f");
  CacheHash hash;
  hash.add("kernel").add(uint64_t{7});
  Hash128 first = hash.key();
  EXPECT_EQ(first, CacheHash().add("kernel").add(uint64_t{7}).key());
  hash.add(first);
  EXPECT_NE(hash.key(), first);
}

} // namespace
