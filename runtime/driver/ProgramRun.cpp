#include "runtime/driver/ProgramRun.h"

#include "runtime/core/JsonFields.h"
#include "runtime/data/WeightFiles.h"
#include "runtime/io/Npy.h"
#include "runtime/plan/Executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace rx::runtime {

namespace {

/// What `--input` and `--output` say: files by the names of inputs, outputs and states.
using NamedFiles = std::map<std::string, std::string>;

Expected<NamedFiles> namedFiles(const std::vector<std::string> &assignments,
                                std::string_view option) {
  NamedFiles files;
  for (const std::string &text : assignments) {
    size_t at = text.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
      return makeError("{} takes NAME=FILE.npy, not `{}`", option, text);
    if (!files.emplace(text.substr(0, at), text.substr(at + 1)).second)
      return makeError("{} names {} twice", option, text.substr(0, at));
  }
  return files;
}

Expected<TensorMap> readInputs(const NamedFiles &files) {
  TensorMap inputs;
  for (const auto &[name, file] : files) {
    Expected<HostTensor> tensor = readNpy(file);
    if (!tensor)
      return std::move(tensor).status();
    inputs.emplace(name, std::move(*tensor));
  }
  return inputs;
}

/// Before anything runs: every file to be written has a value that will be in it.
Status checkOutputs(const Program &program, const NamedFiles &files) {
  std::vector<std::string> known;
  for (const auto *results : {&program.outputs, &program.nextStates})
    for (const ResultInfo &result : *results)
      known.push_back(result.name);
  for (const auto &[name, file] : files)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return makeError("there is no output called {}{}", name, didYouMean(name, known));
  return Status::ok();
}

Expected<const Program *> findProgram(const Bundle &bundle, const std::string &name) {
  const auto &programs = bundle.plan().programs;
  if (auto found = programs.find(name); found != programs.end())
    return &found->second;
  std::vector<std::string> known;
  for (const auto &[other, program] : programs)
    known.push_back(other);
  return makeError("{} has no program called {}{}", bundle.folder(), name, didYouMean(name, known));
}

/// Says what memory the run needs, and refuses what does not fit; gives the bytes. What cannot be
/// planned for want of an input is left to the executor, which says which.
Expected<int64_t> admitProgram(const RunPlace &place, const Program &program,
                               const TensorMap &inputs, int64_t memory) {
  Expected<PlannedRun> planned = planRun(program, shapesOf(inputs));
  if (!planned)
    return std::move(planned).status();
  if (!sizeBuffers(program, planned->bindings))
    return int64_t(0);
  auto report =
      admitRuns(place, {&*planned, 1}, program.name, {.bytes = memory, .announce = stderr});
  if (!report)
    return std::move(report).status();
  return report->total();
}

} // namespace

Status runProgram(const Bundle &bundle, Device &device, const ProgramRun &run) {
  Expected<const Program *> program = findProgram(bundle, run.program);
  if (!program)
    return std::move(program).status();
  Expected<NamedFiles> sources = namedFiles(run.inputs, "--input");
  if (!sources)
    return std::move(sources).status();
  Expected<NamedFiles> targets = namedFiles(run.outputs, "--output");
  if (!targets)
    return std::move(targets).status();
  if (Status known = checkOutputs(**program, *targets); !known)
    return std::move(known).withContext(run.program);
  Expected<TensorMap> inputs = readInputs(*sources);
  if (!inputs)
    return std::move(inputs).status();
  WeightFiles files(run.folder);
  ParameterStore parameters(bundle, files.loader(), files.rowLoader());
  Executor executor(bundle, device, parameters);
  Expected<int64_t> planned = admitProgram(executor.place(), **program, *inputs, run.memory);
  if (!planned)
    return std::move(planned).status();
  Expected<TensorMap> states = zeroStates(**program, *inputs);
  if (!states)
    return std::move(states).status();
  inputs->merge(*states);
  executor.setBudget(run.memory);
  Expected<TensorMap> results = executor.run(run.program, *inputs);
  if (!results)
    return std::move(results).status();
  sayPeak(stderr, *planned);
  for (const auto &[name, file] : *targets)
    if (Status written = writeNpy(file, results->at(name)); !written)
      return written;
  return Status::ok();
}

std::string describePrograms(const Bundle &bundle) {
  std::string text;
  for (const auto &[name, program] : bundle.plan().programs) {
    text += name + "\n";
    for (const BufferInfo &buffer : program.buffers)
      if (buffer.kind == BufferKind::Input || buffer.kind == BufferKind::State)
        text += fmt::format("  {} {}: {}\n", buffer.kind == BufferKind::Input ? "input" : "state",
                            buffer.name, buffer.type.text());
    for (const ResultInfo &result : program.outputs)
      text +=
          fmt::format("  output {}: {}\n", result.name, program.buffers[result.buffer].type.text());
  }
  return text;
}

} // namespace rx::runtime
