#include "runtime/io/PieceTable.h"

#include "runtime/core/Hash.h"

#include <bit>
#include <random>

namespace rx::runtime {

// A random seed, on which no result depends: a file cannot be built to make look-up slow.
PieceTable::PieceTable(uint64_t expected)
    : slots(std::bit_ceil(2 * expected + 16)), seed(std::random_device()()) {
  ends.reserve(expected);
}

uint64_t PieceTable::hash(std::string_view text) const { return hash64(text, seed); }

int32_t PieceTable::find(std::string_view text) const {
  uint64_t key = hash(text);
  auto tag = static_cast<uint32_t>(key >> 32);
  for (uint64_t i = key & (slots.size() - 1);; i = (i + 1) & (slots.size() - 1)) {
    const Slot &slot = slots[i];
    if (slot.id < 0 || (slot.tag == tag && this->text(slot.id) == text))
      return slot.id;
  }
}

int32_t PieceTable::add(std::string_view text, bool indexed) {
  auto id = static_cast<int32_t>(ends.size());
  bool isNew = indexed && find(text) < 0;
  characters.insert(characters.end(), text.begin(), text.end());
  ends.push_back(characters.size());
  if (!isNew)
    return id;
  if (2 * (used + 1) > slots.size())
    grow();
  insert(hash(text), id);
  return id;
}

void PieceTable::insert(uint64_t hash, int32_t id) {
  uint64_t i = hash & (slots.size() - 1);
  while (slots[i].id >= 0)
    i = (i + 1) & (slots.size() - 1);
  slots[i] = {static_cast<uint32_t>(hash >> 32), id};
  ++used;
}

void PieceTable::grow() {
  std::vector<Slot> old(2 * slots.size());
  old.swap(slots);
  used = 0;
  for (const Slot &slot : old)
    if (slot.id >= 0)
      insert(hash(text(slot.id)), slot.id);
}

} // namespace rx::runtime
