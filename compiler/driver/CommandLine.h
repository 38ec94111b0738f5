//===- CommandLine.h - the subcommands of rxc --------------------*- C++ -*-===//
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace rx::driver {

/// What the process tells its caller.
enum ExitCode {
  Success = 0,
  Failure = 1,      ///< the program is wrong, the run failed, or `fmt --check` found something
  WrongUsage = 2,   ///< the command line itself cannot be understood
  Interrupted = 130 ///< Ctrl-C; what was computed until then is kept
};

/// The command line: one subcommand per file of commands/, each with its own help.
class CommandLine {
public:
  CommandLine();

  /// Adds a subcommand. `summary` is its line in `rxc --help`; `details` (what it does, and an
  /// example) ends its own help; `action` runs once its options are read and gives the exit code.
  CLI::App *add(const std::string &name, const std::string &summary, const std::string &details,
                std::function<int()> action);

  int run(int argc, char **argv);

private:
  bool isUnknownCommand(const std::string &name) const;

  CLI::App app;
  std::vector<std::pair<CLI::App *, std::function<int()>>> commands;
};

/// Prints `rxc: error: MESSAGE`; returns the exit code that belongs to it.
int fail(const std::string &message, ExitCode code = Failure);

} // namespace rx::driver
