#include "runtime/plan/ComputeJobs.h"

#include "runtime/plan/BoundProgram.h"
#include "runtime/plan/HostFunctions.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <tuple>

namespace rx::runtime {

namespace {

/// Calls visit(source) for every buffer of `names`, and below those that `visit` is true of.
template <typename Visit>
void visitBuffers(const Bundle &bundle, const std::set<std::string> &names, const Visit &visit) {
  std::vector<std::string> open(names.begin(), names.end());
  std::set<std::string> seen = names;
  while (!open.empty()) {
    const BufferSource &source = *bundle.findBuffer(open.back());
    open.pop_back();
    if (!visit(source))
      continue;
    for (const std::string &input : source.inputs)
      if (seen.insert(input).second)
        open.push_back(input);
  }
}

/// Of the runtime's functions, whichever needs most, and what is kept of their results.
int64_t hostBytes(const Program &program, const SizedBuffers &sizes) {
  HostWork most;
  for (const Instruction &instruction : program.code)
    if (const auto *host = std::get_if<Host>(&instruction.op)) {
      BufferId matrix = host->inputs.front();
      HostWork work =
          hostWork(host->function, program.buffers[matrix].type.dtype, sizes.shapes[matrix]);
      most.during = std::max(most.during, work.during);
      most.kept = std::max(most.kept, work.kept);
    }
  return most.during + recentDecompositions * most.kept;
}

/// What a thread holds while it runs `program`: values of files expanded, results as rows and once
/// more in the panels they are stored in.
int64_t bytesToRun(const Program &program) {
  Expected<SizedBuffers> sizes = sizeBuffers(program, {});
  if (!sizes)
    return 0; // the executor tells why
  Expected<Placement> temporaries = placeTemporaries(program, *sizes);
  return sizes->bytesOf(program, BufferKind::Input) +
         2 * sizes->bytesOf(program, BufferKind::Output) +
         (temporaries ? allocatedBytes(temporaries->bytes) : 0) + hostBytes(program, *sizes);
}

} // namespace

std::set<std::string> buffersFor(const Bundle &bundle, const std::set<std::string> &names,
                                 const Holds &holds) {
  std::set<std::string> needed = names;
  visitBuffers(bundle, names, [&](const BufferSource &source) {
    if (source.isComputed())
      needed.insert(source.name);
    return source.isComputed() && !holds(source.name);
  });
  return needed;
}

std::vector<std::vector<ComputeJob>>
computeJobs(const Bundle &bundle, const std::set<std::string> &names, const Holds &holds) {
  std::map<std::string, const BufferSource *> lacking; // sorted: jobs begin in the same order
  visitBuffers(bundle, names, [&](const BufferSource &source) {
    bool lacks = source.isComputed() && !holds(source.name);
    if (lacks)
      lacking.emplace(source.name, &source);
    return lacks;
  });
  using Inputs = std::tuple<std::string, std::string, std::vector<std::string>>;
  std::map<int, std::map<Inputs, ComputeJob>> levels;
  for (const BufferSource *source : std::views::values(lacking))
    levels[source->level][{source->file, source->tensor, source->inputs}].push_back(source);
  std::vector<std::vector<ComputeJob>> jobs;
  for (const auto &groups : std::views::values(levels)) {
    auto ofLevel = std::views::values(groups);
    jobs.emplace_back(ofLevel.begin(), ofLevel.end());
  }
  return jobs;
}

int64_t bytesToCompute(const Bundle &bundle, const std::vector<std::vector<ComputeJob>> &jobs,
                       unsigned threads) {
  std::map<std::string, int64_t> byProgram; // many matrices have few shapes
  int64_t largest = 0, workers = 0;
  for (const std::vector<ComputeJob> &ofLevel : jobs) {
    workers = std::max(workers, std::min<int64_t>(threads, std::ssize(ofLevel)));
    for (const ComputeJob &job : ofLevel)
      for (const BufferSource *source : job) {
        auto [known, isNew] = byProgram.try_emplace(source->via);
        if (isNew)
          known->second = bytesToRun(bundle.plan().programs.find(source->via)->second);
        largest = std::max(largest, known->second);
      }
  }
  return workers * largest;
}

} // namespace rx::runtime
