//===- RunExperiment.h - compile into the cache and run ----------*- C++ -*-===//
#pragma once

#include "compiler/driver/Compilation.h"
#include "runtime/infer/Generator.h"

namespace rx::driver {

struct RunArguments {
  ProgramArguments program;
  TargetArguments target;
  unsigned threads = 0; ///< 0: every core that is free
  std::string memory;   ///< that may be used, "8GB"; empty: what the system has available
  bool profile = false; ///< count time and bytes per kernel; always computes, leaves no folder
  bool noMemo = false;
  std::string out; ///< the run's folder; empty: a new one below ./runs

  void addTo(CLI::App *command);
};

struct GenerateArguments {
  RunArguments run;
  std::string model; ///< an expression of the program; empty: the only model
  std::vector<std::string> prompts;
  runtime::GenerationSettings settings;
  bool whole = false, json = false;
};

/// All give the exit code.
int runExperiment(const RunArguments &arguments);
/// Prints what runExperiment would do; computes nothing and leaves no folder.
int planExperiment(const RunArguments &arguments);
/// Continues texts with one model; the experiment's reports are left out.
int generateFromModel(const GenerateArguments &arguments);

} // namespace rx::driver
