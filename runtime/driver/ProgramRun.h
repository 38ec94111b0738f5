// One program of a bundle, run on tensors from files.
#pragma once

#include "runtime/core/Status.h"
#include "runtime/device/Device.h"
#include "runtime/plan/Bundle.h"

#include <filesystem>
#include <string>
#include <vector>

namespace rx::runtime {

struct ProgramRun {
  std::string program;
  std::vector<std::string> inputs;  ///< NAME=FILE.npy: inputs, and first values of states
  std::vector<std::string> outputs; ///< NAME=FILE.npy: outputs, and next values of states
  std::filesystem::path
      folder;         ///< what relative weight paths and the lock file are looked for from
  int64_t memory = 0; ///< bytes that may be used; 0: what the system has available
};

/// Reads the inputs, runs the program once, writes the outputs. States that are not given begin as
/// zeros.
Status runProgram(const Bundle &bundle, Device &device, const ProgramRun &run);

/// Every program with the names and types of what it takes and gives, for people.
std::string describePrograms(const Bundle &bundle);

} // namespace rx::runtime
