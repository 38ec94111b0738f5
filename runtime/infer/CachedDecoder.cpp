#include "runtime/infer/CachedDecoder.h"

#include <fmt/format.h>

#include <algorithm>

namespace rx::runtime {

namespace {

/// Rows that make products as fast as they get, and are few enough for temporaries to stay small.
constexpr int64_t rowsOfRun = 512;
/// With many texts, not to end in runs of a position each.
constexpr int64_t fewestPositions = 32;

/// Positions of each text that one run of the prefill program reads.
int64_t chunkOf(const CacheSettings &settings, int64_t texts) {
  return settings.chunk ? settings.chunk : std::max(rowsOfRun / texts, fewestPositions);
}

std::string prefillOf(std::string_view model) { return fmt::format("{}_prefill", model); }
std::string stepOf(std::string_view model) { return fmt::format("{}_step", model); }

Expected<const Program *> stepProgram(const Bundle &bundle, std::string_view model) {
  const auto &programs = bundle.plan().programs;
  auto found = programs.find(stepOf(model));
  if (found == programs.end())
    return makeError("{} has no program that generates from {}", bundle.folder(), model);
  return &found->second;
}

/// Texts, and the caches that they are read into.
struct Batch {
  int64_t texts, capacity;
  CacheSettings settings;

  int64_t chunk() const { return chunkOf(settings, texts); }
  Expected<SlotLayout> layout(const BufferInfo &table) const {
    return SlotLayout::of(table, capacity, chunk(), settings.keepsAll);
  }
};

/// The sizes of a run that reads `count` positions of each text, whatever the program calls them:
/// texts are bound by the axis of `start`, places of caches by their slot tables.
Expected<Bindings> bindingsOf(const Program &program, const Batch &batch, int64_t count) {
  Bindings bindings;
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input && buffer.name != "start")
      for (const SizeExpr &dim : buffer.type.dims)
        if (std::optional<std::string> symbol = dim.asSymbol())
          bindings[*symbol] = count;
  for (const BufferInfo &buffer : program.buffers) {
    if (buffer.kind == BufferKind::Input && buffer.name == "start")
      bindings[*buffer.type.dims.front().asSymbol()] = batch.texts;
    if (!buffer.slots)
      continue;
    Expected<SlotLayout> layout = batch.layout(buffer);
    if (!layout)
      return std::move(layout).status();
    bindings[buffer.slots->places] = layout->places();
    if (std::optional<std::string> positions = buffer.type.dims.back().asSymbol())
      bindings[*positions] = layout->positions();
  }
  return bindings;
}

Expected<PlannedRun> plannedRun(const Program &program, const Batch &batch, int64_t count) {
  Expected<Bindings> bindings = bindingsOf(program, batch, count);
  if (!bindings)
    return std::move(bindings).status();
  return PlannedRun{&program, std::move(*bindings)};
}

/// Where positions will lie; a cache has none yet.
Expected<HostTensor> firstValue(const BufferInfo &state, const Shape &shape, const Batch &batch) {
  if (!state.slots)
    return HostTensor::zeros(state.type.dtype, shape);
  Expected<SlotLayout> layout = batch.layout(state);
  return layout ? layout->table() : std::move(layout).status();
}

Status setStates(const Program &program, const Batch &batch, Executor &executor) {
  Expected<PlannedRun> run = plannedRun(program, batch, 1);
  if (!run)
    return std::move(run).status();
  Expected<SizedBuffers> sizes = sizeBuffers(program, run->bindings);
  if (!sizes)
    return std::move(sizes).status();
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    if (buffer.kind != BufferKind::State)
      continue;
    Expected<HostTensor> value = firstValue(buffer, sizes->shapes[i], batch);
    if (!value)
      return std::move(value).status().withContext("the cache of earlier positions");
    if (Status set = executor.setState(buffer.name, *value); !set)
      return set;
  }
  return Status::ok();
}

} // namespace

std::vector<std::string> CachedDecoder::programsOf(std::string_view model) {
  return {prefillOf(model), stepOf(model)};
}

bool CachedDecoder::isDerivedFor(const Bundle &bundle, std::string_view model) {
  return bundle.plan().programs.contains(stepOf(model));
}

Expected<CachedDecoder> CachedDecoder::create(const Bundle &bundle, Executor &executor,
                                              std::string_view model, int64_t texts,
                                              int64_t capacity, const CacheSettings &settings) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  Batch batch{texts, capacity, settings};
  if (Status set = setStates(**step, batch, executor); !set)
    return set;
  return CachedDecoder(executor, std::string(model), texts, capacity, batch.chunk());
}

Expected<int64_t> CachedDecoder::cacheBytes(const Bundle &bundle, std::string_view model,
                                            int64_t texts, int64_t capacity,
                                            const CacheSettings &settings) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  Expected<PlannedRun> run = plannedRun(**step, {texts, capacity, settings}, 1);
  if (!run)
    return std::move(run).status();
  Expected<SizedBuffers> sizes = sizeBuffers(**step, run->bindings);
  if (!sizes)
    return std::move(sizes).status();
  return sizes->bytesOf(**step, BufferKind::State);
}

