// Texts numbered from 0, and the way back from a text to its number. Internal to runtime/io.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rx::runtime {

class PieceTable {
public:
  /// `expected` texts will be added: avoids growing.
  explicit PieceTable(uint64_t expected = 0);

  /// Appends a text and returns its id. A text that is not indexed (or already was) has an id, but
  /// find() does not lead to it.
  int32_t add(std::string_view text, bool indexed);

  uint64_t memoryBytes() const {
    return characters.capacity() + ends.capacity() * sizeof(uint64_t) +
           slots.capacity() * sizeof(Slot);
  }
  uint64_t size() const { return ends.size(); }
  std::string_view text(int32_t id) const {
    uint64_t begin = id == 0 ? 0 : ends[id - 1];
    return {characters.data() + begin, ends[id] - begin};
  }

  /// The id of an indexed text, or -1.
  int32_t find(std::string_view text) const;

private:
  struct Slot {
    uint32_t tag = 0; ///< upper half of the hash
    int32_t id = -1;
  };

  uint64_t hash(std::string_view text) const;
  void insert(uint64_t hash, int32_t id);
  void grow();

  std::vector<char> characters;
  std::vector<uint64_t> ends;
  std::vector<Slot> slots; ///< open addressing, a power of two, at most half full
  uint64_t used = 0;
  uint64_t seed;
};

} // namespace rx::runtime
