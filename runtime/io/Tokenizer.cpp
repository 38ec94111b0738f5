#include "runtime/io/Tokenizer.h"

#include "runtime/core/Utf8.h"
#include "runtime/io/TokenModel.h"

namespace rx::runtime {

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
  return Tokenizer(*std::move(model));
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
