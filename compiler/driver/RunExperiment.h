//===- RunExperiment.h - compile into the cache and run ----------*- C++ -*-===//
#pragma once

#include "compiler/driver/Compilation.h"

namespace rx::driver {

struct RunArguments {
  ProgramArguments program;
  TargetArguments target;
  unsigned threads = 0; ///< 0: every core that is free
  bool profile = false;

  void addTo(CLI::App *command);
};

/// Gives the exit code.
int runExperiment(const RunArguments &arguments);

} // namespace rx::driver
