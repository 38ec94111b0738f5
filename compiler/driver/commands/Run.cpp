//===- Run.cpp - rxc run -----------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/RunExperiment.h"
#include "compiler/driver/commands/Commands.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Compiles the program unless that was done before, computes every value that its reports show,
and prints tables and claims.

Examples:
  rxc run examples/recursive_gemma.rx
  rxc run examples/recursive_gemma.rx --set tied.B=3)";

void addRun(CommandLine &line) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App *command = line.add("run", "compile an experiment and compute its reports", details,
                               [arguments] { return runExperiment(*arguments); });
  arguments->addTo(command);
}

} // namespace rx::driver
