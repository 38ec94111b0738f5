#include "compiler/driver/RunExperiment.h"

#include "compiler/driver/CommandLine.h"
#include "runtime/core/Memory.h"
#include "runtime/data/Cache.h"
#include "runtime/device/Cpu.h"
#include "runtime/report/Circumstances.h"
#include "runtime/report/Experiment.h"
#include "runtime/report/GenerateTexts.h"
#include "runtime/report/Interrupt.h"
#include "runtime/report/RunFolder.h"

#include <fmt/format.h>

#include <iostream>
#include <limits>

namespace fs = std::filesystem;

namespace rx::driver {

using runtime::Expected;
using runtime::RunFolder;
using runtime::Status;

void RunArguments::addTo(CLI::App *command) {
  program.addTo(command);
  target.addTo(command);
  command->add_option("--threads", threads, "threads; 0 means every core that is free");
  command->add_option("--memory", memory,
                      "memory that may be used, 8GB; default: what is available");
}

namespace {

int failRun(std::string_view message) {
  std::cerr << "rxc: error: " << message << "\n";
  return Failure;
}

/// What a reader of the report needs to run it again.
runtime::Circumstances circumstances(const RunArguments &arguments, const runtime::Bundle &bundle,
                                     const runtime::Cpu &device) {
  runtime::Circumstances all = {{"program", arguments.program.program}};
  std::string settings;
  for (const std::string &setting : arguments.program.settings)
    settings += (settings.empty() ? "--set " : " --set ") + setting;
  if (!settings.empty())
    all.emplace_back("settings", settings);
  if (!arguments.program.preset.empty())
    all.emplace_back("preset", arguments.program.preset);
  auto general = runtime::circumstancesOf(bundle, device.threads());
  all.insert(all.end(), general.begin(), general.end());
  return all;
}

/// The run's folder with what is known before it begins: the program, and the manifest with all
/// that the program's settings resolved to.
Expected<RunFolder> openFolder(const RunArguments &arguments, const runtime::Bundle &bundle,
                               const std::string &program) {
  auto name = bundle.experiment().value("experiment", std::string("run"));
  Expected<RunFolder> folder =
      arguments.out.empty() ? RunFolder::createBelow("runs", name) : RunFolder::use(arguments.out);
  if (!folder)
    return folder;
  auto manifest = runtime::readWhole(fs::path(bundle.folder()) / "manifest.json",
                                     std::numeric_limits<uint32_t>::max());
  if (!manifest)
    return std::move(manifest).status();
  if (Status kept = folder->keep("program.rx", program); !kept)
    return kept;
  if (Status kept = folder->keep("manifest.json", *manifest); !kept)
    return kept;
  return folder;
}

/// "1 value computed in 16 batches, 3 from earlier runs"; cells that share a value count once.
std::string summary(const runtime::Experiment &experiment) {
  runtime::MetricCounts counts = experiment.counts();
  std::string text =
      fmt::format("{} value{} computed in {} batch{}", counts.computed,
                  counts.computed == 1 ? "" : "s", counts.batches, counts.batches == 1 ? "" : "es");
  if (counts.remembered > 0)
    text += fmt::format(", {} from earlier runs", counts.remembered);
  if (int64_t texts = experiment.result().generatedTexts(); texts > 0)
    text += fmt::format(", {} text{} generated", texts, texts == 1 ? "" : "s");
  if (int64_t texts = experiment.result().generatedTexts(/*byEarlierRuns=*/true); texts > 0)
    text += fmt::format(", {} text{} from earlier runs", texts, texts == 1 ? "" : "s");
  return text;
}

/// Runs it with a folder to write to, or with none.
int run(const RunArguments &arguments, runtime::Bundle &bundle, runtime::ExperimentOptions how,
        const std::optional<RunFolder> &folder, runtime::Cpu &device) {
  how.circumstances = circumstances(arguments, bundle, device);
  how.shouldStop = runtime::wasInterrupted;
  if (folder)
    how.save = [&](const runtime::RunResult &result) { return folder->save(result); };
  runtime::Experiment experiment(bundle, device, std::move(how));
  Status done = experiment.run();
  if (std::fflush(stdout) != 0 && done)
    done = Status::error("standard output: cannot write the report");
  if (!done)
    failRun(done.message());
  std::cerr << summary(experiment) << "\n";
  if (folder)
    std::cerr << "report: " << folder->reportFile().string() << "\n";
  if (!done)
    return Failure;
  return experiment.result().state == runtime::RunState::Interrupted ? Interrupted : Success;
}

/// The program compiled and opened; nothing, after a message, if that fails.
std::optional<runtime::Bundle> openBundle(const RunArguments &arguments,
                                          runtime::ExperimentOptions &how) {
  if (!arguments.memory.empty()) {
    auto bytes = runtime::parseBytes(arguments.memory);
    if (!bytes) {
      fail("--memory: " + std::string(bytes.message()), WrongUsage);
      return std::nullopt;
    }
    how.memory = *bytes;
  }
  auto pipeline = arguments.target.pipeline();
  Compilation compilation;
  if (!pipeline || !compilation.compileIntoCache(arguments.program, *pipeline))
    return std::nullopt;
  auto bundle = runtime::Bundle::open(pipeline->bundle.string());
  if (!bundle) {
    failRun(bundle.message());
    return std::nullopt;
  }
  runtime::returnFreedMemory(); // what the compiler leaves, above all
  how.programFolder = arguments.program.folder();
  how.cache = pipeline->cache;
  how.profile = arguments.profile;
  how.remember = !arguments.profile && !arguments.noMemo;
  how.program = compilation.text();
  return std::move(*bundle);
}

} // namespace

int generateFromModel(const GenerateArguments &arguments) {
  RunArguments run = arguments.run;
  run.program.generator = {arguments.model, arguments.whole};
  runtime::ExperimentOptions how;
  auto bundle = openBundle(run, how);
  if (!bundle)
    return Failure;
  auto request = runtime::requestFor(*bundle, "");
  if (!request)
    return failRun(request.message());
  request->prompts = arguments.prompts;
  request->settings = arguments.settings;
  request->readsWhole = arguments.whole;
  runtime::noteInterrupts();
  runtime::Cpu device(run.threads);
  runtime::GenerateOptions options;
  options.programFolder = how.programFolder;
  options.cache = how.cache;
  options.memory = how.memory;
  options.asJson = arguments.json;
  options.shouldStop = runtime::wasInterrupted;
  auto generation = runtime::generateTexts(*bundle, device, std::move(*request), options);
  if (!generation)
    return failRun(generation.message());
  if (std::fflush(stdout) != 0)
    return failRun("standard output: cannot write the text");
  return runtime::wasInterrupted() ? Interrupted : Success;
}

int runExperiment(const RunArguments &arguments) {
  runtime::ExperimentOptions how;
  auto bundle = openBundle(arguments, how);
  if (!bundle)
    return Failure;
  runtime::noteInterrupts();
  std::optional<RunFolder> folder;
  if (!arguments.profile) {
    auto opened = openFolder(arguments, *bundle, how.program);
    if (!opened)
      return failRun(opened.message());
    folder = std::move(*opened);
  }
  runtime::Cpu device(arguments.threads);
  return run(arguments, *bundle, std::move(how), folder, device);
}

int planExperiment(const RunArguments &arguments) {
  runtime::ExperimentOptions how;
  auto bundle = openBundle(arguments, how);
  if (!bundle)
    return Failure;
  runtime::Cpu device(1);
  if (Status done = runtime::Experiment(*bundle, device, std::move(how)).printPlan(); !done)
    return failRun(done.message());
  return Success;
}

} // namespace rx::driver
