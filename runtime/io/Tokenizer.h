// Text to token ids and back, from the vocabulary inside a GGUF file: scored SentencePiece
// vocabularies (model "llama") and byte-level BPE (model "gpt2").
#pragma once

#include "runtime/core/Hash.h"
#include "runtime/core/Status.h"
#include "runtime/io/Gguf.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

struct EncodeOptions {
  bool addBos = false;
  bool addEos = false;
  /// Recognise control tokens such as <end_of_turn> in the text. Only for text the program wrote
  /// itself: with it, whoever typed the text can forge turns.
  bool parseSpecial = false;
};

struct DecodeOptions {
  /// Write control tokens as their text instead of leaving them out.
  bool showSpecial = false;
  /// The ids continue other text, as generated ids continue a prompt. Matters for vocabularies that
  /// put a space in front of every text: only at its start is that space dropped again.
  bool continuation = false;
};

/// Immutable, cheap to copy, shared freely between threads.
class Tokenizer {
public:
  /// Copies what it needs: the file may be closed afterwards. Fails, naming the metadata, when the
  /// vocabulary is damaged or its model is neither "llama" nor "gpt2".
  static Expected<Tokenizer> fromGguf(const GgufFile &file);

  /// Any bytes are accepted: what is no UTF-8 becomes byte tokens, and decode gives it back.
  std::vector<int32_t> encode(std::string_view text, EncodeOptions options = {}) const;

  /// The bytes that the ids stand for; decode(encode(x)) == x. An id outside the vocabulary is
  /// written as U+FFFD. The result is valid UTF-8 only if the ids say so: see StreamDecoder.
  std::string decode(std::span<const int32_t> ids, DecodeOptions options = {}) const;

  /// The text of a token as it stands in the vocabulary (U+2581 for a space, <0x0A> for a byte).
  /// Empty for an id outside the vocabulary.
  std::string_view piece(int32_t id) const;

  int32_t vocabularySize() const;
  std::optional<int32_t> bos() const;
  std::optional<int32_t> eos() const;
  /// The end of a document or of a turn: sampling stops here.
  bool isEndOfGeneration(int32_t id) const;

  /// What the file asks for: whether a BOS or EOS belongs around a document.
  bool addsBos() const;
  bool addsEos() const;

  /// Of all metadata that decides how text becomes ids, whatever the file is called: files with
  /// equal identities encode every text alike. A key for what is kept between runs.
  const Hash128 &identity() const { return metadataHash; }

  /// Bytes that the tokenizer holds in memory, shared by all its copies.
  uint64_t memoryBytes() const;

  /// Oddities of the file that do not prevent its use, for the user to see once.
  const std::vector<std::string> &warnings() const;

private:
  friend class StreamDecoder;
  Tokenizer(std::shared_ptr<const class TokenModel> model, Hash128 metadataHash)
      : model(std::move(model)), metadataHash(metadataHash) {}

  std::shared_ptr<const class TokenModel> model;
  Hash128 metadataHash;
};

/// Decodes token by token for display: a character that spans several tokens appears once it is
/// whole.
class StreamDecoder {
public:
  explicit StreamDecoder(Tokenizer tokenizer, DecodeOptions options = {})
      : tokenizer(std::move(tokenizer)), options(options), afterSpecial(!options.continuation) {}

  /// The text that became certain with this token; may be empty.
  std::string push(int32_t id);

  /// What was held back: an unfinished character becomes U+FFFD. Starts over.
  std::string finish();

private:
  Tokenizer tokenizer;
  DecodeOptions options;
  std::string pending;
  bool afterSpecial;
};

} // namespace rx::runtime
