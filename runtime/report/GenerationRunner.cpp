#include "runtime/report/GenerationRunner.h"

#include "runtime/core/JsonFields.h"
#include "runtime/infer/CachedDecoder.h"
#include "runtime/infer/WholeText.h"
#include "runtime/report/Forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rx::runtime {

using nlohmann::json;

std::string GenerationRequest::title() const {
  const SamplingSettings &how = settings.sampling;
  std::string text = model + " continues, ";
  if (how.temperature == 0)
    text += "greedy";
  else {
    text += fmt::format("temperature {:g}", how.temperature);
    if (how.topK > 0)
      text += fmt::format(", top-k {}", how.topK);
    if (how.topP < 1)
      text += fmt::format(", top-p {:g}", how.topP);
    text += fmt::format(", seed {}", how.seed);
  }
  return text +
         fmt::format(", at most {} token{}", settings.tokens, settings.tokens == 1 ? "" : "s");
}

std::vector<std::string> GenerationRequest::programs() const {
  if (readsWhole)
    return {WholeText::programOf(program)};
  return CachedDecoder::programsOf(program);
}

GenerationRequest requestOf(const json &shown) {
  GenerationRequest request;
  request.model = shown.at("model").get<std::string>();
  request.program = shown.at("program").get<std::string>();
  request.tokenizer = shown.at("tokenizer").get<std::string>();
  request.prompts = shown.at("prompts").get<std::vector<std::string>>();
  request.settings.tokens = shown.at("tokens").get<int64_t>();
  request.settings.stop = shown.at("stop").get<std::vector<std::string>>();
  request.settings.sampling = {shown.at("temperature").get<double>(),
                               shown.at("top_k").get<int64_t>(), shown.at("top_p").get<double>(),
                               shown.at("seed").get<int64_t>()};
  return request;
}

Expected<GenerationRequest> requestFor(const Bundle &bundle, std::string_view name) {
  std::vector<std::string> models;
  const json generators = bundle.experiment().value("generators", json::array());
  for (const json &one : generators)
    models.push_back(one.at("model").get<std::string>());
  auto found = std::find(models.begin(), models.end(), name);
  if (models.empty())
    return makeError("{} generates from no model: its program shows no generate(..)",
                     bundle.folder());
  if (name.empty() && models.size() > 1)
    return makeError("{} generates from {} models, choose one: {}", bundle.folder(), models.size(),
                     fmt::join(models, ", "));
  if (name.empty())
    found = models.begin();
  if (found == models.end())
    return makeError("{} does not generate from {}{}; it does from {}", bundle.folder(), name,
                     didYouMean(std::string(name), models), fmt::join(models, ", "));
  const json &one = generators.at(static_cast<size_t>(found - models.begin()));
  GenerationRequest request;
  request.model = *found;
  request.program = one.at("program").get<std::string>();
  request.tokenizer = one.at("tokenizer").get<std::string>();
  return request;
}

/// By convention ARCHITECTURE.context_length of the metadata.
Expected<int64_t> GenerationRunner::contextLength(const std::string &file) {
  auto weights = files.weights().open(file);
  if (!weights)
    return std::move(weights).status();
  if (auto architecture = (*weights)->getString("general.architecture"))
    if (auto length = (*weights)->getI64(std::string(*architecture) + ".context_length");
        length && *length > 0)
      return *length;
  return std::numeric_limits<int32_t>::max();
}

Expected<std::vector<int32_t>> GenerationRunner::encode(const std::string &prompt,
                                                        const std::string &tokenizer) {
  auto key = std::pair(tokenizer, prompt);
  if (auto known = encoded.find(key); known != encoded.end())
    return known->second;
  auto words = files.tokenizer(tokenizer);
  if (!words)
    return std::move(words).status();
  return encoded[key] = (*words)->encode(prompt, {.addBos = (*words)->addsBos()});
}

Expected<GenerationRunner::Texts> GenerationRunner::encode(const GenerationRequest &request) {
  auto context = contextLength(request.tokenizer);
  if (!context)
    return std::move(context).status();
  Texts texts;
  for (const std::string &prompt : request.prompts) {
    auto tokens = encode(prompt, request.tokenizer);
    if (!tokens)
      return std::move(tokens).status();
    texts.prompts.push_back(std::move(*tokens));
    texts.longest = std::max<int64_t>(texts.longest, std::ssize(texts.prompts.back()));
  }
  texts.capacity = std::min(*context, texts.longest + std::min(request.settings.tokens, *context));
  return texts;
}

Expected<std::vector<PlannedRun>> GenerationRunner::plannedRuns(const GenerationRequest &request) {
  auto texts = encode(request);
  if (!texts)
    return std::move(texts).status();
  if (!request.readsWhole)
    return CachedDecoder::plannedRuns(bundle, request.program, texts->count(), texts->capacity,
                                      texts->longest);
  auto program = bundle.plan().programs.find(WholeText::programOf(request.program));
  if (program == bundle.plan().programs.end())
    return std::vector<PlannedRun>();
  auto run = planRun(program->second, {{"x", {texts->count(), texts->capacity}}});
  if (!run)
    return std::move(run).status();
  return std::vector<PlannedRun>{std::move(*run)};
}

Expected<TextForecast> GenerationRunner::forecast(const GenerationRequest &request) {
  auto texts = encode(request);
  if (!texts)
    return std::move(texts).status();
  auto runs = CachedDecoder::plannedRuns(bundle, request.program, texts->count(), texts->capacity,
                                         texts->longest);
  auto caches = CachedDecoder::cacheBytes(bundle, request.program, texts->count(), texts->capacity);
  if (!runs || !caches)
    return !runs ? std::move(runs).status() : std::move(caches).status();
  auto moved = bytesMoved(bundle, runs->front()); // the step
  if (!moved)
    return std::move(moved).status();
  TextForecast forecast;
  for (const auto &prompt : texts->prompts) {
    forecast.promptTokens += std::ssize(prompt);
    forecast.newTokens +=
        std::clamp<int64_t>(texts->capacity - std::ssize(prompt), 0, request.settings.tokens);
  }
  forecast.parameters = parametersRead(bundle, *runs->front().program);
  forecast.cacheBytes = *caches;
  forecast.bytesPerStep = *moved;
  forecast.runs = std::move(*runs);
  return forecast;
}

Expected<AppendTokens> GenerationRunner::reader(const GenerationRequest &request,
                                                const Texts &texts) {
  if (request.readsWhole) {
    auto whole = WholeText::create(bundle, executor, request.program, texts.count());
    if (!whole)
      return std::move(whole).status();
    return AppendTokens(
        [whole = std::move(*whole)](auto tokens) mutable { return whole.append(tokens); });
  }
  auto decoder =
      CachedDecoder::create(bundle, executor, request.program, texts.count(), texts.capacity);
  if (!decoder)
    return std::move(decoder).status();
  if (Status loaded = decoder->load(); !loaded)
    return loaded;
  return AppendTokens(
      [decoder = std::move(*decoder)](auto tokens) mutable { return decoder.append(tokens); });
}

Expected<Generation> GenerationRunner::run(const GenerationRequest &request,
                                           const GenerationWatcher &watcher) {
  auto texts = encode(request);
  if (!texts)
    return std::move(texts).status();
  auto tokenizer = files.tokenizer(request.tokenizer);
  auto append = reader(request, *texts);
  if (!append)
    return std::move(append).status();
  Generator generator(std::move(*append), **tokenizer, texts->capacity);
  return generator.run(texts->prompts, request.settings, watcher);
}

} // namespace rx::runtime
