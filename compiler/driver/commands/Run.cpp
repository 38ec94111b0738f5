//===- Run.cpp - rxc run -----------------------------------------*- C++ -*-===//
#include "compiler/driver/CommandLine.h"
#include "compiler/driver/RunExperiment.h"
#include "compiler/driver/commands/Commands.h"

namespace rx::driver {

static constexpr const char *details =
    R"(Compiles the program unless that was done before, computes every value that its reports show,
and prints tables and claims. Values that an earlier run has computed from the same programs, weights
and data are taken from the cache.

Ctrl-C ends the run after the running batch. What is known by then is in the report; exit code 130.

The run's folder holds report.html, report.json, metrics.jsonl (a line per value), program.rx, and
manifest.json with what the settings resolved to.

Examples:
  rxc run study.rx
  rxc run study.rx --set tied.B=3 --out runs/three)";

void addRun(CommandLine &line) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App *command = line.add("run", "compile an experiment and compute its reports", details,
                               [arguments] { return runExperiment(*arguments); });
  arguments->addTo(command);
  command->add_option("--out", arguments->out,
                      "the run's folder (default: runs/NAME-DATE, below the current folder)");
  command->add_flag("--no-memo", arguments->noMemo,
                    "compute every value, and keep none for later runs");
}

} // namespace rx::driver
