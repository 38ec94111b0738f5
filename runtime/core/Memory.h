// Memory for tensors: aligned for vector loads, on huge pages where it is large.
#pragma once

#include "runtime/core/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace rx::runtime {

/// Every tensor starts at a multiple of this many bytes (a cache line, an AVX-512 register).
inline constexpr int64_t tensorAlignment = 64;

/// `bytes` rounded up to a multiple of tensorAlignment; bytes <= INT64_MAX - 63.
inline int64_t alignTensorBytes(int64_t bytes) {
  return (bytes + tensorAlignment - 1) / tensorAlignment * tensorAlignment;
}

/// Uninitialised memory, aligned to tensorAlignment; freed with its last owner. From 2 MiB on it is
/// huge pages if the system has some, which it gets back at once. Zero bytes are legal (the pointer
/// is not null). Fails, without throwing, when the system has no such amount.
Expected<std::shared_ptr<std::byte>> allocateTensorMemory(int64_t bytes);

/// Bytes of the system's memory that allocateTensorMemory(bytes) takes once they are all used:
/// whole huge pages where it takes those.
int64_t allocatedBytes(int64_t bytes);

/// From here on, what malloc gives for more than a few pages goes back to the system when it is
/// freed. By default it raises that bound to what was freed last, and keeps up to 32 MB at a time
/// in every thread's arena: 150 MB where weights are decomposed.
void returnFreedMemory();

/// Huge pages that small tensors share. A matrix of a layer has less than one; on small pages of
/// its own, every 4 KB of weights would cost a walk through page tables that are no longer in the
/// caches.
class SharedPages {
public:
  /// As allocateTensorMemory. The last owner's pages go back to the system, but their place is not
  /// used again: for what is kept.
  Expected<std::shared_ptr<std::byte>> allocate(int64_t bytes);

private:
  std::shared_ptr<std::byte> slab;
  int64_t used = 0, size = 0; ///< of the slab
};

} // namespace rx::runtime
