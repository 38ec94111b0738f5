// A compiled program as the runtime sees it: buffers, tables, and a flat list of instructions that
// does no arithmetic. `plan.json` holds it as text (runtime/plan/README.md gives the format).
#pragma once

#include "runtime/abi/PanelForm.h"
#include "runtime/abi/SizeExpr.h"
#include "runtime/core/HostTensor.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace rx::runtime {

inline constexpr int planFormat = 1;
/// Of one kernel.
inline constexpr size_t mostOperands = 64;

/// Element type and sizes, `f32[b, 2*t + 1]`; sizes are polynomials in the program's symbols. And
/// the form that matrices of weights are stored in: `f32[1024, 640] in panels<q8_0, 32>` holds
/// values of f32 as q8_0; `f32[1024, 640] in any form` is an entry of a table whose entries differ.
/// Sizes of what has a form are numbers.
struct BufferType {
  DType dtype = RX_F32;
  std::vector<SizeExpr> dims;
  PanelForm form;
  bool anyForm = false;

  bool isDense() const { return form.isDense() && !anyForm; }
  /// Nothing when a size is negative, or the number of bytes leaves 63 bits. `shape` is `dims` with
  /// values. Of "any form", the bytes of the values.
  std::optional<int64_t> bytes(const Shape &shape) const;
  std::string text() const;
  friend bool operator==(const BufferType &, const BufferType &) = default;
};

enum class BufferKind {
  Input,     ///< bound by the caller of the program
  State,     ///< kept between runs; replaced by its next value, or updated by a kernel
  Parameter, ///< one buffer of the manifest
  Constant,  ///< bytes of constants.bin
  Temporary, ///< lives in the arena
  Output,    ///< handed to the caller, or a state's next value
  Alias,     ///< memory of another buffer or table entry, bound by `entry` and `view`
};

/// Of an i32 state [trips.., c] that says where in caches, states [place, ..], the positions of
/// texts lie, by trip of the loops that fill them.
struct SlotTable {
  std::string places;         ///< size symbol: the first axis of those caches; elements are smaller
  std::vector<int64_t> reach; ///< positions that a later one reads at most, its own among them, by
                              ///< combination of trips; empty: all
};

struct BufferInfo {
  BufferKind kind = BufferKind::Temporary;
  BufferType type;
  std::string name;   ///< of an input, state or parameter
  int64_t offset = 0; ///< of a constant, in constants.bin
  /// Of an i32 input whose elements are positions: each is at least 0 and smaller than this.
  /// Kernels trust it.
  std::optional<int64_t> below;
  std::optional<SlotTable> slots;
};

/// Parameters of one type, one per combination of trips, in row-major order.
struct TableInfo {
  std::vector<int64_t> trips;
  BufferType type; ///< without symbols
  std::vector<std::string> buffers;
  std::vector<PanelForm> forms; ///< by entry, where `type` is in any form; else empty

  BufferType entryType(size_t entry) const {
    BufferType result = type;
    if (type.anyForm)
      result.form = forms[entry], result.anyForm = false;
    return result;
  }
};

/// One compiled function (an rx_kernel). The same kernel serves every size.
struct KernelInfo {
  std::string name;   ///< for people: profiles and messages
  std::string symbol; ///< in kernels.so
  std::string location;
  std::vector<std::string> sizes; ///< symbols
  std::vector<SizeExpr> passed; ///< to the code, in these symbols: kernels of other sizes share it
  std::vector<BufferType> operands; ///< inputs, then outputs
  int64_t inputs = 0;               ///< how many operands are read only
  /// The input that lies where the first output is made: the kernel changes it.
  std::optional<int32_t> updates;
  SizeExpr rows;     ///< extent of the parallel dimension
  SizeExpr scratch;  ///< bytes per thread
  int64_t grain = 1; ///< rows below which another thread does not pay
  int64_t unit = 1;  ///< rows that a part should be a multiple of
};

//===----------------------------------------------------------------------===//
// Instructions. Numbers index the program's buffers and tables, and the plan's kernels. Open loops
// are numbered from the outermost, 0.
//===----------------------------------------------------------------------===//

using BufferId = int32_t;

/// Variants are kernels that differ from the first one in the forms of inputs alone. The forms of
/// the inputs bound at the time say which of them runs.
struct Launch {
  std::vector<int32_t> kernels; ///< at least one
  std::vector<BufferId> inputs, outputs;
  std::vector<SizeExpr> sizes; ///< one per size symbol of the kernel, in the program's symbols
};

/// A value that every trip hands to the next: `argument` reads `initial` in the first trip and what
/// the trip before wrote to `next` in the others; afterwards it holds the last one.
struct Carried {
  BufferId argument = 0, initial = 0, next = 0;
};

struct Loop {
  int64_t trips = 0;
  BufferId trip = 0; ///< i32[]: the number of the trip
  std::vector<Carried> carried;
  std::vector<BufferId> stacked; ///< filled row by row through views; complete after the loop
};

/// Closes a loop or a branch.
struct End {};

/// Runs the instructions up to `else` if `condition` (bool[]) holds, else those after it.
struct Branch {
  BufferId condition = 0;
};

struct Else {};

struct Copy {
  BufferId from = 0, to = 0;
};

/// `to` (an alias) becomes the table's entry for the current trips of the loops `at`.
struct Entry {
  int32_t table = 0;
  std::vector<int32_t> at; ///< one open loop per trip count of the table
  BufferId to = 0;
};

/// `to` (an alias) becomes the row of `from` for the current trip of the loop `at`.
struct View {
  BufferId from = 0;
  int32_t at = 0;
  BufferId to = 0;
};

/// Calls a function of the runtime (runtime/plan/HostFunctions.h).
struct Host {
  std::string function;
  std::vector<BufferId> inputs, outputs;
};

struct Instruction {
  std::variant<Launch, Loop, End, Branch, Else, Copy, Entry, View, Host> op;
  std::string location; ///< path in the model and file:line, for profiles and messages
};

/// A named buffer that leaves a program; `next` of a state takes the state's place after the run.
struct ResultInfo {
  std::string name;
  BufferId buffer = 0;
};

struct Program {
  std::string name;
  std::vector<std::string> symbols; ///< bound from the shapes of inputs and states
  std::vector<BufferInfo> buffers;
  std::vector<TableInfo> tables;
  std::vector<Instruction> code;
  std::vector<ResultInfo> outputs;
  std::vector<ResultInfo> nextStates; ///< named as the state buffers
};

struct Plan {
  std::vector<KernelInfo> kernels;
  std::map<std::string, Program, std::less<>> programs;
};

/// The buffers of the manifest that a program reads.
std::set<std::string> weightsOf(const Program &program);

/// How many trips of loops share a buffer of which each touches its own part: of a cache, the
/// combinations of trips of its slot table. 1 for all others.
int64_t tripsSharing(const Program &program, BufferId buffer);

/// The word that stands in plan.json for each kind.
std::string_view kindName(BufferKind kind);
/// "launch", "loop", ...: what an instruction is called in plan.json and in messages.
std::string_view opName(const Instruction &instruction);

} // namespace rx::runtime
