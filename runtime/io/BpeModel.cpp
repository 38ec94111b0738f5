// Byte-level BPE ("gpt2" in GGUF): Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.2. Vocabularies spell each byte as a printable character; everything here
// works on the bytes themselves.
#include "runtime/core/Utf8.h"
#include "runtime/io/HeapMerge.h"
#include "runtime/io/PreTokenizer.h"
#include "runtime/io/TokenModel.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>

namespace rx::runtime {

namespace {

/// The character that stands for each byte in vocabularies: printable Latin-1 for itself, the other
/// 68 bytes as U+0100 onwards in ascending order.
class ByteSpelling {
public:
  ByteSpelling() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      bool isPrintable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      bytes[isPrintable ? static_cast<char32_t>(byte) : next++] = static_cast<int16_t>(byte);
    }
  }

  /// The bytes a spelled piece stands for; nothing when a character stands for none.
  std::optional<std::string> unspell(std::string_view piece) const {
    std::string result;
    for (size_t i = 0; i < piece.size();) {
      Utf8Step step = decodeUtf8(piece, i);
      if (!step.valid || step.codePoint >= bytes.size() || bytes[step.codePoint] < 0)
        return std::nullopt;
      result += static_cast<char>(bytes[step.codePoint]);
      i += step.length;
    }
    return result;
  }

private:
  std::array<int16_t, 0x100 + 68> bytes;
};

class BpeModel final : public TokenModel {
public:
  explicit BpeModel(PreTokenizer preTokenizer) : preTokenizer(preTokenizer) {}

  Status load(const GgufFile &file);

  void encodeRaw(std::string_view text, bool afterSpecial,
                 std::vector<int32_t> &ids) const override;
  void decodePlain(int32_t id, bool afterSpecial, std::string &text) const override;
  uint64_t memoryBytes() const override {
    // A node of the map holds the pair, a link and a hash; a bucket is a pointer.
    constexpr uint64_t node = sizeof(decltype(merges)::value_type) + 2 * sizeof(void *);
    return TokenModel::memoryBytes() + words.memoryBytes() + merges.size() * node +
           merges.bucket_count() * sizeof(void *);
  }

private:
  void spellOutWords(const ByteSpelling &spelling);
  Status loadMerges(const GgufFile &file, const ByteSpelling &spelling);
  int32_t symbolOf(std::string_view bytes);
  void encodeWord(std::string_view word, HeapMerge &merge, std::vector<int32_t> &ids) const;
  void emitByte(uint8_t byte, std::vector<int32_t> &ids) const;

  static uint64_t pairKey(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  PreTokenizer preTokenizer;
  /// Bytes of every token under its id; above the vocabulary, symbols that occur only inside
  /// merges.
  PieceTable words;
  std::array<int32_t, 256> byteSymbols;
  /// By pair of symbols: what they join to, and the merge's place in the list as priority.
  std::unordered_map<uint64_t, MergeResult> merges;
};

Status BpeModel::load(const GgufFile &file) {
  Expected<Vocabulary> source = Vocabulary::fromGguf(
      file, {.bos = 11, .eos = 11, .unknown = {}, .addBos = preTokenizer.addsBosByDefault()});
  if (!source)
    return source.status();
  if (Status status = adopt(file, *std::move(source)); !status)
    return status;
  ByteSpelling spelling;
  spellOutWords(spelling);
  if (Status status = loadMerges(file, spelling); !status)
    return status;
  unsigned missing = 0;
  for (int byte = 0; byte < 256; ++byte) {
    char character = static_cast<char>(byte);
    int32_t &symbol = byteSymbols[static_cast<size_t>(byte)];
    symbol = symbolOf(std::string_view(&character, 1));
    missing += symbol >= vocabulary.size();
  }
  if (missing != 0)
    vocabulary.warnings.push_back(
        fmt::format("{}: {} of 256 bytes have no token; text that needs them is encoded with loss",
                    file.path(), missing));
  return Status::ok();
}

/// Normal pieces are spelled; the others are written as they are.
void BpeModel::spellOutWords(const ByteSpelling &spelling) {
  words = PieceTable(static_cast<uint64_t>(vocabulary.size()));
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    std::optional<std::string> bytes;
    if (vocabulary.kinds[static_cast<size_t>(id)] == PieceKind::Normal)
      bytes = spelling.unspell(pieces.text(id));
    words.add(bytes ? *bytes : pieces.text(id), bytes && !bytes->empty());
  }
}

