#include "runtime/infer/CachedDecoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rx::runtime {

namespace {

/// Positions that one run of the prefill program reads: enough for products to be as fast as they
/// get, and few enough for its temporaries to stay small.
constexpr int64_t chunk = 512;

std::string prefillOf(std::string_view model) { return fmt::format("{}_prefill", model); }
std::string stepOf(std::string_view model) { return fmt::format("{}_step", model); }

Expected<const Program *> stepProgram(const Bundle &bundle, std::string_view model) {
  const auto &programs = bundle.plan().programs;
  auto found = programs.find(stepOf(model));
  if (found == programs.end())
    return makeError("{} has no program that generates from {}", bundle.folder(), model);
  return &found->second;
}

/// The sizes of a run that reads `count` positions of each text, whatever the program calls them:
/// texts are bound by the axis of `start`, the capacity is the one size that no input has.
Bindings bindingsOf(const Program &program, int64_t texts, int64_t capacity, int64_t count) {
  Bindings bindings;
  for (const std::string &symbol : program.symbols)
    bindings[symbol] = capacity;
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input && buffer.name != "start")
      for (const SizeExpr &dim : buffer.type.dims)
        if (std::optional<std::string> symbol = dim.asSymbol())
          bindings[*symbol] = count;
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input && buffer.name == "start")
      bindings[*buffer.type.dims.front().asSymbol()] = texts;
  return bindings;
}

/// The shapes of the caches by name, with their element types.
Expected<std::map<std::string, std::pair<DType, Shape>>>
cacheTypes(const Program &program, int64_t texts, int64_t capacity) {
  Expected<SizedBuffers> sizes = sizeBuffers(program, bindingsOf(program, texts, capacity, 1));
  if (!sizes)
    return std::move(sizes).status();
  std::map<std::string, std::pair<DType, Shape>> types;
  for (size_t i = 0; i < program.buffers.size(); ++i)
    if (program.buffers[i].kind == BufferKind::State)
      types[program.buffers[i].name] = {program.buffers[i].type.dtype, sizes->shapes[i]};
  return types;
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
                                              int64_t capacity) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  auto caches = cacheTypes(**step, texts, capacity);
  if (!caches)
    return std::move(caches).status();
  for (const auto &[name, type] : *caches) {
    Expected<HostTensor> zeros = HostTensor::zeros(type.first, type.second);
    if (!zeros)
      return std::move(zeros).status().withContext("the cache of earlier positions");
    if (Status set = executor.setState(name, *zeros); !set)
      return set;
  }
  return CachedDecoder(executor, std::string(model), texts, capacity);
}

Expected<int64_t> CachedDecoder::cacheBytes(const Bundle &bundle, std::string_view model,
                                            int64_t texts, int64_t capacity) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  auto caches = cacheTypes(**step, texts, capacity);
  if (!caches)
    return std::move(caches).status();
  int64_t sum = 0;
  for (const auto &[name, type] : *caches) {
    std::optional<int64_t> bytes = tensorBytes(type.first, type.second);
    if (!bytes || *bytes > std::numeric_limits<int64_t>::max() - sum)
      return makeError("the cache of earlier positions of {} texts of {} tokens is too large",
                       texts, capacity);
    sum += *bytes;
  }
  return sum;
}

Expected<std::vector<PlannedRun>> CachedDecoder::plannedRuns(const Bundle &bundle,
                                                             std::string_view model, int64_t texts,
                                                             int64_t capacity, int64_t longest) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  std::vector<PlannedRun> runs = {{*step, bindingsOf(**step, texts, capacity, 1)}};
  const auto &programs = bundle.plan().programs;
  if (auto prefill = programs.find(prefillOf(model)); prefill != programs.end() && longest > 1)
    runs.push_back({&prefill->second,
                    bindingsOf(prefill->second, texts, capacity, std::min(longest - 1, chunk))});
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
    // Beyond its end a row reads token 0 into positions that its next tokens overwrite; nothing
    // sees them before.
    begin[text] =
        starts[text] + static_cast<int32_t>(std::min<int64_t>(from, std::max<int64_t>(end, 0)));
    if (from < end)
      std::copy(row.begin() + from, row.begin() + end, ids.begin() + text * count);
  }
  return run(prefillOf(model), ids, begin).status();
}

Expected<HostTensor> CachedDecoder::append(std::span<const std::vector<int32_t>> tokens) {
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
  int64_t texts = static_cast<int64_t>(starts.size());
  std::vector<int32_t> ids(texts), begin(texts);
  for (int64_t text = 0; text < texts; ++text) {
    const std::vector<int32_t> &row = tokens[text];
    // A text without a new token writes beyond its cache, that is nowhere.
    begin[text] = row.empty() ? static_cast<int32_t>(mostPositions)
                              : starts[text] + static_cast<int32_t>(row.size()) - 1;
    ids[text] = row.empty() ? 0 : row.back();
    starts[text] += static_cast<int32_t>(row.size());
  }
  return step(ids, begin);
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
