#include "compiler/diag/Diagnostic.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

using namespace rx::diag;

namespace {

/// How many slips make one name of the other: a letter too many, too few, or wrong, or two
/// neighbours in the wrong order (the distance of Damerau, 1964, where no part is edited twice).
size_t slipsBetween(const std::string &name, const std::string &candidate) {
  size_t width = candidate.size() + 1;
  std::vector<size_t> before(width), last(width), row(width); // the rows i - 2, i - 1 and i
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= name.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j < width; ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (name[i - 1] != candidate[j - 1])});
      if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

} // namespace

/// A slip per three letters of the longer name: a name of one or two letters differs from another
/// one by what it is, not by a slip. A beginning is meant whatever was left out after it.
std::string rx::diag::nearestName(const std::string &name,
                                  const std::vector<std::string> &candidates) {
  std::string best;
  size_t fewest = SIZE_MAX;
  for (auto &candidate : candidates) {
    bool begins = name.size() >= 3 && candidate.starts_with(name);
    size_t slips = begins ? 1 : slipsBetween(name, candidate);
    if (slips <= std::max(name.size(), candidate.size()) / 3 && slips < fewest) {
      fewest = slips;
      best = candidate;
    }
  }
  return best;
}

std::string rx::diag::didYouMean(const std::string &name,
                                 const std::vector<std::string> &candidates) {
  std::string nearest = nearestName(name, candidates);
  return nearest.empty() ? "" : "did you mean `" + nearest + "`?";
}
