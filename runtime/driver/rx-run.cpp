//===- rx-run.cpp - run a bundle; no compiler in here --------------*- C++ -*-===//
#include "runtime/data/Cache.h"
#include "runtime/device/Cpu.h"
#include "runtime/report/Experiment.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

using namespace rx::runtime;

int main(int argc, char **argv) {
  CLI::App app{"rx-run: run a compiled experiment"};
  std::string folder, program = ".";
  unsigned threads = 0;
  app.add_option("bundle", folder, "the folder that rxc compile wrote")->required();
  app.add_option("--folder", program, "where relative paths and rxc.lock are looked for (default: here)");
  app.add_option("--threads", threads, "threads; 0 means every core that is free");
  CLI11_PARSE(app, argc, argv);
  auto bundle = Bundle::open(folder);
  if (!bundle) {
    fmt::print(stderr, "rx-run: error: {}\n", bundle.message());
    return 1;
  }
  Cpu device(threads);
  ExperimentOptions options;
  options.programFolder = program;
  options.cache = cacheRoot();
  Experiment experiment(*bundle, device, options);
  if (Status done = experiment.run(); !done) {
    fmt::print(stderr, "rx-run: error: {}\n", done.message());
    return 1;
  }
  return 0;
}
