#include "runtime/io/Vocabulary.h"

#include "runtime/io/PieceTable.h"

#include <algorithm>

namespace rx::runtime {

namespace {

constexpr size_t longestPiece = 4096;

/// Texts that end a turn or a document whatever the file says of their ids: chat-tuned files often
/// declare only the end-of-document id. The list is the one llama.cpp recognises.
constexpr std::string_view endTexts[] = {
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "<end_of_utterance>",
    "<\xEF\xBD\x9C"
    "end\xE2\x96\x81of\xE2\x96\x81sentence\xEF\xBD\x9C>",
};

Status checkTexts(const GgufFile &file, const std::vector<std::string_view> &texts) {
  if (texts.empty())
    return makeError("{}: metadata 'tokenizer.ggml.tokens' is empty; convert the model again",
                     file.path());
  PieceTable seen(texts.size());
  for (size_t id = 0; id < texts.size(); ++id) {
    if (texts[id].size() > longestPiece)
      return makeError("{}: token {} is {} bytes long, allowed are {}; the file is damaged",
                       file.path(), id, texts[id].size(), longestPiece);
    if (seen.find(texts[id]) >= 0)
      return makeError("{}: token {} stands in the vocabulary twice; the ids of a text would be "
                       "ambiguous, convert the model again",
                       file.path(), quoteForMessage(texts[id]));
    seen.add(texts[id], !texts[id].empty());
  }
  return Status::ok();
}

Expected<std::vector<PieceKind>> readKinds(const GgufFile &file, size_t count) {
  constexpr std::string_view key = "tokenizer.ggml.token_type";
  if (!file.has(key))
    return std::vector<PieceKind>(count, PieceKind::Normal);
  Expected<std::vector<int64_t>> numbers = file.getI64Array(key, count);
  if (!numbers)
    return numbers.status();
  std::vector<PieceKind> kinds(count);
  for (size_t id = 0; id < count; ++id) {
    int64_t number = (*numbers)[id];
    if (number < 1 || number > 6)
      return makeError("{}: metadata '{}', element {} = {}, allowed are 1 to 6; convert the model "
                       "again",
                       file.path(), key, id, number);
    kinds[id] = static_cast<PieceKind>(number);
  }
  return kinds;
}

/// A special id from the metadata, or the default; nothing when it lies outside the vocabulary.
Expected<std::optional<int32_t>> readSpecialId(const GgufFile &file, Vocabulary &vocabulary,
                                               std::string_view name,
                                               std::optional<int32_t> fallback) {
  std::string key = fmt::format("tokenizer.ggml.{}_token_id", name);
  std::optional<int64_t> id = fallback;
  if (file.has(key)) {
    // Some writers store -1 for "none".
    Expected<int64_t> value = file.getI64(key);
    if (!value)
      return value.status();
    id = *value;
  }
  if (!id)
    return std::optional<int32_t>();
  if (*id >= 0 && *id < vocabulary.size())
    return std::optional(static_cast<int32_t>(*id));
  if (file.has(key))
    vocabulary.warnings.push_back(
        fmt::format("{}: metadata '{}' = {} is outside the vocabulary of {} tokens and is ignored",
                    file.path(), key, *id, vocabulary.size()));
  return std::optional<int32_t>();
}

Expected<bool> readFlag(const GgufFile &file, std::string_view name, bool fallback) {
  std::string key = fmt::format("tokenizer.ggml.{}", name);
  return file.has(key) ? file.getBool(key) : Expected<bool>(fallback);
}

Status readSpecialIds(const GgufFile &file, Vocabulary &vocabulary,
                      const Vocabulary::Defaults &defaults) {
  vocabulary.endOfGeneration.resize(vocabulary.texts.size());
  auto read = [&](std::string_view name, std::optional<int32_t> fallback, bool ends,
                  std::optional<int32_t> *target) -> Status {
    Expected<std::optional<int32_t>> id = readSpecialId(file, vocabulary, name, fallback);
    if (!id)
      return id.status();
    if (ends && *id)
      vocabulary.endOfGeneration[static_cast<size_t>(**id)] = true;
    if (target)
      *target = *id;
    return Status::ok();
  };
  for (Status status :
       {read("bos", defaults.bos, false, &vocabulary.bos),
        read("eos", defaults.eos, true, &vocabulary.eos),
        read("unknown", defaults.unknown, false, &vocabulary.unknown),
        read("eot", std::nullopt, true, nullptr), read("eom", std::nullopt, true, nullptr)})
    if (!status)
      return status;
  return Status::ok();
}

/// Marks end texts, and makes them control tokens: a file that lists one as ordinary text would
/// let a user end the model's turn by typing it.
void recogniseEndTexts(Vocabulary &vocabulary) {
  for (size_t id = 0; id < vocabulary.texts.size(); ++id) {
    std::string_view text = vocabulary.texts[id];
    if (std::find(std::begin(endTexts), std::end(endTexts), text) == std::end(endTexts))
      continue;
    vocabulary.endOfGeneration[id] = true;
    vocabulary.kinds[id] = PieceKind::Control;
  }
}

} // namespace

Expected<Vocabulary> Vocabulary::fromGguf(const GgufFile &file, const Defaults &defaults) {
  Vocabulary vocabulary;
  Expected<std::vector<std::string_view>> texts = file.getStringArray("tokenizer.ggml.tokens");
  if (!texts)
    return texts.status();
  if (Status status = checkTexts(file, *texts); !status)
    return status;
  vocabulary.texts = *std::move(texts);
  Expected<std::vector<PieceKind>> kinds = readKinds(file, vocabulary.texts.size());
  if (!kinds)
    return kinds.status();
  vocabulary.kinds = *std::move(kinds);
  if (Status status = readSpecialIds(file, vocabulary, defaults); !status)
    return status;
  recogniseEndTexts(vocabulary);

  Expected<bool> addBos = readFlag(file, "add_bos_token", defaults.addBos);
  Expected<bool> addEos = readFlag(file, "add_eos_token", false);
  Expected<bool> prefix = readFlag(file, "add_space_prefix", defaults.addSpacePrefix);
  for (Status status : {addBos.status(), addEos.status(), prefix.status()})
    if (!status)
      return status;
  vocabulary.addBos = *addBos;
  vocabulary.addEos = *addEos;
  vocabulary.addSpacePrefix = *prefix;
  return vocabulary;
}

} // namespace rx::runtime
