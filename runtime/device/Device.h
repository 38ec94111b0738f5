// Where kernels run. The executor knows this interface and nothing of what is behind it.
#pragma once

#include "runtime/abi/Kernel.h"
#include "runtime/core/Status.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace rx::runtime {

struct Dim3 {
  int64_t x = 1, y = 1, z = 1;
};

/// The cut of one launch. A device that cuts the parallel dimension itself (Cpu) reads grid.x as
/// the number of parallel rows, block.x as the number of rows that a part should be a multiple of,
/// block.y as the number below which another thread does not pay, and smem as the bytes of scratch
/// that every thread needs.
struct LaunchShape {
  Dim3 grid, block, cluster;
  int64_t smem = 0;
};

/// What a kernel receives. Both spans live until the launch has run.
struct LaunchArguments {
  std::span<const rx_operand> operands; ///< inputs, then outputs; device pointers
  std::span<const int64_t> sizes;       ///< values of the kernel's size symbols
};

/// Code that was loaded; opaque.
using KernelHandle = const void *;

/// One kernel to run.
struct KernelCall {
  KernelHandle kernel = nullptr;
  LaunchShape shape;
  LaunchArguments arguments;
};

/// Launches and copies on one queue run in order.
struct Queue {
  uint32_t index = 0;
};

/// A point in a queue's work.
struct Event {
  uint64_t point = 0;
};

enum class CopyKind { HostToDevice, DeviceToHost, DeviceToDevice };

class Device {
public:
  virtual ~Device() = default;

  virtual std::string_view name() const = 0;

  /// Programs that may run side by side, each on a sibling of this device.
  virtual unsigned threads() const = 0;
  /// A device of one thread that finds the same kernels. What it allocates may outlive it.
  virtual Expected<std::unique_ptr<Device>> sibling() const = 0;

  /// Device pointers are host pointers: what is in host memory needs no copy.
  virtual bool sharesHostMemory() const = 0;

  /// Loads compiled code, kept until the device is destroyed. Loading a file again is free.
  virtual Status load(const std::string &path) = 0;
  /// The kernel called `symbol` in what was loaded; the error names it.
  virtual Expected<KernelHandle> findKernel(const std::string &symbol) = 0;

  /// Uninitialised memory, at least 64-byte aligned, returned by the last owner.
  virtual Expected<std::shared_ptr<std::byte>> allocate(int64_t bytes) = 0;

  virtual Status copy(void *to, const void *from, int64_t bytes, CopyKind kind, Queue queue) = 0;
  /// Kernels of which none writes what another reads or writes: they may run at the same time.
  virtual Status launch(std::span<const KernelCall> calls, Queue queue) = 0;

  virtual Expected<Event> record(Queue queue) = 0;
  virtual Status wait(Event event) = 0;

  /// Between beginCapture and endCapture, launches on `queue` are recorded instead of run; replay
  /// runs them again with the same arguments. Devices without graphs say so.
  virtual Status beginCapture(Queue queue) = 0;
  virtual Expected<uint64_t> endCapture(Queue queue) = 0;
  virtual Status replay(uint64_t graph, Queue queue) = 0;
};

} // namespace rx::runtime