Expected<std::vector<PlannedRun>> CachedDecoder::plannedRuns(const Bundle &bundle,
                                                             std::string_view model, int64_t texts,
                                                             int64_t capacity, int64_t longest,
                                                             const CacheSettings &settings) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  Batch batch{texts, capacity, settings};
  std::vector<PlannedRun> runs;
  auto add = [&](const Program &program, int64_t count) {
    Expected<PlannedRun> run = plannedRun(program, batch, count);
    if (run)
      runs.push_back(std::move(*run));
    return std::move(run).status();
  };
  if (Status added = add(**step, 1); !added)
    return added;
  const auto &programs = bundle.plan().programs;
  if (auto prefill = programs.find(prefillOf(model)); prefill != programs.end() && longest > 1)
    if (Status added = add(prefill->second, std::min(longest - 1, batch.chunk())); !added)
      return added;
  return runs;
}

Status CachedDecoder::load() {
  std::vector<int32_t> begin(starts.size(), static_cast<int32_t>(mostPositions));
  std::vector<int32_t> ids(starts.size(), 0);
  return step(ids, begin).status();
}

Status CachedDecoder::checkFits(std::span<const std::vector<int32_t>> tokens) const {
  if (tokens.size() != starts.size())
    return makeError("tokens for {} texts were given, there are {}", tokens.size(), starts.size());
  for (size_t text = 0; text < starts.size(); ++text)
    if (starts[text] + static_cast<int64_t>(tokens[text].size()) > mostPositions)
      return makeError("text {} would have {} tokens, more than the {} that were planned for", text,
                       starts[text] + tokens[text].size(), mostPositions);
  return Status::ok();
}

Status CachedDecoder::prefill(std::span<const std::vector<int32_t>> tokens, int64_t from,
                              int64_t count) {
  int64_t texts = static_cast<int64_t>(starts.size());
  std::vector<int32_t> ids(texts * count), begin(texts);
  for (int64_t text = 0; text < texts; ++text) {
    const std::vector<int32_t> &row = tokens[text];
    int64_t end = std::min(from + count, static_cast<int64_t>(row.size()) - 1);
    begin[text] = static_cast<int32_t>(from < end ? starts[text] + from : mostPositions);
    // Beyond its end a row reads token 0 into positions that its next tokens overwrite; nothing
    // sees them before.
    if (from < end)
      std::copy(row.begin() + from, row.begin() + end, ids.begin() + text * count);
  }
  return run(prefillOf(model), ids, begin).status();
}

Expected<HostTensor> CachedDecoder::append(std::span<const std::vector<int32_t>> tokens) {
  Expected<LastTokens> last = readButLast(tokens);
  return last ? step(last->ids, last->begin) : std::move(last).status();
}

Expected<LastTokens> CachedDecoder::readButLast(std::span<const std::vector<int32_t>> tokens) {
  if (Status fits = checkFits(tokens); !fits)
    return fits;
  size_t longest = 0;
  for (const std::vector<int32_t> &row : tokens)
    longest = std::max(longest, row.size());
  if (longest == 0)
    return makeError("no token was given");
  for (int64_t from = 0, end = static_cast<int64_t>(longest) - 1; from < end; from += chunk)
    if (Status read = prefill(tokens, from, std::min(chunk, end - from)); !read)
      return read;
  LastTokens last{std::vector<int32_t>(starts.size()),
                  std::vector<int32_t>(starts.size(), static_cast<int32_t>(mostPositions))};
  for (size_t text = 0; text < starts.size(); ++text) {
    const std::vector<int32_t> &row = tokens[text];
    if (row.empty())
      continue;
    starts[text] += static_cast<int32_t>(row.size());
    last.begin[text] = starts[text] - 1;
    last.ids[text] = row.back();
  }
  return last;
}

Expected<HostTensor> CachedDecoder::step(const std::vector<int32_t> &ids,
                                         const std::vector<int32_t> &begin) {
  Expected<TensorMap> results = run(stepOf(model), ids, begin);
  if (!results)
    return std::move(results).status();
  return std::move(results->at("logits"));
}

Expected<TensorMap> CachedDecoder::run(const std::string &program, const std::vector<int32_t> &ids,
                                       const std::vector<int32_t> &begin) {
  int64_t texts = std::ssize(begin), count = std::ssize(ids) / texts;
  Expected<HostTensor> x = HostTensor::of<int32_t>({texts, count}, ids);
  Expected<HostTensor> start = HostTensor::of<int32_t>({texts}, begin);
  if (!x || !start)
    return !x ? std::move(x).status() : std::move(start).status();
  return executor->run(program, {{"x", std::move(*x)}, {"start", std::move(*start)}});
}

} // namespace rx::runtime
