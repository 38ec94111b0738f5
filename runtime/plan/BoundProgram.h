// A program whose size symbols have values: shapes, launch sizes and memory as numbers.
#pragma once

#include "runtime/abi/Kernel.h"
#include "runtime/core/HostTensor.h"
#include "runtime/core/Status.h"
#include "runtime/device/Device.h"
#include "runtime/plan/MemoryPlanner.h"
#include "runtime/plan/Plan.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace rx::runtime {

using Bindings = SizeExpr::Bindings;

/// One variant of a launch instruction, with numbers in it.
struct BoundLaunch {
  int32_t kernel = 0;
  LaunchShape shape;
  std::vector<int64_t> sizes;
  std::vector<BufferId> buffers;    ///< inputs, then outputs
  std::vector<rx_operand> operands; ///< strides set; data are filled in at every launch
};

/// By buffer.
struct SizedBuffers {
  std::vector<Shape> shapes;
  std::vector<int64_t> bytes;

  /// Bytes of all buffers of one kind.
  int64_t bytesOf(const Program &program, BufferKind kind) const;
};

struct BoundProgram : SizedBuffers {
  const Program *program = nullptr;
  Bindings bindings;
  std::vector<int64_t> arenaOffsets; ///< by buffer; -1 for what does not lie in the arena
  /// By instruction, one per variant; empty for other instructions.
  std::vector<std::vector<BoundLaunch>> launches;
  const Plan *plan = nullptr;
  std::vector<size_t> partners; ///< by instruction: see partnersOf
  std::vector<size_t> together; ///< by instruction: see togetherSince
  int64_t arenaBytes = 0;
};

/// Where control may go from every instruction: from `loop` to its `end` and back, from `branch` to
/// its `else` (its `end` if there is none), from `else` to the `end`.
std::vector<size_t> partnersOf(const Program &program);

/// Values for the program's symbols from the shapes of its inputs and states. `shapeOf` gives the
/// shape of a buffer, null when there is none. Every axis must then have the size its type says;
/// the error names the input, the axis and the two sources of a size that disagree.
Expected<Bindings> bindSymbols(const Program &program,
                               const std::function<const Shape *(BufferId)> &shapeOf);

/// Evaluates every size, compares every launch with its kernel's signature, and places the
/// temporaries. The error names the instruction.
Expected<BoundProgram> bindProgram(const Plan &plan, const Program &program, Bindings bindings);

/// The steps of bindProgram that decide about memory.
Expected<SizedBuffers> sizeBuffers(const Program &program, const Bindings &bindings);
Expected<Placement> placeTemporaries(const Program &program, const SizedBuffers &sizes);

} // namespace rx::runtime
