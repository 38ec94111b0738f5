#include "runtime/io/Tokenizer.h"
#include "tests/runtime/io/GgufBuilder.h"

#include <gmock/gmock.h>

#include <random>

using namespace rx::runtime;
using namespace rx::runtime::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr int32_t normal = 1, unknown = 2, control = 3, userDefined = 4, byteKind = 6;

struct Piece {
  std::string text;
  float score;
  int32_t kind;
};

GgufBuilder spmFile(const std::vector<Piece> &pieces) {
  std::vector<std::string> texts;
  std::vector<float> scores;
  std::vector<int32_t> kinds;
  for (const Piece &piece : pieces) {
    texts.push_back(piece.text);
    scores.push_back(piece.score);
    kinds.push_back(piece.kind);
  }
  return GgufBuilder()
      .string("tokenizer.ggml.model", "llama")
      .strings("tokenizer.ggml.tokens", texts)
      .array("tokenizer.ggml.scores", 6, scores)
      .array("tokenizer.ggml.token_type", 5, kinds);
}

/// 0 <unk>, 1 <s>, 2 </s>, 3..258 bytes, then some pieces from 259 on.
std::vector<Piece> smallVocabulary() {
  std::vector<Piece> pieces = {{"<unk>", 0, unknown}, {"<s>", 0, control}, {"</s>", 0, control}};
  for (int byte = 0; byte < 256; ++byte)
    pieces.push_back({fmt::format("<0x{:02X}>", byte), 0, byteKind});
  const std::vector<Piece> more = {
      {"\xE2\x96\x81", -10, normal}, // 259
      {"a", -11, normal},            // 260
      {"b", -12, normal},            // 261
      {"c", -13, normal},            // 262
      {"ab", -3, normal},            // 263
      {"bc", -2, normal},            // 264
      {"aa", -1, normal},            // 265
      {"\xE2\x96\x81"
       "ab",
       -4, normal},                  // 266
      {"<", -14, normal},            // 267
      {"s>", -15, normal},           // 268
      {"s", -16, normal},            // 269
      {">", -17, normal},            // 270
      {"  ", -1000, userDefined},    // 271
      {"<end_of_turn>", 0, control}, // 272
      {"\xC3\xA9", -18, normal},     // 273
  };
  pieces.insert(pieces.end(), more.begin(), more.end());
  return pieces;
}

Tokenizer make(const GgufBuilder &builder) {
  TemporaryFile file(builder.bytes());
  Expected<GgufFile> gguf = GgufFile::open(file.path());
  EXPECT_TRUE(gguf) << gguf.message();
  Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
  EXPECT_TRUE(tokenizer) << tokenizer.message();
  return *std::move(tokenizer); // the file is closed and gone: the tokenizer must not need it
}

Tokenizer gemmaLike() {
  return make(spmFile(smallVocabulary()).boolean("tokenizer.ggml.add_space_prefix", 0));
}

TEST(SpmTokenizer, JoinsTheBestScoreFirstTiesLeftmost) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre(260, 264)); // a bc: -2 beats ab: -3
  EXPECT_THAT(tokenizer.encode("aaa"), ElementsAre(265, 260)); // aa a: leftmost
  EXPECT_THAT(tokenizer.encode("aab"), ElementsAre(265, 261)); // aa b: -1 beats ab: -3
  EXPECT_THAT(tokenizer.encode(" ab"), ElementsAre(266));      // by way of ab
  EXPECT_THAT(tokenizer.encode(""), IsEmpty());
}

TEST(SpmTokenizer, AddsBosAndEosWhenAsked) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_THAT(tokenizer.encode("b", {.addBos = true, .addEos = true}), ElementsAre(1, 261, 2));
  EXPECT_THAT(tokenizer.encode("", {.addBos = true}), ElementsAre(1));
  EXPECT_TRUE(tokenizer.addsBos());
  EXPECT_FALSE(tokenizer.addsEos());
}

TEST(SpmTokenizer, PlainTextNeverBecomesAControlToken) {
  Tokenizer tokenizer = gemmaLike();
  // "<" + "s>" would be a join to the piece <s>.
  EXPECT_THAT(tokenizer.encode("<s>"), ElementsAre(267, 268));
  EXPECT_THAT(tokenizer.encode("<s>", {.parseSpecial = true}), ElementsAre(1));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("<0x41>")), "<0x41>");
}

