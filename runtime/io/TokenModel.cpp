#include "runtime/io/TokenModel.h"

#include "runtime/core/Utf8.h"

#include <utility>

namespace rx::runtime {

Status TokenModel::adopt(const GgufFile &file, Vocabulary source) {
  constexpr uint64_t specialBytesLimit = 4 << 20;
  std::vector<std::string_view> texts = std::exchange(source.texts, {});
  vocabulary = std::move(source);
  pieces = PieceTable(texts.size());
  uint64_t specialBytes = 0;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    std::string_view text = texts[static_cast<size_t>(id)];
    PieceKind kind = vocabulary.kinds[static_cast<size_t>(id)];
    pieces.add(text, !text.empty() && isFoundInText(id));
    bool onRequest = kind == PieceKind::Control || kind == PieceKind::Unknown;
    if (text.empty() || (kind != PieceKind::UserDefined && !onRequest))
      continue;
    specialBytes += text.size();
    if (specialBytes > specialBytesLimit)
      return makeError("{}: control and user-defined tokens take more than {} MiB; no vocabulary "
                       "needs as much, the file is damaged",
                       file.path(), specialBytesLimit >> 20);
    special.add(text, id, onRequest);
  }
  return Status::ok();
}

uint64_t TokenModel::memoryBytes() const {
  return pieces.memoryBytes() + special.memoryBytes() + vocabulary.kinds.capacity() +
         vocabulary.endOfGeneration.capacity() / 8;
}

std::vector<int32_t> TokenModel::encode(std::string_view text, bool addBos, bool addEos,
                                        bool parseSpecial) const {
  std::vector<int32_t> ids;
  ids.reserve(text.size() / 4 + 2); // English has about four bytes per token
  if (addBos && vocabulary.bos)
    ids.push_back(*vocabulary.bos);
  bool afterSpecial = true;
  for (const TextFragment &fragment : special.split(text, parseSpecial)) {
    if (fragment.id >= 0)
      ids.push_back(fragment.id);
    else
      encodeRaw(fragment.text, afterSpecial, ids);
    afterSpecial = fragment.id >= 0;
  }
  if (addEos && vocabulary.eos)
    ids.push_back(*vocabulary.eos);
  return ids;
}

void TokenModel::decode(int32_t id, bool showSpecial, bool &afterSpecial, std::string &text) const {
  if (!contains(id)) {
    appendUtf8(text, replacementCharacter);
    afterSpecial = false;
    return;
  }
  switch (vocabulary.kinds[static_cast<size_t>(id)]) {
  case PieceKind::Control:
  case PieceKind::Unknown:
    if (showSpecial)
      text += pieces.text(id);
    afterSpecial = true;
    return;
  case PieceKind::UserDefined:
    text += pieces.text(id);
    afterSpecial = true;
    return;
  case PieceKind::Normal:
  case PieceKind::Unused:
  case PieceKind::Byte:
    decodePlain(id, afterSpecial, text);
    afterSpecial = false;
    return;
  }
}

} // namespace rx::runtime
