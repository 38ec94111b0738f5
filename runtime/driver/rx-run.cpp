//===- rx-run.cpp - run a bundle; no compiler in here --------------*- C++ -*-===//
#include "runtime/data/Cache.h"
#include "runtime/device/Cpu.h"
#include "runtime/driver/ProgramRun.h"
#include "runtime/report/Experiment.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace rx::runtime;

namespace {

int report(const Status &status) {
  if (!status)
    fmt::print(stderr, "rx-run: error: {}\n", status.message());
  return status ? 0 : 1;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"rx-run: run a compiled experiment, or one program of it"};
  std::string bundleFolder, memory;
  unsigned threads = 0;
  bool listPrograms = false;
  ProgramRun one;
  one.folder = ".";
  app.add_option("bundle", bundleFolder, "the folder that rxc compile wrote")->required();
  app.add_option("--folder", one.folder,
                 "where relative paths and rxc.lock are looked for (default: here)");
  app.add_option("--threads", threads, "threads; 0 means every core that is free");
  app.add_option("--memory", memory, "memory that may be used, 8GB; default: what is available");
  app.add_flag("--programs", listPrograms, "list the programs, what they take and what they give");
  auto *program =
      app.add_option("--program", one.program, "run this program once instead of the reports");
  app.add_option("--input", one.inputs,
                 "NAME=FILE.npy: an input, or a state's first value (else zeros)")
      ->needs(program)
      ->allow_extra_args(false);
  app.add_option("--output", one.outputs, "NAME=FILE.npy: where to write an output or a next state")
      ->needs(program)
      ->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);
  if (!memory.empty()) {
    auto bytes = parseBytes(memory);
    if (!bytes)
      return report(std::move(bytes).status().withContext("--memory"));
    one.memory = *bytes;
  }
  auto bundle = Bundle::open(bundleFolder);
  if (!bundle)
    return report(bundle.status());
  if (listPrograms) {
    fmt::print("{}", describePrograms(*bundle));
    return 0;
  }
  Cpu device(threads);
  if (*program)
    return report(runProgram(*bundle, device, one));
  ExperimentOptions options;
  options.programFolder = one.folder;
  options.cache = cacheRoot();
  options.memory = one.memory;
  Experiment experiment(*bundle, device, options);
  return report(experiment.run());
}
