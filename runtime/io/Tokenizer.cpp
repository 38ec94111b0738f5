#include "runtime/io/Tokenizer.h"

#include "runtime/core/Utf8.h"
#include "runtime/io/TokenModel.h"

#include <algorithm>

namespace rx::runtime {

namespace {

/// Part of every identity. Raise it when encode() gives other ids for any vocabulary than before.
constexpr uint64_t encoderVersion = 1;

/// Every field below tokenizer.ggml, by key: which of them matter depends on the kind of model, and
/// one too many costs only a text encoded again. Chat templates lie outside and do not count.
Hash128 hashMetadata(const GgufFile &file) {
  std::vector<const GgufField *> fields;
  for (const GgufField &field : file.fields())
    if (field.key.starts_with("tokenizer.ggml."))
      fields.push_back(&field);
  std::sort(fields.begin(), fields.end(), [](auto *a, auto *b) { return a->key < b->key; });
  CacheHash hash;
  hash.add(encoderVersion);
  for (const GgufField *field : fields) {
    hash.add(field->key).add(static_cast<uint64_t>(field->type)).add(field->isArray);
    hash.add(field->bytes).add(std::as_bytes(std::span(field->ends)));
  }
  return hash.key();
}

} // namespace

Expected<Tokenizer> Tokenizer::fromGguf(const GgufFile &file) {
  Expected<std::string_view> kind = file.getString("tokenizer.ggml.model");
  if (!kind)
    return kind.status();
  if (*kind != "llama" && *kind != "gpt2")
    return makeError("{}: metadata 'tokenizer.ggml.model' = {} is not supported, only 'llama' "
                     "(SentencePiece) and 'gpt2' (byte-level BPE)",
                     file.path(), quoteForMessage(*kind));
  Expected<std::shared_ptr<const TokenModel>> model =
      *kind == "llama" ? makeSpmModel(file) : makeBpeModel(file);
  if (!model)
    return model.status();
  return Tokenizer(*std::move(model), hashMetadata(file));
}

std::vector<int32_t> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  return model->encode(text, options.addBos, options.addEos, options.parseSpecial);
}

std::string Tokenizer::decode(std::span<const int32_t> ids, DecodeOptions options) const {
  std::string text;
  bool afterSpecial = !options.continuation;
  for (int32_t id : ids)
    model->decode(id, options.showSpecial, afterSpecial, text);
  return text;
}

std::string_view Tokenizer::piece(int32_t id) const { return model->piece(id); }

int32_t Tokenizer::vocabularySize() const { return model->properties().size(); }

std::optional<int32_t> Tokenizer::bos() const { return model->properties().bos; }

std::optional<int32_t> Tokenizer::eos() const { return model->properties().eos; }

bool Tokenizer::isEndOfGeneration(int32_t id) const {
  return model->contains(id) && model->properties().endOfGeneration[static_cast<size_t>(id)];
}

bool Tokenizer::addsBos() const { return model->properties().addBos; }

bool Tokenizer::addsEos() const { return model->properties().addEos; }

uint64_t Tokenizer::memoryBytes() const { return model->memoryBytes(); }

const std::vector<std::string> &Tokenizer::warnings() const { return model->properties().warnings; }

std::string StreamDecoder::push(int32_t id) {
  tokenizer.model->decode(id, options.showSpecial, afterSpecial, pending);
  std::string held = pending.substr(pending.size() - incompleteUtf8Tail(pending));
  pending.resize(pending.size() - held.size());
  return std::exchange(pending, std::move(held));
}

std::string StreamDecoder::finish() {
  afterSpecial = !options.continuation;
  std::string text;
  if (!std::exchange(pending, {}).empty())
    appendUtf8(text, replacementCharacter);
  return text;
}

} // namespace rx::runtime
