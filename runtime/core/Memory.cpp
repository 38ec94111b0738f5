#include "runtime/core/Memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace rx::runtime {

namespace {
constexpr int64_t hugePage = int64_t(2) << 20;
constexpr int64_t addressSpace = int64_t(1) << 47; ///< of a process; more need not be asked for

int64_t roundUp(int64_t bytes, int64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

/// Whole huge pages of their own mapping, or null. The allocator would keep what is freed, below
/// 32 MB and in every thread's own arena: 370 MB of 1.2 GB where weights are computed from others.
std::shared_ptr<std::byte> mapHugePages(int64_t bytes) {
  // One page more than wanted holds an aligned start; what lies beside goes back at once.
  size_t size = static_cast<size_t>(bytes), mapped = size + hugePage;
  void *raw = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED)
    return nullptr;
  auto *start = static_cast<std::byte *>(raw);
  size_t before = (hugePage - reinterpret_cast<uintptr_t>(start) % hugePage) % hugePage;
  if (before)
    munmap(start, before);
  munmap(start + before + size, hugePage - before);
  start += before;
  // Advice only: without huge pages the program is slower, not wrong.
  madvise(start, size, MADV_HUGEPAGE);
  return std::shared_ptr<std::byte>(start, [size](std::byte *memory) { munmap(memory, size); });
}

} // namespace

int64_t allocatedBytes(int64_t bytes) {
  return bytes >= hugePage && bytes <= addressSpace ? roundUp(bytes, hugePage) : bytes;
}

Expected<std::shared_ptr<std::byte>> allocateTensorMemory(int64_t bytes) {
  if (bytes < 0 || bytes > addressSpace)
    return makeError("out of memory: {} bytes are not available", bytes);
  std::shared_ptr<std::byte> memory;
  if (bytes >= hugePage) {
    memory = mapHugePages(roundUp(bytes, hugePage));
  } else {
    // aligned_alloc wants a multiple of the alignment, and a pointer even for empty tensors.
    int64_t rounded = roundUp(std::max<int64_t>(bytes, 1), tensorAlignment);
    memory.reset(static_cast<std::byte *>(std::aligned_alloc(tensorAlignment, rounded)), std::free);
  }
  if (!memory)
    return makeError("out of memory: {} bytes are not available", bytes);
  return memory;
}

} // namespace rx::runtime
