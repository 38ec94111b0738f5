#include "runtime/core/Memory.h"

#include <malloc.h>
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

/// Whole pages of [start, start + bytes) back to the system; they may be used again.
void giveBack(std::byte *start, int64_t bytes) {
  constexpr uintptr_t page = 4096;
  uintptr_t begin = reinterpret_cast<uintptr_t>(start), end = begin + bytes;
  begin = (begin + page - 1) / page * page;
  end = end / page * page;
  if (begin < end)
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
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

void returnFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  malloc_trim(0);
}

Expected<std::shared_ptr<std::byte>> SharedPages::allocate(int64_t bytes) {
  constexpr int64_t slabBytes = 32 * hugePage; // untouched pages take no memory
  if (bytes < 0 || bytes >= hugePage)
    return allocateTensorMemory(bytes);
  int64_t rounded = alignTensorBytes(std::max<int64_t>(bytes, 1));
  if (used + rounded > size) {
    Expected<std::shared_ptr<std::byte>> memory = allocateTensorMemory(slabBytes);
    if (!memory)
      return memory;
    slab = std::move(*memory);
    used = 0;
    size = slabBytes;
  }
  std::byte *start = slab.get() + used;
  used += rounded;
  return std::shared_ptr<std::byte>(
      start, [slab = slab, rounded](std::byte *memory) { giveBack(memory, rounded); });
}

} // namespace rx::runtime