TEST(SpmTokenizer, FallsBackToBytes) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_THAT(tokenizer.encode("\xC3\xA9"), ElementsAre(273));
  EXPECT_THAT(tokenizer.encode("\xC3\xA8"), ElementsAre(3 + 0xC3, 3 + 0xA8));
  EXPECT_THAT(tokenizer.encode(std::string_view("\0", 1)), ElementsAre(3));
  // A stray lead byte does not swallow the space behind it.
  EXPECT_THAT(tokenizer.encode("\xE2 a"), ElementsAre(3 + 0xE2, 259, 260));
}

TEST(SpmTokenizer, UserDefinedPiecesComeFirst) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_THAT(tokenizer.encode("   ab"), ElementsAre(271, 266));
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{271, 266}), "   ab");
}

TEST(SpmTokenizer, PrefixesASpaceAtTheStartAndAfterSpecials) {
  Tokenizer tokenizer = make(spmFile(smallVocabulary()));
  EXPECT_THAT(tokenizer.encode("ab"), ElementsAre(266));
  EXPECT_THAT(tokenizer.encode("ab<s>ab", {.parseSpecial = true}), ElementsAre(266, 1, 266));
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{1, 266}), "ab");
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{266, 266}), "ab ab");
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{266}, {.continuation = true}), " ab");
}

TEST(SpmTokenizer, DecodesByKind) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{1, 266, 272, 2}), " ab");
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{1, 266, 272}, {.showSpecial = true}),
            "<s> ab<end_of_turn>");
  EXPECT_EQ(tokenizer.decode(std::vector<int32_t>{-1, 260, 100000}), "\xEF\xBF\xBD"
                                                                     "a\xEF\xBF\xBD");
  EXPECT_EQ(tokenizer.piece(266), "\xE2\x96\x81"
                                  "ab");
  EXPECT_EQ(tokenizer.piece(-1), "");
  EXPECT_EQ(tokenizer.piece(tokenizer.vocabularySize()), "");
}

TEST(SpmTokenizer, RecognisesEndsByIdAndByText) {
  Tokenizer tokenizer = gemmaLike();
  EXPECT_TRUE(tokenizer.isEndOfGeneration(2));
  EXPECT_TRUE(tokenizer.isEndOfGeneration(272));
  EXPECT_FALSE(tokenizer.isEndOfGeneration(1));
  EXPECT_FALSE(tokenizer.isEndOfGeneration(-1));
  EXPECT_FALSE(tokenizer.isEndOfGeneration(1 << 30));
}

TEST(SpmTokenizer, AnEndTextIsAControlTokenWhateverTheFileSays) {
  std::vector<Piece> pieces = smallVocabulary();
  pieces[272].kind = userDefined;
  Tokenizer tokenizer = make(spmFile(pieces));
  EXPECT_THAT(tokenizer.encode("<end_of_turn>"), testing::Not(testing::Contains(272)));
}

TEST(SpmTokenizer, BadSpecialIdsAreDroppedWithAWarning) {
  Tokenizer tokenizer = make(spmFile(smallVocabulary()).u32("tokenizer.ggml.bos_token_id", 999));
  EXPECT_EQ(tokenizer.bos(), std::nullopt);
  EXPECT_EQ(tokenizer.eos(), 2);
  EXPECT_THAT(tokenizer.warnings(),
              ElementsAre(HasSubstr("'tokenizer.ggml.bos_token_id' = 999 is outside")));
}

TEST(Tokenizer, IdentityIsThatOfWhatEncodes) {
  auto identity = [](const GgufBuilder &builder) { return make(builder).identity(); };
  const Hash128 base = identity(spmFile(smallVocabulary()));
  EXPECT_EQ(identity(spmFile(smallVocabulary())), base);
  EXPECT_EQ(identity(spmFile(smallVocabulary())
                         .string("general.name", "another")
                         .string("tokenizer.chat_template", "{{ messages }}")),
            base);

  std::vector<Piece> text = smallVocabulary(), score = text, kind = text;
  text[262].text = "d";
  score[264].score = -2.5f;
  kind[271].kind = normal;
  for (const auto &changed : {text, score, kind})
    EXPECT_NE(identity(spmFile(changed)), base);
  EXPECT_NE(identity(spmFile(smallVocabulary()).boolean("tokenizer.ggml.add_space_prefix", 0)),
            base);
  EXPECT_NE(identity(spmFile(smallVocabulary()).u32("tokenizer.ggml.bos_token_id", 2)), base);
}

