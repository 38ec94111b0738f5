#include "runtime/infer/CachedDecoder.h"

#include <fmt/format.h>

#include <algorithm>

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

/// The caches of the program with one shape, whatever the program calls the sizes: texts are bound
/// by the axis of `start`, the capacity is the one size that no input has.
Expected<TensorMap> emptyCaches(const Program &program, int64_t texts, int64_t capacity) {
  Bindings bindings;
  std::vector<std::string> ofInputs;
  for (const BufferInfo &buffer : program.buffers) {
    if (buffer.kind != BufferKind::Input)
      continue;
    for (const SizeExpr &dim : buffer.type.dims)
      if (std::optional<std::string> symbol = dim.asSymbol()) {
        ofInputs.push_back(*symbol);
        bindings[*symbol] = buffer.name == "start" ? texts : 1;
      }
  }
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input && buffer.name == "start")
      bindings[*buffer.type.dims.front().asSymbol()] = texts;
  for (const std::string &symbol : program.symbols)
    if (std::find(ofInputs.begin(), ofInputs.end(), symbol) == ofInputs.end())
      bindings[symbol] = capacity;
  Expected<SizedBuffers> sizes = sizeBuffers(program, bindings);
  if (!sizes)
    return std::move(sizes).status();
  TensorMap caches;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    if (buffer.kind != BufferKind::State)
      continue;
    Expected<HostTensor> zeros = HostTensor::zeros(buffer.type.dtype, sizes->shapes[i]);
    if (!zeros)
      return std::move(zeros).status().withContext("the cache of earlier positions");
    caches.emplace(buffer.name, std::move(*zeros));
  }
  return caches;
}

} // namespace

bool CachedDecoder::isDerivedFor(const Bundle &bundle, std::string_view model) {
  return bundle.plan().programs.contains(stepOf(model));
}

Expected<CachedDecoder> CachedDecoder::create(const Bundle &bundle, Executor &executor,
                                              std::string_view model, int64_t texts,
                                              int64_t capacity) {
  Expected<const Program *> step = stepProgram(bundle, model);
  if (!step)
    return std::move(step).status();
  Expected<TensorMap> caches = emptyCaches(**step, texts, capacity);
  if (!caches)
    return std::move(caches).status();
  for (const auto &[name, zeros] : *caches)
    if (Status set = executor.setState(name, zeros); !set)
      return set;
  return CachedDecoder(executor, std::string(model), texts, capacity);
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
  Expected<HostTensor> x = HostTensor::of<int32_t>({texts, count}, ids);
  Expected<HostTensor> start = HostTensor::of<int32_t>({texts}, begin);
  if (!x || !start)
    return !x ? std::move(x).status() : std::move(start).status();
  return executor->run(prefillOf(model), {{"x", std::move(*x)}, {"start", std::move(*start)}})
      .status();
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
  Expected<HostTensor> x = HostTensor::of<int32_t>({texts, 1}, ids);
  Expected<HostTensor> start = HostTensor::of<int32_t>({texts}, begin);
  if (!x || !start)
    return !x ? std::move(x).status() : std::move(start).status();
  Expected<TensorMap> results =
      executor->run(stepOf(model), {{"x", std::move(*x)}, {"start", std::move(*start)}});
  if (!results)
    return std::move(results).status();
  return std::move(results->at("logits"));
}

} // namespace rx::runtime
