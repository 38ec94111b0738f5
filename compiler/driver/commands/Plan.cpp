//===- Plan.cpp - rxc plan ---------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/RunExperiment.h"
#include "compiler/driver/commands/Commands.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Compiles the program and reads its data, but computes no value. Per value it tells whether it comes
from an earlier run, and what computing it takes: batches, tokens, parameters, peak memory, and the
bytes that the kernels of one batch read and write.

Example:
  rxc plan study.rx --set tied.B=3)";

void addPlan(CommandLine &line) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App *command = line.add("plan", "what a run would compute, and what it takes", details,
                               [arguments] { return planExperiment(*arguments); });
  arguments->program.addTo(command);
  arguments->target.addTo(command);
}

} // namespace rx::driver
