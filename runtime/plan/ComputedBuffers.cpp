#include "runtime/plan/ComputedBuffers.h"

#include "runtime/plan/Budget.h"
#include "runtime/plan/Executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ranges>
#include <thread>
#include <tuple>

namespace rx::runtime {

namespace {

/// Buffers with the same inputs, one after another: what one program has found out about them, the
/// next need not find out again.
using Job = std::vector<const BufferSource *>;

/// What one thread computes with. The programs read no weights but their inputs.
struct Worker {
  Worker(const Bundle &bundle, std::unique_ptr<Device> itsDevice, Memo *memo)
      : recent(2, memo), device(std::move(itsDevice)), none(bundle, nullptr),
        executor(bundle, *device, none) {
    executor.setMemo(&recent);
  }

  RecentMemo recent; ///< what a job's first program decomposed, for its others
  std::unique_ptr<Device> device;
  ParameterStore none;
  Executor executor;
};

class Computation {
public:
  Computation(const Bundle &bundle, const Device &device, ParameterStore &store,
              const ComputeOptions &options)
      : bundle(bundle), device(device), store(store), options(options) {}

  Status run(const std::set<std::string> &names);

private:
  std::vector<const BufferSource *> collect(const std::set<std::string> &names) const;
  Status runLevel(const std::vector<Job> &jobs);
  size_t threadsFor(const std::vector<Job> &jobs) const;
  Status addWorkers(size_t count);
  void work(Worker &worker, const std::vector<Job> &jobs);
  bool decomposes(const Job &job) const;
  Status compute(Worker &worker, const BufferSource &source);
  Status compute(Worker &worker, const Job &job);
  const Program &programOf(const BufferSource &source) const {
    return bundle.plan().programs.find(source.via)->second;
  }

  const Bundle &bundle;
  const Device &device;
  ParameterStore &store;
  const ComputeOptions &options;
  std::vector<std::unique_ptr<Worker>> workers;

