#include "runtime/infer/Sampler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

using namespace rx::runtime;
using testing::HasSubstr;

namespace {

std::vector<float> someLogits(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 2);
  std::vector<float> logits(count);
  for (float &logit : logits)
    logit = normal(random);
  return logits;
}

Sampler must(const SamplingSettings &settings) {
  Expected<Sampler> sampler = Sampler::create(settings);
  EXPECT_TRUE(sampler) << sampler.message();
  return *sampler;
}

/// The distribution that is drawn from, by sorting everything: an independent spelling.
std::map<int32_t, double> reference(const std::vector<float> &logits,
                                    const SamplingSettings &settings) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return std::pair(-logits[a], a) < std::pair(-logits[b], b);
  });
  if (settings.topK > 0 && settings.topK < std::ssize(order))
    order.resize(settings.topK);
  std::vector<double> probabilities;
  double sum = 0;
  for (int32_t id : order)
    sum += probabilities.emplace_back(std::exp(logits[id] / settings.temperature));
  std::map<int32_t, double> kept;
  double mass = 0;
  for (size_t i = 0; i < order.size() && (i == 0 || mass < settings.topP * sum); ++i) {
    kept[order[i]] = probabilities[i];
    mass += probabilities[i];
  }
  for (auto &[id, probability] : kept)
    probability /= mass;
  return kept;
}

constexpr int draws = 20000;

/// How often each token is drawn.
std::map<int32_t, int> counts(const std::vector<float> &logits, const SamplingSettings &settings) {
  Sampler sampler = must(settings);
  std::map<int32_t, int> found;
  for (int step = 0; step < draws; ++step)
    ++found[*sampler.pick(logits, 3, step)];
  return found;
}

/// Pearson's statistic, over tokens that are expected at least five times.
double chiSquare(const std::map<int32_t, int> &found, const std::map<int32_t, double> &wanted,
                 int &cells) {
  double sum = 0;
  cells = 0;
  for (auto [id, probability] : wanted)
    if (double expected = probability * draws; expected >= 5) {
      auto at = found.find(id);
      double difference = (at == found.end() ? 0 : at->second) - expected;
      sum += difference * difference / expected;
      ++cells;
    }
  return sum;
}

/// Four standard deviations above the mean of chi-square with n - 1 degrees of freedom.
double mostExpected(int cells) { return cells - 1 + 4 * std::sqrt(2.0 * (cells - 1)); }

TEST(Sampler, IsGreedyAtTemperatureZero) {
  std::vector<float> logits = {1, 5, 3, 5, -2};
  EXPECT_EQ(*must({}).pick(logits, 0, 0), 1) << "of equal logits the lowest id";
}

TEST(Sampler, DrawsFromTheDistribution) {
  std::vector<float> logits = someLogits(50, 1);
  for (double temperature : {0.3, 1.0, 2.5}) {
    SamplingSettings settings{.temperature = temperature, .seed = 11};
    int cells = 0;
    double statistic = chiSquare(counts(logits, settings), reference(logits, settings), cells);
    EXPECT_GT(cells, 3);
    EXPECT_LT(statistic, mostExpected(cells)) << "temperature " << temperature;
  }
}

/// The test above can fail: the draws of one temperature do not fit another.
TEST(Sampler, ChiSquareTellsTemperaturesApart) {
  std::vector<float> logits = someLogits(50, 1);
  int cells = 0;
  double statistic =
      chiSquare(counts(logits, {.temperature = 1}), reference(logits, {.temperature = 1.1}), cells);
  EXPECT_GT(statistic, mostExpected(cells));
}

TEST(Sampler, KeepsWhatTopKAndTopPKeep) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::vector<float> logits = someLogits(40, seed);
    for (const SamplingSettings &settings :
         {SamplingSettings{.temperature = 1, .topK = 7},
          SamplingSettings{.temperature = 0.8, .topP = 0.7},
          SamplingSettings{.temperature = 1.5, .topK = 12, .topP = 0.6},
          SamplingSettings{.temperature = 1, .topK = 1},
          SamplingSettings{.temperature = 1, .topP = 1e-9},
          SamplingSettings{.temperature = 1, .topK = 1000}}) {
      auto wanted = reference(logits, settings);
      auto found = counts(logits, settings);
      for (auto [id, count] : found)
        EXPECT_TRUE(wanted.contains(id)) << id;
      for (auto [id, probability] : wanted)
        if (probability * draws > 20)
          EXPECT_TRUE(found.contains(id)) << id;
      int cells = 0;
      double statistic = chiSquare(found, wanted, cells);
      EXPECT_LE(statistic, cells > 1 ? mostExpected(cells) : 0);
    }
  }
}

TEST(Sampler, TopKTakesTheLowestIdsOfEqualLogits) {
  std::vector<float> logits(10, 1.0f);
  auto found = counts(logits, {.temperature = 1, .topK = 3});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found.begin()->first, 0);
  EXPECT_EQ(found.rbegin()->first, 2);
}

TEST(Sampler, DrawsDependOnSeedItemAndStepAlone) {
  std::vector<float> logits = someLogits(1000, 5);
  Sampler one = must({.temperature = 1, .seed = 1}), other = must({.temperature = 1, .seed = 2});
  std::vector<int32_t> first, again, items, seeds;
  for (int64_t step = 0; step < 50; ++step) {
    first.push_back(*one.pick(logits, 4, step));
    items.push_back(*one.pick(logits, 5, step));
    seeds.push_back(*other.pick(logits, 4, step));
  }
  for (int64_t step = 0; step < 50; ++step)
    again.push_back(*must({.temperature = 1, .seed = 1}).pick(logits, 4, step));
  EXPECT_EQ(first, again);
  EXPECT_NE(first, items);
  EXPECT_NE(first, seeds);
  EXPECT_GT(std::set<int32_t>(first.begin(), first.end()).size(), 10u);
}

TEST(Sampler, NeverDrawsTheImpossible) {
  std::vector<float> logits = {-INFINITY, 0, -INFINITY, -1e30f, 0};
  for (auto [id, count] : counts(logits, {.temperature = 1}))
    EXPECT_TRUE(id == 1 || id == 4) << id;
}

TEST(Sampler, SurvivesTinyTemperatures) {
  std::vector<float> logits = {1, 3, 2};
  EXPECT_EQ(*must({.temperature = 1e-300}).pick(logits, 0, 0), 1);
}

TEST(Sampler, SaysWhichLogitsAreBroken) {
  std::vector<float> logits = {1, NAN, 3};
  EXPECT_THAT(must({}).pick(logits, 0, 0).message(), HasSubstr("token 1 is nan"));
  logits[1] = INFINITY;
  EXPECT_THAT(must({.temperature = 1}).pick(logits, 0, 0).message(), HasSubstr("token 1 is inf"));
  std::vector<float> none(3, -INFINITY);
  EXPECT_THAT(must({}).pick(none, 0, 0).message(), HasSubstr("no token is possible"));
}

TEST(Sampler, RefusesSettingsThatMeanNothing) {
  EXPECT_THAT(Sampler::create({.temperature = -1}).message(), HasSubstr("temperature is -1"));
  EXPECT_THAT(Sampler::create({.temperature = NAN}).message(), HasSubstr("temperature is nan"));
  EXPECT_THAT(Sampler::create({.topK = -1}).message(), HasSubstr("top-k is -1"));
  EXPECT_THAT(Sampler::create({.topP = 0}).message(), HasSubstr("top-p is 0"));
  EXPECT_THAT(Sampler::create({.topP = 1.5}).message(), HasSubstr("top-p is 1.5"));
}

} // namespace
