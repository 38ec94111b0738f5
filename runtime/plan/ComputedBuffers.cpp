#include "runtime/plan/ComputedBuffers.h"

#include "runtime/plan/ComputeJobs.h"
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

/// What one thread computes with. The programs read no weights but their inputs.
struct Worker {
  Worker(const Bundle &bundle, std::unique_ptr<Device> itsDevice, Memo *memo)
      : recent(recentDecompositions, memo), device(std::move(itsDevice)), none(bundle, nullptr),
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
  Status runLevel(const std::vector<ComputeJob> &jobs);
  Status addWorkers(size_t count);
  void work(Worker &worker, const std::vector<ComputeJob> &jobs);
  bool decomposes(const ComputeJob &job) const;
  Status compute(Worker &worker, const BufferSource &source);
  Status compute(Worker &worker, const ComputeJob &job);
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

Status Computation::run(const std::set<std::string> &names) {
  auto jobs = computeJobs(bundle, names, [&](auto &name) { return store.holds(name); });
  for (const std::vector<ComputeJob> &ofLevel : jobs)
    total += std::ranges::count_if(ofLevel, [&](const auto &job) { return decomposes(job); });
  if (total && options.progress)
    options.progress(0, total);
  for (const std::vector<ComputeJob> &ofLevel : jobs)
    if (Status ran = runLevel(ofLevel); !ran)
      return ran;
  return Status::ok();
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

Status Computation::runLevel(const std::vector<ComputeJob> &jobs) {
  unsigned most = options.threads ? options.threads : device.threads();
  size_t count = std::min<size_t>(jobs.size(), most);
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
void Computation::work(Worker &worker, const std::vector<ComputeJob> &jobs) {
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
bool Computation::decomposes(const ComputeJob &job) const {
  return std::ranges::any_of(job, [&](const BufferSource *source) {
    return std::ranges::any_of(programOf(*source).code, [](const Instruction &instruction) {
      return std::holds_alternative<Host>(instruction.op);
    });
  });
}

Status Computation::compute(Worker &worker, const ComputeJob &job) {
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
