#include "runtime/infer/Sampler.h"

#include "runtime/abi/Philox.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

namespace rx::runtime {

namespace {

struct Candidate {
  double weight; ///< its probability times an unknown factor, above 0
  float logit;
  int32_t id;
};

bool isLessLikely(const Candidate &a, const Candidate &b) {
  return a.logit < b.logit || (a.logit == b.logit && a.id > b.id);
}

/// Goes from the likeliest candidate downwards. A heap gives that order without sorting a
/// vocabulary of which few tokens are reached.
class Descent {
public:
  explicit Descent(std::vector<Candidate> all) : rest(std::move(all)) {
    for (const Candidate &candidate : rest)
      sum += candidate.weight;
    std::make_heap(rest.begin(), rest.end(), isLessLikely);
  }

  double total() const { return sum; }
  /// The weight of those passed so far.
  double passed() const { return sums.empty() ? 0 : sums.back(); }

  /// Passes one more, if there is one.
  bool step() {
    if (rest.empty())
      return false;
    std::pop_heap(rest.begin(), rest.end(), isLessLikely);
    sums.push_back(passed() + rest.back().weight);
    ids.push_back(rest.back().id);
    rest.pop_back();
    return true;
  }

  /// The candidate with which the weights passed first exceed `weight`; the last one where rounding
  /// lets none do so.
  int32_t idAt(double weight) {
    while (passed() <= weight && step())
      continue;
    auto at = std::upper_bound(sums.begin(), sums.end(), weight) - sums.begin();
    return ids[std::min<size_t>(at, ids.size() - 1)];
  }

private:
  std::vector<Candidate> rest; ///< a heap
  std::vector<int32_t> ids;
  std::vector<double> sums; ///< up to and with each of `ids`
  double sum = 0;
};

double unitOf(int64_t seed, int64_t item, int64_t step) {
  constexpr std::string_view path = "generate";
  rx_philox_block block = rx_draw(seed, rx_path_hash(path.data(), path.size()), step, item);
  return rx_unit_f64(block.word[0], block.word[1]);
}

/// The likeliest token.
Expected<int32_t> findTop(std::span<const float> logits) {
  int32_t top = -1;
  for (size_t id = 0; id < logits.size(); ++id) {
    if (std::isnan(logits[id]) || logits[id] == INFINITY)
      return makeError("the logit of token {} is {}: the model has broken weights, or its numbers "
                       "overflow",
                       id, logits[id]);
    if (logits[id] != -INFINITY && (top < 0 || logits[id] > logits[top]))
      top = static_cast<int32_t>(id);
  }
  if (top < 0)
    return makeError("no token is possible: all {} logits are -inf", logits.size());
  return top;
}

} // namespace

Expected<Sampler> Sampler::create(const SamplingSettings &settings) {
  if (!(settings.temperature >= 0) || std::isinf(settings.temperature))
    return makeError("the temperature is {}; it is 0 (the likeliest token) or more",
                     settings.temperature);
  if (settings.topK < 0)
    return makeError("top-k is {}; it is 0 (off) or more", settings.topK);
  if (!(settings.topP > 0 && settings.topP <= 1))
    return makeError("top-p is {}; it is above 0, and at most 1 (off)", settings.topP);
  return Sampler(settings);
}

Expected<int32_t> Sampler::pick(std::span<const float> logits, int64_t item, int64_t step) const {
  Expected<int32_t> top = findTop(logits);
  if (!top || settings.temperature == 0)
    return top;
  return draw(logits, logits[*top], unitOf(settings.seed, item, step));
}

int32_t Sampler::draw(std::span<const float> logits, float top, double unit) const {
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (size_t id = 0; id < logits.size(); ++id)
    if (double weight = std::exp((double(logits[id]) - top) / settings.temperature); weight > 0)
      candidates.push_back({weight, logits[id], static_cast<int32_t>(id)});
  if (settings.topK > 0 && settings.topK < std::ssize(candidates)) {
    std::nth_element(candidates.begin(), candidates.begin() + settings.topK, candidates.end(),
                     [](auto &a, auto &b) { return isLessLikely(b, a); });
    candidates.resize(static_cast<size_t>(settings.topK));
  }
  Descent descent(std::move(candidates));
  double kept = descent.total();
  if (settings.topP < 1) {
    while (descent.passed() < settings.topP * kept && descent.step())
      continue;
    kept = descent.passed();
  }
  return descent.idAt(unit * kept);
}

} // namespace rx::runtime
