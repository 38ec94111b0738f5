// The processor as a device: kernels from a shared object, cut over threads.
#pragma once

#include "runtime/device/Device.h"
#include "runtime/device/ThreadPool.h"

#include <map>
#include <vector>

namespace rx::runtime {

/// Runs everything in the calling thread and its pool, at once: a queue is always empty. Kernels
/// give the same bits whatever the cut (runtime/abi/Kernel.h), so results do not depend on the
/// number of threads.
class Cpu final : public Device {
public:
  /// `threads` = 0 means usableCores().
  explicit Cpu(unsigned threads = 0);
  ~Cpu() override;

  /// Makes a function of this process a kernel: tests, and programs that bring their own.
  void registerKernel(const std::string &symbol, rx_kernel kernel) { registered[symbol] = kernel; }

  std::string_view name() const override { return "cpu"; }
  unsigned threads() const override { return pool.size(); }
  Expected<std::unique_ptr<Device>> sibling() const override;
  bool sharesHostMemory() const override { return true; }
  Status load(const std::string &path) override;
  Expected<KernelHandle> findKernel(const std::string &symbol) override;
  Expected<std::shared_ptr<std::byte>> allocate(int64_t bytes) override;
  Status copy(void *to, const void *from, int64_t bytes, CopyKind kind, Queue queue) override;
  Status launch(std::span<const KernelCall> calls, Queue queue) override;
  Expected<Event> record(Queue queue) override;
  Status wait(Event event) override;
  Status beginCapture(Queue queue) override;
  Expected<uint64_t> endCapture(Queue queue) override;
  Status replay(uint64_t graph, Queue queue) override;

private:
  Status reserveScratch(int64_t bytes);

  ThreadPool pool;
  std::vector<std::shared_ptr<std::byte>> scratch; ///< one per thread
  int64_t scratchBytes = 0;
  std::map<std::string, void *> modules; ///< by real path
  std::map<std::string, rx_kernel> registered;
};

/// The names in `features` ("+avx2,+fma", as compilers spell them) that this processor lacks or
/// this program does not know, in order. A bundle whose list is not empty must not be run here.
std::vector<std::string> missingCpuFeatures(std::string_view features);

} // namespace rx::runtime
