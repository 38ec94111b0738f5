// Where the time of a run goes: per kernel and place in the program.
#pragma once

#include "runtime/plan/Executor.h"

#include <cstdint>
#include <map>
#include <string>

namespace rx::runtime {

class Profile {
public:
  /// Counts every instruction that the executor runs from now on. `plan` and this object outlive
  /// its runs.
  void attach(Executor &executor, const Plan &plan);
  /// A table, most time first; what took less than a thousandth is left out.
  std::string text() const;

private:
  struct Spent {
    double seconds = 0;
    int64_t bytes = 0, runs = 0;
  };
  std::map<std::string, Spent> spent; ///< by instruction and place
};

} // namespace rx::runtime
