// rxc's side of bench/forward: one work of a compiled model. Prints what bench/README.md asks of a
// contestant.
#include "bench/forward/Model.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>

using namespace rx::bench;
using rx::runtime::CachedDecoder;
using rx::runtime::HostTensor;

namespace {

/// Sizes that every contestant shares (common.py has the others').
struct Sizes {
  int64_t prefill = 512; ///< positions of a prefill
  int64_t prompt = 64;   ///< positions before the steps that are timed
  int64_t steps = 32;
};

using Tokens = std::vector<int32_t>;

double secondsOf(const std::function<void()> &work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double medianOf(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  size_t middle = seconds.size() / 2;
  return seconds.size() % 2 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
}

/// Root mean square of the differences from the golden's logits, at those of its probes that the
/// tokens reach.
double errorOf(const HostTensor &logits, const nlohmann::json &golden) {
  auto values = logits.values<float>();
  int64_t positions = logits.shape()[1], words = logits.shape()[2];
  double squares = 0;
  int64_t count = 0;
  for (size_t p = 0; p < golden["probe_positions"].size(); ++p) {
    int64_t position = golden["probe_positions"][p];
    for (size_t v = 0; position < positions && v < golden["probe_ids"].size(); ++v, ++count) {
      double exact = golden["probe_logits"][p][v];
      double difference = values[position * words + golden["probe_ids"][v].get<int64_t>()] - exact;
      squares += difference * difference;
    }
  }
  return std::sqrt(squares / static_cast<double>(count));
}

void print(const std::string &work, double seconds, std::optional<double> error = {}) {
  nlohmann::json line = {{"work", work}, {"seconds", seconds}};
  if (error)
    line["error"] = *error;
  fmt::print("{}\n", line.dump());
}

/// The median of `repetitions` after one to warm up.
void prefill(Model &model, const std::string &work, bool all, const nlohmann::json &golden,
             int repetitions) {
  Tokens tokens = golden["tokens"];
  tokens.resize(Sizes().prefill);
  std::string name = all ? "all" : "last";
  auto once = [&] { return model.run(name + "_source_step", name, tokens); };
  std::optional<double> error;
  if (HostTensor logits = once(); all)
    error = errorOf(logits, golden);
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i)
    seconds.push_back(secondsOf([&] { once(); }));
  print(work, medianOf(seconds), error);
}

/// The median of the steps that follow a prompt.
void decode(Model &model, const std::string &work, int64_t texts, const nlohmann::json &golden) {
  if (!model.decodes()) {
    nlohmann::json line = {{"work", work}, {"skipped", "the bundle has no programs to decode by"}};
    fmt::print("{}\n", line.dump());
    return;
  }
  Sizes sizes;
  Tokens tokens = golden["tokens"];
  CachedDecoder decoder = model.decoder(texts, sizes.prompt + sizes.steps + 1);
  auto append = [&](int64_t from, int64_t to) {
    must(decoder.append(std::vector<Tokens>(static_cast<size_t>(texts),
                                            Tokens(tokens.begin() + from, tokens.begin() + to))));
  };
  append(0, sizes.prompt);
  append(sizes.prompt, sizes.prompt + 1); // warms up
  std::vector<double> seconds;
  for (int64_t at = sizes.prompt + 1; at <= sizes.prompt + sizes.steps; ++at)
    seconds.push_back(secondsOf([&] { append(at, at + 1); }));
  print(work, medianOf(seconds));
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"one work of the benchmark of forward passes"};
  std::string bundle, folder = ".", goldenFile, work, kind;
  unsigned threads = 0;
  int repetitions = 3;
  app.add_option("--bundle", bundle)->required();
  app.add_option("--folder", folder, "where rxc.lock is");
  app.add_option("--golden", goldenFile, "tokens and probes")->required();
  app.add_option("--work", work, "the name to print")->required();
  app.add_option("--kind", kind, "last, all, decode_1, decode_8")->required();
  app.add_option("--threads", threads);
  app.add_option("--repetitions", repetitions);
  CLI11_PARSE(app, argc, argv);
  auto golden = nlohmann::json::parse(std::ifstream(goldenFile));
  Model model(bundle, folder, threads);
  if (kind.starts_with("decode_"))
    decode(model, work, std::stoll(kind.substr(7)), golden);
  else
    prefill(model, work, kind == "all", golden, repetitions);
}
