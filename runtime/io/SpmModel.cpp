// SentencePiece vocabularies with scores ("llama" in GGUF): greedy merges by score.
//
// Kudo and Richardson 2018, "SentencePiece" (the BPE mode); ties and byte fallback as in llama.cpp,
// so that ids agree on all UTF-8.
#include "runtime/core/Utf8.h"
#include "runtime/io/HeapMerge.h"
#include "runtime/io/TokenModel.h"

#include <algorithm>
#include <array>
#include <bit>

namespace rx::runtime {

namespace {

constexpr std::string_view escapedSpace = "\xE2\x96\x81"; // U+2581

/// The first symbol of a text: a character, or a byte that begins none. llama.cpp believes the lead
/// byte instead: text that is no UTF-8 then swallows the space behind it and comes back changed.
std::string_view firstSymbol(std::string_view text) {
  bool isAscii = static_cast<uint8_t>(text[0]) < 0x80;
  return text.substr(0, isAscii ? 1 : decodeUtf8(text, 0).length);
}

/// A symbol's bytes as one number.
uint32_t symbolCode(std::string_view symbol) {
  uint32_t code = 0;
  for (char c : symbol)
    code = code << 8 | static_cast<uint8_t>(c);
  return code;
}

/// Which pairs of adjacent symbols occur inside some piece. No merge can ever join text across any
/// other pair, so that a text falls apart there into stretches that are merged on their own: the
/// ids stay the same and the heap stays small. A hashed set of bits: a false "maybe" only leaves a
/// stretch longer.
class JoinFilter {
public:
  /// Pieces share most of their pairs: at 8 bits per piece, a vocabulary of 262,144 sets one bit in
  /// sixty.
  explicit JoinFilter(uint64_t pieces = 0)
      : width(std::clamp(static_cast<int>(std::bit_width(4 * pieces)), 10, 23)),
        bits((uint64_t{1} << width) / 64) {}

  void addPiece(std::string_view piece) {
    uint32_t before = 0;
    for (size_t i = 0; i < piece.size();) {
      std::string_view symbol = firstSymbol(piece.substr(i));
      uint32_t code = symbolCode(symbol);
      if (i != 0)
        bits[slot(before, code) / 64] |= uint64_t{1} << slot(before, code) % 64;
      before = code;
      i += symbol.size();
    }
  }

  bool mayJoin(uint32_t left, uint32_t right) const {
    return bits[slot(left, right) / 64] >> slot(left, right) % 64 & 1;
  }

  uint64_t memoryBytes() const { return bits.capacity() * sizeof(uint64_t); }

private:
  uint64_t slot(uint32_t left, uint32_t right) const {
    return ((uint64_t{left} << 32 | right) * 0x9E3779B97F4A7C15u) >> (64 - width);
  }

  int width; ///< of a slot number, in bits
  std::vector<uint64_t> bits;
};

int hexDigit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// The byte that "<0xHH>" names, upper-case digits.
std::optional<uint8_t> byteOfPiece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>')
    return std::nullopt;
  int high = hexDigit(piece[3]), low = hexDigit(piece[4]);
  if (high < 0 || low < 0)
    return std::nullopt;
  return static_cast<uint8_t>(high * 16 + low);
}

class SpmModel final : public TokenModel {
public:
  Status load(const GgufFile &file);

  void encodeRaw(std::string_view text, bool afterSpecial,
                 std::vector<int32_t> &ids) const override;
  void decodePlain(int32_t id, bool afterSpecial, std::string &text) const override;
  uint64_t memoryBytes() const override {
    return TokenModel::memoryBytes() + scores.capacity() * sizeof(float) + filter.memoryBytes();
  }

private:
  Status findByteTokens(const GgufFile &file);
  void encodeStretch(std::string_view stretch, HeapMerge &merge, std::vector<int32_t> &ids) const;
  void emit(std::string_view symbol, int32_t id, std::vector<int32_t> &ids) const;

