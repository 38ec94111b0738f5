// Runs another program to its end: the package client, Rscript.
#pragma once

#include "runtime/core/Status.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rx::runtime {

struct ProgramRun {
  int exitCode = 0;   ///< 128 + signal if a signal ended it
  std::string output; ///< the end of standard output and error together, at most 64 kB
};

struct ProgramOptions {
  /// Added to, or replacing, the environment of this process.
  std::vector<std::pair<std::string, std::string>> environment;
  /// Called about five times a second while the program runs.
  std::function<void()> onTick;
};

/// Runs `command[0]`, found on PATH, with `command` as its arguments: no shell in between, standard
/// input empty. Error: it cannot be started. A failing program is not an error of this function.
Expected<ProgramRun> runProgram(const std::vector<std::string> &command,
                                const ProgramOptions &options = {});

/// The last `count` lines of a program's output, each indented by four blanks, for an error
/// message.
std::string lastLines(const std::string &output, size_t count);

} // namespace rx::runtime
