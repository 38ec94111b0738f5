// What is known about every buffer of a program at one point of its code; half of the verifier.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/plan/Plan.h"

#include <optional>
#include <vector>

namespace rx::runtime {

/// Follows which buffers have values while the verifier walks the code (rules P1, P2, P3, P5).
class ProgramFlow {
public:
  explicit ProgramFlow(const Program &program);

  Status read(BufferId buffer) const;
  Status write(BufferId buffer);
  /// A kernel changes a value where it lies: a state, or its part for an open loop.
  Status update(BufferId buffer) const;
  /// Binds an alias to something that has a value.
  Status bind(BufferId alias);
  /// Binds an alias to the current row of a buffer: to be read if the buffer has a value, to be
  /// written if the innermost loop stacks it.
  Status bindRow(const View &view);

  Status openLoop(const Loop &loop);
  Status openBranch();
  Status switchToElse();
  Status close();
  Status finish() const;

  /// Trips of the open loop numbered `at` from the outermost, or nothing.
  std::optional<int64_t> openTrips(int32_t at) const;

private:
  struct Scope {
    const Loop *loop = nullptr; ///< null: a branch
    bool inElse = false;
    std::vector<BufferId> written;     ///< in this scope, undone when it closes
    std::vector<BufferId> thenWritten; ///< of a branch, once in `else`
  };
  enum class Use : uint8_t { Free, Argument, Next, Trip, Stacked };

  /// After its loop, a `next` may hold the memory of the carried argument.
  bool isNextOfOpenLoop(BufferId buffer) const;
  Status claim(BufferId buffer, Use use);
  Status claimCarried(const Carried &carried);
  Status checkRows(const Loop &loop) const;
  void define(BufferId buffer);
  void forget(const std::vector<BufferId> &buffers);
  std::vector<BufferId> closeLoop(const Scope &scope);
  std::vector<BufferId> closeBranch(Scope &scope);

  const Program &program;
  std::vector<bool> defined;
  std::vector<Use> uses;           ///< what a loop holds the buffer for, once in a program
  std::vector<const Loop *> rowOf; ///< of an alias bound for writing: the loop that stacks it
  std::vector<bool> ofState;       ///< a state, or an alias bound to a part of one
  std::vector<BufferId> rowView;   ///< of a stacked buffer: the alias bound to its row, or -1
  std::vector<Scope> scopes;
};

} // namespace rx::runtime
