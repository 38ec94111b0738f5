// What the kinds of tokenizers share. Internal to runtime/io.
#pragma once

#include "runtime/io/PieceTable.h"
#include "runtime/io/SpecialPieces.h"
#include "runtime/io/Vocabulary.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rx::runtime {

class TokenModel {
public:
  virtual ~TokenModel() = default;

  /// Appends the ids of raw text between two special pieces. `afterSpecial`: at the start of the
  /// text or right after a special piece.
  virtual void encodeRaw(std::string_view text, bool afterSpecial,
                         std::vector<int32_t> &ids) const = 0;

  /// Appends the bytes of a normal, unused or byte token.
  virtual void decodePlain(int32_t id, bool afterSpecial, std::string &text) const = 0;

  /// Bytes held in memory, without what is small whatever the vocabulary.
  virtual uint64_t memoryBytes() const;

  std::vector<int32_t> encode(std::string_view text, bool addBos, bool addEos,
                              bool parseSpecial) const;
  /// Appends the bytes of one token. `afterSpecial` carries the state from token to token and
  /// begins as true.
  void decode(int32_t id, bool showSpecial, bool &afterSpecial, std::string &text) const;

  bool contains(int32_t id) const { return id >= 0 && id < vocabulary.size(); }
  std::string_view piece(int32_t id) const { return contains(id) ? pieces.text(id) : ""; }

  const Vocabulary &properties() const { return vocabulary; }

protected:
  /// Copies the texts, and sorts out which of them are found how: normal and user-defined pieces
  /// are indexed, so that no merge of plain text can ever yield a control token.
  Status adopt(const GgufFile &file, Vocabulary vocabulary);

  /// Whether plain text may become this token by merging.
  bool isFoundInText(int32_t id) const {
    return vocabulary.kinds[static_cast<size_t>(id)] == PieceKind::Normal ||
           vocabulary.kinds[static_cast<size_t>(id)] == PieceKind::UserDefined;
  }

  Vocabulary vocabulary;
  PieceTable pieces; ///< texts as they stand in the file

private:
  SpecialPieces special;
};

Expected<std::shared_ptr<const TokenModel>> makeSpmModel(const GgufFile &file);
Expected<std::shared_ptr<const TokenModel>> makeBpeModel(const GgufFile &file);

} // namespace rx::runtime