TEST(Tokenizer, IdentityDoesNotDependOnTheOrderOfTheFields) {
  auto file = [](bool prefixFirst) {
    GgufBuilder builder = spmFile(smallVocabulary());
    for (int i = 0; i < 2; ++i)
      if ((i == 0) == prefixFirst)
        builder.boolean("tokenizer.ggml.add_space_prefix", 0);
      else
        builder.u32("tokenizer.ggml.bos_token_id", 1);
    return make(builder).identity();
  };
  EXPECT_EQ(file(true), file(false));
}

TEST(StreamDecoder, HoldsBackUnfinishedCharacters) {
  StreamDecoder decoder(gemmaLike());
  EXPECT_EQ(decoder.push(266), " ab");
  EXPECT_EQ(decoder.push(3 + 0xF0), "");
  EXPECT_EQ(decoder.push(3 + 0x9F), "");
  EXPECT_EQ(decoder.push(3 + 0x98), "");
  EXPECT_EQ(decoder.push(3 + 0x80), "\xF0\x9F\x98\x80");
  EXPECT_EQ(decoder.push(3 + 0xE2), "");
  EXPECT_EQ(decoder.push(260), "\xE2"
                               "a"); // can no longer become a character
  EXPECT_EQ(decoder.push(3 + 0xC3), "");
  EXPECT_EQ(decoder.finish(), "\xEF\xBF\xBD");
  EXPECT_EQ(decoder.finish(), "");
}

std::string randomText(std::mt19937 &random) {
  static const std::vector<std::string> parts = {"a",
                                                 "b",
                                                 "c",
                                                 "ab",
                                                 " ",
                                                 "  ",
                                                 "\n",
                                                 "\r\n",
                                                 "\t",
                                                 "<",
                                                 "s>",
                                                 "'s",
                                                 "12",
                                                 "\xFF",
                                                 "\xE2\x82",
                                                 "\xC3\xA9",
                                                 "\xF0\x9F\x98\x80",
                                                 "\x80"};
  std::string text;
  for (size_t i = 0, count = random() % 24; i < count; ++i)
    text += random() % 8 == 0 ? std::string(1, static_cast<char>(random()))
                              : parts[random() % parts.size()];
  return text;
}

void expectRoundTrips(const Tokenizer &tokenizer) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string text = randomText(random);
    // U+2581 is the one character that a SentencePiece vocabulary cannot tell from a space.
    if (text.find("\xE2\x96\x81") != std::string::npos)
      continue;
    std::vector<int32_t> ids = tokenizer.encode(text);
    ASSERT_EQ(tokenizer.decode(ids), text);
    StreamDecoder decoder(tokenizer);
    std::string streamed;
    for (int32_t id : ids)
      streamed += decoder.push(id);
    ASSERT_EQ(streamed, text.substr(0, streamed.size()));
    ASSERT_LE(text.size() - streamed.size(), 3u);
  }
}

TEST(SpmTokenizer, RoundTripsAnyBytes) { expectRoundTrips(gemmaLike()); }

TEST(SpmTokenizer, RoundTripsWithSpacePrefix) {
  expectRoundTrips(make(spmFile(smallVocabulary())));
}

