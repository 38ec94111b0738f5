#include "runtime/infer/Generator.h"

#include "runtime/abi/Philox.h"

#include <algorithm>
#include <chrono>
#include <map>

namespace rx::runtime {

namespace {

using Tokens = std::vector<int32_t>;

class Stopwatch {
public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

private:
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

Status checkPrompts(std::span<const Tokens> prompts, int64_t capacity) {
  for (size_t i = 0; i < prompts.size(); ++i) {
    if (prompts[i].empty())
      return makeError("prompt {} is empty, and the tokenizer puts no token in front of a text: "
                       "give it some text to continue",
                       i + 1);
    if (std::ssize(prompts[i]) > capacity)
      return makeError("prompt {} has {} tokens, the model reads {} at most", i + 1,
                       prompts[i].size(), capacity);
  }
  return Status::ok();
}

/// Names the texts to the sampler, by what they begin with: a prompt has the same draws whatever
/// else is in the batch. Equal prompts are told apart by their number.
std::vector<int64_t> itemsOf(std::span<const Tokens> prompts) {
  std::map<uint64_t, uint64_t> seen;
  std::vector<int64_t> items;
  for (const Tokens &prompt : prompts) {
    auto bytes = reinterpret_cast<const char *>(prompt.data());
    uint64_t content = rx_path_hash(bytes, prompt.size() * sizeof(int32_t));
    items.push_back(static_cast<int64_t>(content + seen[content]++));
  }
  return items;
}

/// The texts of a batch on their way.
class Batch {
public:
  Batch(std::span<const Tokens> prompts, const Tokenizer &tokenizer,
        const GenerationSettings &settings, const GenerationWatcher &watcher, int64_t capacity)
      : prompts(prompts), settings(settings), watcher(watcher), capacity(capacity),
        items(itemsOf(prompts)), streams(prompts.size(), TextStream(tokenizer, settings.stop)),
        next(prompts.size()) {
    result.texts.resize(prompts.size());
    for (size_t i = 0; i < prompts.size(); ++i)
      if (std::ssize(prompts[i]) == capacity)
        end(i, StopReason::ContextFull);
  }

  bool isRunning(size_t i) const { return result.texts[i].reason == StopReason::None; }

  /// Chooses a token for every text that goes on, from its row of `logits`.
  Status choose(const Sampler &sampler, const HostTensor &logits) {
    int64_t width = logits.shape().back();
    for (size_t i = 0; i < prompts.size(); ++i) {
      next[i].clear();
      if (!isRunning(i))
        continue;
      auto row = logits.values<float>().subspan(i * width, width);
      auto id = sampler.pick(row, items[i], std::ssize(result.texts[i].tokens));
      if (!id)
        return std::move(id).status().withContext("text " + std::to_string(i + 1));
      accept(i, *id);
    }
    return Status::ok();
  }

  void interrupt() {
    for (size_t i = 0; i < prompts.size(); ++i)
      if (isRunning(i))
        end(i, StopReason::Interrupted);
  }

  /// By text: the token that was chosen last, of those that go on.
  std::span<const Tokens> nextTokens() const { return next; }
  int64_t countNext() const {
    return std::count_if(next.begin(), next.end(), [](auto &row) { return !row.empty(); });
  }

  Generation result;

private:
  void accept(size_t i, int32_t id) {
    Continuation &text = result.texts[i];
    text.tokens.push_back(id);
    grow(i, streams[i].push(id));
    StopReason reason = streams[i].reason();
    if (reason == StopReason::None && std::ssize(text.tokens) == settings.tokens)
      reason = StopReason::Length;
    if (reason == StopReason::None && std::ssize(prompts[i]) + std::ssize(text.tokens) == capacity)
      reason = StopReason::ContextFull;
    if (reason != StopReason::None)
      return end(i, reason);
    next[i] = {id};
  }

  void grow(size_t i, const std::string &more) {
    result.texts[i].text += more;
    if (!more.empty() && watcher.grown)
      watcher.grown(i, more, StopReason::None);
  }

  void end(size_t i, StopReason reason) {
    std::string last = streams[i].finish();
    result.texts[i].text += last;
    // What was held back may have been a stop string after all.
    result.texts[i].reason = streams[i].reason() == StopReason::None ? reason : streams[i].reason();
    next[i].clear();
    if (watcher.grown)
      watcher.grown(i, last, result.texts[i].reason);
  }

  std::span<const Tokens> prompts;
  const GenerationSettings &settings;
  const GenerationWatcher &watcher;
  int64_t capacity;
  std::vector<int64_t> items;
  std::vector<TextStream> streams;
  std::vector<Tokens> next;
};

} // namespace

Expected<Generation> Generator::run(std::span<const Tokens> prompts,
                                    const GenerationSettings &settings,
                                    const GenerationWatcher &watcher) {
  Expected<Sampler> sampler = Sampler::create(settings.sampling);
  if (!sampler)
    return std::move(sampler).status();
  if (settings.tokens < 1)
    return makeError("{} tokens were asked for; it is at least 1", settings.tokens);
  if (Status fit = checkPrompts(prompts, capacity); !fit)
    return fit;
  Batch batch(prompts, tokenizer, settings, watcher, capacity);
  for (const Tokens &prompt : prompts)
    batch.result.promptTokens += std::ssize(prompt);
  Stopwatch reading;
  Expected<HostTensor> logits = append(prompts);
  batch.result.promptSeconds = reading.seconds();
  Stopwatch stepping;
  while (true) {
    if (!logits)
      return std::move(logits).status();
    if (watcher.shouldStop && watcher.shouldStop())
      batch.interrupt();
    if (Status chosen = batch.choose(*sampler, *logits); !chosen)
      return chosen;
    if (batch.countNext() == 0)
      break;
    ++batch.result.steps;
    batch.result.stepTokens += batch.countNext();
    logits = append(batch.nextTokens());
  }
  batch.result.stepSeconds = stepping.seconds();
  return std::move(batch.result);
}

} // namespace rx::runtime
