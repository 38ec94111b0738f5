#include "runtime/report/GenerationMemo.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>

namespace rx::runtime {

using nlohmann::json;

namespace {

/// CBOR holds texts and numbers as they are.
std::vector<uint8_t> serialise(const Generation &generation) {
  json texts = json::array();
  for (const Continuation &text : generation.texts)
    texts.push_back(
        {{"text", text.text}, {"tokens", text.tokens}, {"reason", static_cast<int>(text.reason)}});
  return json::to_cbor({{"texts", texts},
                        {"prompt_tokens", generation.promptTokens},
                        {"prompt_seconds", generation.promptSeconds},
                        {"steps", generation.steps},
                        {"step_tokens", generation.stepTokens},
                        {"step_seconds", generation.stepSeconds}});
}

std::optional<Generation> deserialise(std::span<const uint8_t> bytes) {
  try {
    json entry = json::from_cbor(bytes.begin(), bytes.end());
    Generation generation;
    for (const json &text : entry.at("texts"))
      generation.texts.push_back({text.at("tokens"), text.at("text"),
                                  static_cast<StopReason>(text.at("reason").get<int>())});
    generation.promptTokens = entry.at("prompt_tokens");
    generation.promptSeconds = entry.at("prompt_seconds");
    generation.steps = entry.at("steps");
    generation.stepTokens = entry.at("step_tokens");
    generation.stepSeconds = entry.at("step_seconds");
    return generation;
  } catch (const json::exception &) { // another version's
    return std::nullopt;
  }
}

void add(CacheHash &hash, const std::vector<std::string> &texts) {
  hash.add(texts.size());
  for (const std::string &text : texts)
    hash.add(text);
}

} // namespace

Expected<Hash128> generationKey(const GenerationRequest &request, ContentKeys &keys,
                                RunFiles &files) {
  CacheHash hash;
  hash.add("generation");
  for (const std::string &program : request.programs()) {
    auto key = keys.program(program);
    if (!key)
      return key;
    hash.add(*key);
  }
  auto tokenizer = files.identity(request.tokenizer);
  if (!tokenizer)
    return std::move(tokenizer).status();
  hash.add(*tokenizer);
  add(hash, request.prompts);
  add(hash, request.settings.stop);
  const SamplingSettings &how = request.settings.sampling;
  hash.add(std::bit_cast<uint64_t>(how.temperature)).add(std::bit_cast<uint64_t>(how.topP));
  for (int64_t number : {request.settings.tokens, how.topK, how.seed})
    hash.add(static_cast<uint64_t>(number));
  return hash.key();
}

std::optional<Generation> findGeneration(const ValueMemo &memo, const Hash128 &key) {
  auto entry = memo.find(key);
  return entry ? deserialise(entry->value.values<uint8_t>()) : std::nullopt;
}

Status keepGeneration(const ValueMemo &memo, const Hash128 &key, const GenerationRequest &request,
                      const Generation &generation) {
  auto isInterrupted = [](const auto &text) { return text.reason == StopReason::Interrupted; };
  if (std::any_of(generation.texts.begin(), generation.texts.end(), isInterrupted))
    return Status::ok();
  std::vector<uint8_t> bytes = serialise(generation);
  auto value = HostTensor::of<uint8_t>({std::ssize(bytes)}, bytes);
  if (!value)
    return std::move(value).status();
  return memo.store(key, {.what = request.title(),
                          .value = std::move(*value),
                          .seconds = generation.promptSeconds + generation.stepSeconds,
                          .tokens = generation.generatedTokens()});
}

} // namespace rx::runtime
