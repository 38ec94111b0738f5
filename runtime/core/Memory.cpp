#include "runtime/core/Memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace rx::runtime {

namespace {
constexpr int64_t hugePage = int64_t(2) << 20;
constexpr int64_t addressSpace = int64_t(1) << 47; ///< of a process; more need not be asked for

int64_t roundUp(int64_t bytes, int64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}
} // namespace

int64_t allocatedBytes(int64_t bytes) {
  return bytes >= hugePage && bytes <= addressSpace ? roundUp(bytes, hugePage) : bytes;
}

Expected<std::shared_ptr<std::byte>> allocateTensorMemory(int64_t bytes) {
  if (bytes < 0 || bytes > addressSpace)
    return makeError("out of memory: {} bytes are not available", bytes);
  bool huge = bytes >= hugePage;
  int64_t alignment = huge ? hugePage : tensorAlignment;
  // aligned_alloc wants a multiple of the alignment, and a pointer even for empty tensors.
  int64_t rounded = roundUp(std::max<int64_t>(bytes, 1), alignment);
  void *memory = std::aligned_alloc(static_cast<size_t>(alignment), static_cast<size_t>(rounded));
  if (!memory)
    return makeError("out of memory: {} bytes are not available", bytes);
  if (huge) // Advice only: without huge pages the program is slower, not wrong.
    madvise(memory, static_cast<size_t>(rounded), MADV_HUGEPAGE);
  return std::shared_ptr<std::byte>(static_cast<std::byte *>(memory), std::free);
}

} // namespace rx::runtime