/// Ids 0..255 are the bytes, then the merges' results, then <|endoftext|> and <tool>.
GgufBuilder bpeFile(std::string_view preTokenizer) {
  std::vector<std::string> tokens;
  int next = 0x100;
  auto spelled = [](int code) {
    std::string text;
    if (code < 0x80)
      return std::string(1, static_cast<char>(code));
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
    return text;
  };
  for (int byte = 0; byte < 256; ++byte) {
    bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    tokens.push_back(spelled(printable ? byte : next++));
  }
  const std::string space = "\xC4\xA0"; // U+0120
  for (std::string text : {std::string("ab"), std::string("bc"), space + "a", std::string("abc")})
    tokens.push_back(text); // 256..259
  std::vector<int32_t> kinds(tokens.size(), normal);
  tokens.push_back("<|endoftext|>"); // 260
  kinds.push_back(control);
  tokens.push_back("<tool>"); // 261
  kinds.push_back(userDefined);
  // "c c" joins to something that has no token.
  return GgufBuilder()
      .string("tokenizer.ggml.model", "gpt2")
      .string("tokenizer.ggml.pre", preTokenizer)
      .strings("tokenizer.ggml.tokens", tokens)
      .array("tokenizer.ggml.token_type", 5, kinds)
      .strings("tokenizer.ggml.merges", {"b c", "a b", space + " a", "c c"})
      .u32("tokenizer.ggml.bos_token_id", 260)
      .u32("tokenizer.ggml.eos_token_id", 260);
}

TEST(BpeTokenizer, JoinsByRankWithinWords) {
  Tokenizer tokenizer = make(bpeFile("gpt-2"));
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre('a', 257)); // b c has the lower rank
  EXPECT_THAT(tokenizer.encode(" ab"), ElementsAre(' ', 256));
  EXPECT_THAT(tokenizer.encode(" a"), ElementsAre(258));
  EXPECT_THAT(tokenizer.encode("cc"), ElementsAre('c', 'c')); // back to bytes
  EXPECT_THAT(tokenizer.encode("\xC3\xA9"), ElementsAre(0xC3, 0xA9));
  EXPECT_THAT(tokenizer.encode("", {.addBos = true}), ElementsAre(260));
  EXPECT_FALSE(tokenizer.addsBos());
}

TEST(BpeTokenizer, WholeWordsWhereThePreTokenizerSaysSo) {
  Tokenizer tokenizer = make(bpeFile("llama-bpe"));
  EXPECT_THAT(tokenizer.encode("abc"), ElementsAre(259));
  EXPECT_TRUE(tokenizer.addsBos());
}

TEST(BpeTokenizer, SpecialPieces) {
  Tokenizer tokenizer = make(bpeFile("gpt-2"));
  EXPECT_THAT(tokenizer.encode("a<tool>c"), ElementsAre('a', 261, 'c'));
  EXPECT_THAT(tokenizer.encode("<|endoftext|>"), testing::Not(testing::Contains(260)));
  EXPECT_THAT(tokenizer.encode("a<|endoftext|>", {.parseSpecial = true}), ElementsAre('a', 260));
  EXPECT_TRUE(tokenizer.isEndOfGeneration(260));
}

TEST(BpeTokenizer, RoundTripsAnyBytes) {
  for (std::string_view pre : {"gpt-2", "smollm", "starcoder", "llama-bpe", "qwen2"})
    expectRoundTrips(make(bpeFile(pre)));
}

TEST(BpeTokenizer, DamagedFiles) {
  auto message = [](const GgufBuilder &builder) {
    TemporaryFile file(builder.bytes());
    Expected<GgufFile> gguf = GgufFile::open(file.path());
    EXPECT_TRUE(gguf) << gguf.message();
    Expected<Tokenizer> tokenizer = Tokenizer::fromGguf(*gguf);
    return std::string(tokenizer ? "accepted" : tokenizer.message());
  };
  EXPECT_THAT(message(bpeFile("unheard-of")),
              HasSubstr("'tokenizer.ggml.pre': the pre-tokenizer 'unheard-of' is not supported"));
  GgufBuilder base = GgufBuilder()
                         .string("tokenizer.ggml.model", "gpt2")
                         .string("tokenizer.ggml.pre", "gpt-2")
                         .strings("tokenizer.ggml.tokens", {"a"});
  EXPECT_THAT(message(base), HasSubstr("'tokenizer.ggml.merges' is missing"));
  EXPECT_THAT(message(base.strings("tokenizer.ggml.merges", {"ab"})),
              HasSubstr("'tokenizer.ggml.merges', element 0 is 'ab', expected two pieces"));
}

} // namespace
