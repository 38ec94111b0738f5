// Values that were computed before.
#pragma once

#include "runtime/core/Hash.h"
#include "runtime/core/HostTensor.h"

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace rx::runtime {

/// Keeps values under keys that cover all they depend on: the same key always has the same value,
/// so that losing one costs time and nothing else.
class Memo {
public:
  virtual ~Memo() = default;

  /// What was kept under `key`, or nothing.
  virtual std::optional<std::vector<HostTensor>> find(const Hash128 &key) = 0;
  virtual void keep(const Hash128 &key, const std::vector<HostTensor> &values) = 0;
};

/// The latest values in memory, in front of another memo or of none. For one thread.
class RecentMemo final : public Memo {
public:
  /// `behind` may be null.
  RecentMemo(size_t most, Memo *behind) : most(most), behind(behind) {}

  std::optional<std::vector<HostTensor>> find(const Hash128 &key) override;
  void keep(const Hash128 &key, const std::vector<HostTensor> &values) override;

private:
  void remember(const Hash128 &key, std::vector<HostTensor> values);

  size_t most;
  Memo *behind;
  std::deque<std::pair<Hash128, std::vector<HostTensor>>> entries; ///< the latest last
};

} // namespace rx::runtime
