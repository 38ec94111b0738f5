// Greedy pair merging with a heap, as both SentencePiece BPE and byte-level BPE define it: always
// join the best pair, ties leftmost. O(n log n). Internal to runtime/io.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace rx::runtime {

/// A run of text, linked to its neighbours by index. length 0: joined into the one on its left.
struct MergeSymbol {
  static constexpr uint32_t none = UINT32_MAX;

  uint32_t start = 0;
  uint32_t length = 0;
  int32_t id = -1;
  uint32_t previous = none;
  uint32_t next = none;
};

struct MergeResult {
  int32_t id = -1; ///< of the joined symbol; negative: the two do not join
  float priority = 0;
};

/// The working memory of merges, kept between calls.
class HeapMerge {
public:
  std::vector<MergeSymbol> symbols;

  /// Appends a symbol on the right of all others.
  void append(uint32_t start, uint32_t length, int32_t id) {
    auto index = static_cast<uint32_t>(symbols.size());
    uint32_t previous = index == 0 ? MergeSymbol::none : index - 1;
    if (index != 0)
      symbols.back().next = index;
    symbols.push_back({start, length, id, previous, MergeSymbol::none});
  }

  /// Joins until no pair is left. `join(left, right)` says whether and how urgently two neighbours
  /// join; it must depend on their texts alone.
  template <typename Join> void run(Join &&join) {
    heap.clear();
    for (uint32_t left = 0; left + 1 < symbols.size(); ++left)
      consider(left, join);
    while (!heap.empty()) {
      std::pop_heap(heap.begin(), heap.end());
      Candidate best = heap.back();
      heap.pop_back();
      apply(best, join);
    }
  }

private:
  struct Candidate {
    float priority;
    uint32_t left;
    uint32_t length; ///< of the joined text
    int32_t id;

    friend bool operator<(const Candidate &a, const Candidate &b) {
      return a.priority < b.priority || (a.priority == b.priority && a.left > b.left);
    }
  };

  template <typename Join> void consider(uint32_t left, Join &join) {
    if (left == MergeSymbol::none || symbols[left].next == MergeSymbol::none)
      return;
    const MergeSymbol &a = symbols[left], &b = symbols[a.next];
    MergeResult result = join(a, b);
    if (result.id < 0)
      return;
    heap.push_back({result.priority, left, a.length + b.length, result.id});
    std::push_heap(heap.begin(), heap.end());
  }

  template <typename Join> void apply(const Candidate &candidate, Join &join) {
    MergeSymbol &left = symbols[candidate.left];
    // Stale if either side has changed since. Symbols start where they started, so that an equal
    // total length means equal text.
    if (left.length == 0 || left.next == MergeSymbol::none)
      return;
    MergeSymbol &right = symbols[left.next];
    if (left.length + right.length != candidate.length)
      return;
    left.length = candidate.length;
    left.id = candidate.id;
    right.length = 0;
    left.next = right.next;
    if (left.next != MergeSymbol::none)
      symbols[left.next].previous = candidate.left;
    consider(left.previous, join);
    consider(candidate.left, join);
  }

  std::vector<Candidate> heap;
};

} // namespace rx::runtime
