// The first pass of tokenisation: cutting raw text at special pieces. Internal to runtime/io.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace rx::runtime {

/// A stretch of the input: raw text (id < 0), or one special piece.
struct TextFragment {
  std::string_view text;
  int32_t id = -1;
};

/// Finds pieces in a text the way ggml does: the longest piece first over the whole text, each from
/// left to right; what remains is searched for the next longest. (Not the longest match at each
/// position from the left: the two differ where pieces overlap.) Equally long pieces: lower id
/// first.
class SpecialPieces {
public:
  /// `onRequest`: found only when the caller parses special tokens.
  void add(std::string_view text, int32_t id, bool onRequest);

  /// Cuts `text`; fragments are in order, none is empty. O(n log n) in the text.
  std::vector<TextFragment> split(std::string_view text, bool parseSpecial) const;

  uint64_t memoryBytes() const { return nodes.capacity() * sizeof(Node); }

private:
  struct Node {
    int32_t id = -1;
    uint32_t firstChild = 0; ///< 0: none, as the root is nobody's child
    uint32_t nextSibling = 0;
    uint8_t byte = 0;
    bool onRequest = false;
  };
  struct Match {
    size_t start;
    uint32_t length;
    int32_t id;
  };

  uint32_t child(uint32_t node, uint8_t byte) const;
  Match longestAt(std::string_view text, size_t start, bool parseSpecial,
                  const std::vector<bool> &taken) const;
  std::vector<Match> findAll(std::string_view text, bool parseSpecial) const;

  std::vector<Node> nodes{Node()}; ///< a trie, children as linked lists
  uint32_t firstNodes[256] = {};   ///< children of the root, which nearly every search asks for
};

} // namespace rx::runtime