  std::vector<float> scores;
  std::array<int32_t, 256> byteTokens;
  JoinFilter filter;
};

Status SpmModel::load(const GgufFile &file) {
  Expected<Vocabulary> source = Vocabulary::fromGguf(
      file, {.bos = 1, .eos = 2, .unknown = 0, .addBos = true, .addSpacePrefix = true});
  if (!source)
    return source.status();
  Expected<std::vector<float>> scoreList =
      file.getF32Array("tokenizer.ggml.scores", source->texts.size());
  if (!scoreList)
    return scoreList.status();
  scores = *std::move(scoreList);
  if (!file.has("tokenizer.ggml.token_type"))
    for (size_t id = 0; id < source->texts.size(); ++id)
      if (byteOfPiece(source->texts[id]))
        source->kinds[id] = PieceKind::Byte;
  if (Status status = adopt(file, *std::move(source)); !status)
    return status;
  filter = JoinFilter(static_cast<uint64_t>(vocabulary.size()));
  for (int32_t id = 0; id < vocabulary.size(); ++id)
    if (isFoundInText(id))
      filter.addPiece(pieces.text(id));
  return findByteTokens(file);
}

/// What each byte becomes that no piece covers: its byte token, else the piece of that one byte,
/// else the unknown token.
Status SpmModel::findByteTokens(const GgufFile &file) {
  byteTokens.fill(-1);
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.kinds[static_cast<size_t>(id)] != PieceKind::Byte)
      continue;
    std::optional<uint8_t> byte = byteOfPiece(pieces.text(id));
    if (!byte)
      return makeError("{}: byte token {} is named {}, expected '<0xHH>'; convert the model again",
                       file.path(), id, quoteForMessage(pieces.text(id)));
    byteTokens[*byte] = id;
  }
  for (int byte = 0; byte < 256; ++byte) {
    char character = static_cast<char>(byte);
    int32_t &token = byteTokens[static_cast<size_t>(byte)];
    if (token < 0)
      token = pieces.find(std::string_view(&character, 1));
    if (token < 0)
      token = vocabulary.unknown.value_or(-1);
    if (token < 0)
      return makeError("{}: the vocabulary has no token for byte {:#04x} and no unknown token; "
                       "some text could not be written, convert the model again",
                       file.path(), byte);
  }
  return Status::ok();
}

void SpmModel::encodeRaw(std::string_view text, bool afterSpecial,
                         std::vector<int32_t> &ids) const {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 2);
  if (vocabulary.addSpacePrefix && afterSpecial)
    escaped += escapedSpace;
  for (char c : text)
    if (c == ' ')
      escaped += escapedSpace;
    else
      escaped += c;

  // Positions inside a stretch are 32 bits wide.
  constexpr size_t longestStretch = size_t{1} << 30;
  HeapMerge merge;
  std::string_view rest = escaped;
  uint32_t before = 0;
  size_t end = 0;
  while (end < rest.size()) {
    std::string_view symbol = firstSymbol(rest.substr(end));
    uint32_t code = symbolCode(symbol);
    if (end != 0 && (!filter.mayJoin(before, code) || end > longestStretch)) {
      encodeStretch(rest.substr(0, end), merge, ids);
      rest.remove_prefix(end);
      end = 0;
    }
    before = code;
    end += symbol.size();
  }
  encodeStretch(rest, merge, ids);
}

void SpmModel::encodeStretch(std::string_view stretch, HeapMerge &merge,
                             std::vector<int32_t> &ids) const {
  merge.symbols.clear();
  for (size_t i = 0; i < stretch.size();) {
    size_t length = firstSymbol(stretch.substr(i)).size();
    merge.append(static_cast<uint32_t>(i), static_cast<uint32_t>(length), -1);
    i += length;
  }
  merge.run([&](const MergeSymbol &left, const MergeSymbol &right) -> MergeResult {
    int32_t id = pieces.find(stretch.substr(left.start, left.length + right.length));
    return id < 0 ? MergeResult() : MergeResult{id, scores[static_cast<size_t>(id)]};
  });
  for (const MergeSymbol &symbol : merge.symbols)
    if (symbol.length != 0)
      emit(stretch.substr(symbol.start, symbol.length), symbol.id, ids);
}

void SpmModel::emit(std::string_view symbol, int32_t id, std::vector<int32_t> &ids) const {
  // A symbol that no merge made is a single character, not yet looked up.
  if (id < 0)
    id = pieces.find(symbol);
  if (id >= 0)
    ids.push_back(id);
  else
    for (char c : symbol)
      ids.push_back(byteTokens[static_cast<uint8_t>(c)]);
}

void SpmModel::decodePlain(int32_t id, bool afterSpecial, std::string &text) const {
  std::string_view piece = pieces.text(id);
  if (vocabulary.kinds[static_cast<size_t>(id)] == PieceKind::Byte) {
    text += static_cast<char>(byteOfPiece(piece).value_or(0));
    return;
  }
  if (vocabulary.addSpacePrefix && afterSpecial && piece.starts_with(escapedSpace))
    piece.remove_prefix(escapedSpace.size());
  while (!piece.empty()) {
    size_t space = std::min(piece.find(escapedSpace), piece.size());
    text += piece.substr(0, space);
    if (space == piece.size())
      break;
    text += ' ';
    piece.remove_prefix(space + escapedSpace.size());
  }
}

} // namespace

Expected<std::shared_ptr<const TokenModel>> makeSpmModel(const GgufFile &file) {
  auto model = std::make_shared<SpmModel>();
  if (Status status = model->load(file); !status)
    return status;
  return std::shared_ptr<const TokenModel>(std::move(model));
}

} // namespace rx::runtime
