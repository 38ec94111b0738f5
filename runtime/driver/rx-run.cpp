//===- rx-run.cpp - run a bundle; no compiler in here --------------*- C++ -*-===//
#include "runtime/core/Memory.h"
#include "runtime/data/Cache.h"
#include "runtime/device/Cpu.h"
#include "runtime/driver/GenerationOptions.h"
#include "runtime/driver/ProgramRun.h"
#include "runtime/report/Circumstances.h"
#include "runtime/report/Experiment.h"
#include "runtime/report/GenerateTexts.h"
#include "runtime/report/Interrupt.h"
#include "runtime/report/RunFolder.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <optional>

using namespace rx::runtime;

namespace {

int report(const Status &status) {
  if (!status)
    fmt::print(stderr, "rx-run: error: {}\n", status.message());
  return status ? 0 : 1;
}

/// Runs the reports and leaves them in `out`, unless that is empty.
int runReports(const Bundle &bundle, Cpu &device, ExperimentOptions options,
               const std::string &out) {
  noteInterrupts();
  options.shouldStop = wasInterrupted;
  options.circumstances = circumstancesOf(bundle, device.threads());
  std::optional<RunFolder> folder;
  if (!out.empty()) {
    auto opened = RunFolder::use(out);
    if (!opened)
      return report(opened.status());
    folder = std::move(*opened);
    options.save = [&](const RunResult &result) { return folder->save(result); };
  }
  Experiment experiment(bundle, device, std::move(options));
  if (Status done = experiment.run(); !done)
    return report(done);
  return experiment.result().state == RunState::Interrupted ? 130 : 0;
}

/// What `--generate` asks for.
struct Texts {
  std::string model;
  std::vector<std::string> prompts;
  GenerationSettings settings;
};

int generate(const Bundle &bundle, Cpu &device, const Texts &texts, GenerateOptions options) {
  auto request = requestFor(bundle, texts.model);
  if (!request)
    return report(request.status());
  request->prompts = texts.prompts;
  request->settings = texts.settings;
  noteInterrupts();
  options.shouldStop = wasInterrupted;
  if (auto done = generateTexts(bundle, device, std::move(*request), options); !done)
    return report(done.status());
  return wasInterrupted() ? 130 : 0;
}

} // namespace

int main(int argc, char **argv) {
  returnFreedMemory();
  CLI::App app{"rx-run: run a compiled experiment, or one program of it"};
  std::string bundleFolder, memory;
  unsigned threads = 0;
  bool listPrograms = false, noMemo = false;
  std::string out;
  ProgramRun one;
  one.folder = ".";
  app.add_option("bundle", bundleFolder, "the folder that rxc compile wrote")->required();
  app.add_option("--folder", one.folder,
                 "where relative paths and rxc.lock are looked for (default: here)");
  app.add_option("--threads", threads, "threads; 0 means every core that is free");
  app.add_option("--memory", memory, "memory that may be used, 8GB; default: what is available");
  app.add_option("--out", out, "a folder for report.html, report.json and metrics.jsonl");
  app.add_flag("--no-memo", noMemo, "compute every value, and keep none for later runs");
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
  Texts texts;
  auto *generator = app.add_option("--generate", texts.model,
                                   "continue texts with this model instead of running the reports")
                        ->excludes(program);
  app.add_option("prompts", texts.prompts, "texts to continue; - is standard input")
      ->needs(generator);
  addGenerationOptions(app, texts.settings, generator);
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
  if (*generator)
    return generate(*bundle, device, texts,
                    {.programFolder = one.folder, .cache = cacheRoot(), .memory = one.memory});
  if (*program)
    return report(runProgram(*bundle, device, one));
  ExperimentOptions options;
  options.programFolder = one.folder;
  options.cache = cacheRoot();
  options.memory = one.memory;
  options.remember = !noMemo;
  return runReports(*bundle, device, std::move(options), out);
}
