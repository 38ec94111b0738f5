#include "runtime/io/SpecialPieces.h"

#include <algorithm>
#include <tuple>

namespace rx::runtime {

uint32_t SpecialPieces::child(uint32_t node, uint8_t byte) const {
  if (node == 0)
    return firstNodes[byte];
  uint32_t next = nodes[node].firstChild;
  while (next != 0 && nodes[next].byte != byte)
    next = nodes[next].nextSibling;
  return next;
}

void SpecialPieces::add(std::string_view text, int32_t id, bool onRequest) {
  uint32_t node = 0;
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<uint32_t>(nodes.size());
      nodes.push_back({.nextSibling = nodes[node].firstChild, .byte = byte});
      nodes[node].firstChild = next;
      if (node == 0)
        firstNodes[byte] = next;
    }
    node = next;
  }
  nodes[node].id = id;
  nodes[node].onRequest = onRequest;
}

/// The longest piece at `start` that lies in bytes not taken; length 0 when there is none.
SpecialPieces::Match SpecialPieces::longestAt(std::string_view text, size_t start,
                                              bool parseSpecial,
                                              const std::vector<bool> &taken) const {
  Match best{start, 0, -1};
  uint32_t node = 0;
  for (size_t i = start; i < text.size() && !taken[i]; ++i) {
    node = child(node, static_cast<uint8_t>(text[i]));
    if (node == 0)
      break;
    if (nodes[node].id >= 0 && (parseSpecial || !nodes[node].onRequest))
      best = {start, static_cast<uint32_t>(i + 1 - start), nodes[node].id};
  }
  return best;
}

std::vector<SpecialPieces::Match> SpecialPieces::findAll(std::string_view text,
                                                         bool parseSpecial) const {
  // Heap order: the greatest element is the longest match, then the lowest id, then the leftmost.
  auto comesLater = [](const Match &a, const Match &b) {
    return std::tuple(a.length, b.id, b.start) < std::tuple(b.length, a.id, a.start);
  };
  std::vector<bool> taken(text.size());
  std::vector<Match> heap, found;
  for (size_t start = 0; start < text.size(); ++start)
    if (firstNodes[static_cast<uint8_t>(text[start])] != 0)
      if (Match match = longestAt(text, start, parseSpecial, taken); match.length != 0)
        heap.push_back(match);
  std::make_heap(heap.begin(), heap.end(), comesLater);
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), comesLater);
    Match match = heap.back();
    heap.pop_back();
    // Bytes may have been taken since: then only a shorter piece can still begin here.
    Match now = longestAt(text, match.start, parseSpecial, taken);
    if (now.length == match.length) {
      std::fill_n(taken.begin() + static_cast<std::ptrdiff_t>(now.start), now.length, true);
      found.push_back(now);
    } else if (now.length != 0) {
      heap.push_back(now);
      std::push_heap(heap.begin(), heap.end(), comesLater);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Match &a, const Match &b) { return a.start < b.start; });
  return found;
}

std::vector<TextFragment> SpecialPieces::split(std::string_view text, bool parseSpecial) const {
  std::vector<TextFragment> fragments;
  size_t end = 0;
  auto addRaw = [&](size_t until) {
    if (until > end)
      fragments.push_back({text.substr(end, until - end), -1});
  };
  for (const Match &match : findAll(text, parseSpecial)) {
    addRaw(match.start);
    fragments.push_back({text.substr(match.start, match.length), match.id});
    end = match.start + match.length;
  }
  addRaw(text.size());
  return fragments;
}

} // namespace rx::runtime
