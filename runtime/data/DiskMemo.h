// Values that were computed before, by this run or another.
#pragma once

#include "runtime/core/Memo.h"
#include "runtime/core/Status.h"

#include <atomic>
#include <filesystem>
#include <functional>

namespace rx::runtime {

/// A folder with one file per key, written whole and checked when it is read: a damaged file counts
/// as none and is replaced. Any thread and any process may use it at any time.
class DiskMemo final : public Memo {
public:
  /// `onProblem` is told, once, why nothing can be kept (no space, no right to write).
  explicit DiskMemo(std::filesystem::path folder,
                    std::function<void(const Status &)> onProblem = {})
      : folder(std::move(folder)), onProblem(std::move(onProblem)) {}

  std::optional<std::vector<HostTensor>> find(const Hash128 &key) override;
  void keep(const Hash128 &key, const std::vector<HostTensor> &values) override;

private:
  std::filesystem::path folder;
  std::function<void(const Status &)> onProblem;
  std::atomic<bool> reported = false;
};

} // namespace rx::runtime
