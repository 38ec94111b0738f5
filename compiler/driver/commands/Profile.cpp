//===- Profile.cpp - rxc profile ---------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/RunExperiment.h"
#include "compiler/driver/commands/Commands.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Runs the experiment, then lists time and bytes per kernel and place in the program.

Example:
  rxc profile study.rx --threads 1)";

void addProfile(CommandLine &line) {
  auto arguments = std::make_shared<RunArguments>();
  arguments->profile = true;
  CLI::App *command = line.add("profile", "run, then show where time and bytes went", details,
                               [arguments] { return runExperiment(*arguments); });
  arguments->addTo(command);
}

} // namespace rx::driver
