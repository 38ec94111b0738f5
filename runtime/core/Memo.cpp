#include "runtime/core/Memo.h"

namespace rx::runtime {

void RecentMemo::remember(const Hash128 &key, std::vector<HostTensor> values) {
  while (!entries.empty() && entries.size() >= most)
    entries.pop_front();
  if (most > 0)
    entries.emplace_back(key, std::move(values));
}

std::optional<std::vector<HostTensor>> RecentMemo::find(const Hash128 &key) {
  for (const auto &[known, values] : entries)
    if (known == key)
      return values;
  if (!behind)
    return std::nullopt;
  std::optional<std::vector<HostTensor>> values = behind->find(key);
  if (values)
    remember(key, *values);
  return values;
}

void RecentMemo::keep(const Hash128 &key, const std::vector<HostTensor> &values) {
  remember(key, values);
  if (behind)
    behind->keep(key, values);
}

} // namespace rx::runtime