  std::mutex mutex; ///< guards the store, the callbacks of `options` and what follows
  size_t nextJob = 0;
  int64_t done = 0, total = 0;
  std::optional<std::pair<size_t, Status>> failure; ///< of the first job that failed
};

/// The computed buffers without values among `names` and below them.
std::vector<const BufferSource *> Computation::collect(const std::set<std::string> &names) const {
  std::vector<std::string> open(names.begin(), names.end());
  std::map<std::string, const BufferSource *> found;
  while (!open.empty()) {
    const BufferSource *source = bundle.findBuffer(open.back());
    open.pop_back();
    if (source->via.empty() || store.holds(source->name) ||
        !found.emplace(source->name, source).second)
      continue;
    open.insert(open.end(), source->inputs.begin(), source->inputs.end());
  }
  std::vector<const BufferSource *> sources;
  for (const auto &[name, source] : found)
    sources.push_back(source);
  return sources;
}

Status Computation::run(const std::set<std::string> &names) {
  using Inputs = std::tuple<std::string, std::string, std::vector<std::string>>;
  std::map<int, std::map<Inputs, Job>> levels;
  for (const BufferSource *source : collect(names))
    levels[source->level][{source->file, source->tensor, source->inputs}].push_back(source);
  std::vector<std::vector<Job>> jobs;
  for (const auto &[level, groups] : levels) {
    auto ofLevel = std::views::values(groups);
    jobs.emplace_back(ofLevel.begin(), ofLevel.end());
    total += std::ranges::count_if(jobs.back(), [&](const Job &job) { return decomposes(job); });
  }
  if (total && options.progress)
    options.progress(0, total);
  for (const std::vector<Job> &ofLevel : jobs)
    if (Status ran = runLevel(ofLevel); !ran)
      return ran;
  return Status::ok();
}

/// Fewer than the device has where they would want more than half of the memory that is left. Who
/// decomposes a matrix in f64 holds it, its factors and as much again to work in, up to 24 times
/// the f32 bytes of a square one, which is the difference of two inputs.
size_t Computation::threadsFor(const std::vector<Job> &jobs) const {
  constexpr int64_t bytesPerInputByte = 12;
  int64_t largest = 1;
  for (const Job &job : jobs) {
    const Program &program = programOf(*job[0]);
    if (Expected<SizedBuffers> sizes = sizeBuffers(program, {}))
      largest = std::max(largest, sizes->bytesOf(program, BufferKind::Input));
  }
  int64_t fitting = memoryBudget(0, 0) / 2 / bytesPerInputByte / largest;
  return std::min({jobs.size(), size_t(device.threads()), size_t(std::max<int64_t>(fitting, 1))});
}

Status Computation::addWorkers(size_t count) {
  while (workers.size() < count) {
    Expected<std::unique_ptr<Device>> own = device.sibling();
    if (!own)
      return std::move(own).status();
    workers.push_back(std::make_unique<Worker>(bundle, std::move(*own), options.memo));
    if (options.observer)
      workers.back()->executor.setObserver([this](auto &&...what) {
        std::scoped_lock lock(mutex);
        options.observer(what...);
      });
  }
  return Status::ok();
}

Status Computation::runLevel(const std::vector<Job> &jobs) {
  size_t count = threadsFor(jobs);
  if (Status added = addWorkers(count); !added)
    return added;
  nextJob = 0;
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i)
    threads.emplace_back([this, i, &jobs] { work(*workers[i], jobs); });
  work(*workers[0], jobs);
  for (std::thread &thread : threads)
    thread.join();
  return failure ? std::move(failure->second) : Status::ok();
}

/// Jobs begin in order, so that the first one that fails is the same however many threads there
/// are.
void Computation::work(Worker &worker, const std::vector<Job> &jobs) {
  for (;;) {
    std::unique_lock lock(mutex);
    if (failure || nextJob == jobs.size())
      return;
    size_t index = nextJob++;
    lock.unlock();
    Status computed = compute(worker, jobs[index]);
    lock.lock();
    if (!computed && (!failure || index < failure->first))
      failure.emplace(index, std::move(computed));
    else if (decomposes(jobs[index]) && ++done && options.progress)
      options.progress(done, total);
  }
}

/// Host functions are what takes time.
bool Computation::decomposes(const Job &job) const {
  return std::ranges::any_of(job, [&](const BufferSource *source) {
    return std::ranges::any_of(programOf(*source).code, [](const Instruction &instruction) {
      return std::holds_alternative<Host>(instruction.op);
    });
  });
}

Status Computation::compute(Worker &worker, const Job &job) {
  for (const BufferSource *source : job)
    if (Status computed = compute(worker, *source); !computed)
      return std::move(computed).withContext(fmt::format("buffer {}", source->name));
  return Status::ok();
}

Status Computation::compute(Worker &worker, const BufferSource &source) {
  std::unique_lock lock(mutex);
  Expected<std::vector<HostTensor>> inputs = store.inputsOf(source);
  lock.unlock();
  if (!inputs)
    return std::move(inputs).status();
  TensorMap named;
  auto next = inputs->begin();
  for (const BufferInfo &buffer : programOf(source).buffers)
    if (buffer.kind == BufferKind::Input)
      named.emplace(buffer.name, std::move(*next++));
  Expected<TensorMap> results = worker.executor.run(source.via, named);
  if (!results)
    return std::move(results).status();
  lock.lock();
  if (Status kept = store.setComputed(source, std::move(results->begin()->second)); !kept)
    return kept;
  return Status::ok();
}

} // namespace

Status computeBuffers(const Bundle &bundle, const Device &device, ParameterStore &store,
                      const std::set<std::string> &names, const ComputeOptions &options) {
  return Computation(bundle, device, store, options).run(names);
}

} // namespace rx::runtime