int32_t BpeModel::symbolOf(std::string_view bytes) {
  int32_t id = words.find(bytes);
  return id >= 0 ? id : words.add(bytes, true);
}

Status BpeModel::loadMerges(const GgufFile &file, const ByteSpelling &spelling) {
  constexpr std::string_view key = "tokenizer.ggml.merges";
  Expected<std::vector<std::string_view>> lines = file.getStringArray(key);
  if (!lines)
    return lines.status();
  merges.reserve(lines->size());
  for (size_t rank = 0; rank < lines->size(); ++rank) {
    std::string_view line = (*lines)[rank];
    size_t space = line.find(' ', 1);
    if (space == std::string_view::npos)
      return makeError("{}: metadata '{}', element {} is {}, expected two pieces with a space "
                       "between; convert the model again",
                       file.path(), key, rank, quoteForMessage(line));
    std::optional<std::string> left = spelling.unspell(line.substr(0, space));
    std::optional<std::string> right = spelling.unspell(line.substr(space + 1));
    // A merge of characters that stand for no byte can never apply.
    if (!left || !right)
      continue;
    uint64_t pair = pairKey(symbolOf(*left), symbolOf(*right));
    // Ranks are below 2^24, the limit of arrays: exact as floats. The first of equal lines counts.
    merges.try_emplace(pair, MergeResult{symbolOf(*left + *right), -static_cast<float>(rank)});
  }
  return Status::ok();
}

void BpeModel::encodeRaw(std::string_view text, bool afterSpecial,
                         std::vector<int32_t> &ids) const {
  std::string prefixed;
  if (vocabulary.addSpacePrefix && afterSpecial) {
    prefixed = ' ' + std::string(text);
    text = prefixed;
  }
  HeapMerge merge;
  for (std::string_view word : preTokenizer.split(text))
    // Positions are 32 bits wide; only a word of one class and over a gigabyte is cut.
    for (; !word.empty(); word.remove_prefix(std::min(word.size(), size_t{1} << 30)))
      encodeWord(word.substr(0, size_t{1} << 30), merge, ids);
}

void BpeModel::encodeWord(std::string_view word, HeapMerge &merge,
                          std::vector<int32_t> &ids) const {
  if (preTokenizer.emitsWholeWords())
    if (int32_t id = words.find(word); id >= 0 && id < vocabulary.size()) {
      ids.push_back(id);
      return;
    }
  merge.symbols.clear();
  for (size_t i = 0; i < word.size(); ++i)
    merge.append(static_cast<uint32_t>(i), 1, byteSymbols[static_cast<uint8_t>(word[i])]);
  merge.run([&](const MergeSymbol &left, const MergeSymbol &right) {
    auto found = merges.find(pairKey(left.id, right.id));
    return found == merges.end() ? MergeResult() : found->second;
  });
  for (const MergeSymbol &symbol : merge.symbols) {
    if (symbol.length != 0 && symbol.id < vocabulary.size())
      ids.push_back(symbol.id);
    else // joined, but without a token of its own
      for (char c : word.substr(symbol.start, symbol.length))
        emitByte(static_cast<uint8_t>(c), ids);
  }
}

void BpeModel::emitByte(uint8_t byte, std::vector<int32_t> &ids) const {
  int32_t id = byteSymbols[byte];
  if (id < vocabulary.size())
    ids.push_back(id);
  else if (vocabulary.unknown)
    ids.push_back(*vocabulary.unknown);
}

void BpeModel::decodePlain(int32_t id, bool afterSpecial, std::string &text) const {
  std::string_view word = words.text(id);
  if (vocabulary.addSpacePrefix && afterSpecial && word.starts_with(' '))
    word.remove_prefix(1);
  text += word;
}

} // namespace

Expected<std::shared_ptr<const TokenModel>> makeBpeModel(const GgufFile &file) {
  Expected<std::string_view> name = file.getString("tokenizer.ggml.pre");
  if (!name)
    return name.status();
  Expected<PreTokenizer> preTokenizer = PreTokenizer::byName(*name);
  if (!preTokenizer)
    return makeError("{}: metadata 'tokenizer.ggml.pre': {}", file.path(), preTokenizer.message());
  auto model = std::make_shared<BpeModel>(*preTokenizer);
  if (Status status = model->load(file); !status)
    return status;
  return std::shared_ptr<const TokenModel>(std::move(model));
}

} // namespace rx::runtime
