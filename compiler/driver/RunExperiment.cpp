#include "compiler/driver/RunExperiment.h"

#include "compiler/driver/CommandLine.h"
#include "runtime/device/Cpu.h"
#include "runtime/report/Experiment.h"

#include <iostream>

namespace rx::driver {

void RunArguments::addTo(CLI::App *command) {
  program.addTo(command);
  target.addTo(command);
  command->add_option("--threads", threads, "threads; 0 means every core that is free");
}

static int failRun(std::string_view message) {
  std::cerr << "rxc: error: " << message << "\n";
  return Failure;
}

int runExperiment(const RunArguments &arguments) {
  auto pipeline = arguments.target.pipeline();
  Compilation compilation;
  if (!pipeline || !compilation.elaborate(arguments.program) ||
      !compilation.lowerIntoCache(*pipeline))
    return Failure;
  auto bundle = runtime::Bundle::open(pipeline->bundle.string());
  if (!bundle)
    return failRun(bundle.message());
  runtime::Cpu device(arguments.threads);
  runtime::ExperimentOptions how;
  how.programFolder = arguments.program.folder();
  how.cache = pipeline->cache;
  how.profile = arguments.profile;
  runtime::Experiment experiment(*bundle, device, how);
  if (auto done = experiment.run(); !done)
    return failRun(done.message());
  return Success;
}

} // namespace rx::driver
