//===- decode-check.cpp - do texts read step by step give what a whole pass gives? ---===//
//
// decode-check BUNDLE FOLDER MODEL IDS.npy FIRST CHUNK TOLERANCE
//
// IDS is i32[rows, t]. The program MODEL_logits reads it whole. Then, in a batch of all rows, the
// first FIRST + 3 * row tokens of each are appended, CHUNK at once, and the others one by one; and
// each row alone; and with caches that keep every position; and, where the bundle was compiled
// with --depths, each row three times in one batch, a trip behind each other. FOLDER is
// where rxc.lock is looked for. Checked is, at every position:
//   - a row's logits have the same bits in the batch and alone, whatever the caches keep, and
//   whatever the depths of others;
//   - they differ from the whole pass by at most TOLERANCE times the root mean square of its
//   logits;
//   - the likeliest token is the same, where its lead is larger than twice the difference.
//
//===----------------------------------------------------------------------===//

#include "runtime/data/WeightFiles.h"
#include "runtime/device/Cpu.h"
#include "runtime/infer/DepthWiseDecoder.h"
#include "runtime/io/Npy.h"
#include "tests/tools/Must.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace rx::runtime;
using rx::test::fail;
using rx::test::must;

namespace {

using Logits = std::vector<float>; ///< of one position

struct Worst {
  double difference = 0; ///< over the root mean square of the whole pass
  int64_t argmaxes = 0, undecided = 0, positions = 0;
};

class Check {
public:
  Check(const Bundle &bundle, const std::string &folder, std::string model, const HostTensor &ids)
      : bundle(bundle), model(std::move(model)), ids(ids), files(folder),
        weights(bundle, files.loader(), files.rowLoader()), device(2),
        executor(bundle, device, weights) {}

  int64_t rows() const { return ids.shape()[0]; }
  int64_t time() const { return ids.shape()[1]; }

  int64_t capacity() const { return time() + 5; }
  int64_t cacheBytes(const CacheSettings &caches) const {
    return must(CachedDecoder::cacheBytes(bundle, model, rows(), capacity(), caches));
  }

  /// [rows, t, vocabulary]
  HostTensor whole() { return must(executor.run(model + "_logits", {{"x", ids}})).at("logits"); }

  /// By row: the logits after each position from the last of the first tokens on.
  std::vector<std::vector<Logits>> stepped(int64_t first, int64_t one, int64_t count,
                                           const CacheSettings &caches) {
    CachedDecoder decoder =
        must(CachedDecoder::create(bundle, executor, model, count, capacity(), caches));
    std::vector<std::vector<Logits>> result(count);
    std::vector<std::vector<int32_t>> tokens(count);
    for (int64_t i = 0; i < count; ++i)
      tokens[i] = promptOf(one + i, first);
    while (std::any_of(tokens.begin(), tokens.end(), [](auto &row) { return !row.empty(); })) {
      HostTensor logits = must(decoder.append(tokens));
      for (int64_t i = 0; i < count; ++i) {
        if (!tokens[i].empty())
          result[i].push_back(rowOf(logits, i));
        int64_t at = decoder.positions()[i];
        tokens[i] = tokensOf(one + i, at, std::min(at + 1, time()));
      }
    }
    return result;
  }

  bool hasDepths() const { return DepthWiseDecoder::isDerivedFor(bundle, model); }

  /// The same for three texts per row. Text i enters after i trips, and again as soon as it has
  /// left.
  std::vector<std::vector<Logits>> tripped(int64_t first, const CacheSettings &caches) {
    int64_t count = 3 * rows();
    DepthWiseDecoder decoder =
        must(DepthWiseDecoder::create(bundle, executor, model, count, capacity(), caches));
    std::vector<std::vector<Logits>> result(count);
    for (int64_t trips = 0;; ++trips) {
      std::vector<std::vector<int32_t>> entering(count);
      for (int64_t i = 0; i < count; ++i)
        if (int64_t at = decoder.positions()[i]; !decoder.depths()[i] && trips >= i)
          entering[i] =
              at ? tokensOf(i % rows(), at, std::min(at + 1, time())) : promptOf(i % rows(), first);
      if (std::ranges::any_of(entering, [](auto &row) { return !row.empty(); }))
        must(decoder.enter(entering));
      else if (std::ranges::none_of(decoder.depths(), [](auto depth) { return depth.has_value(); }))
        return result;
      must(decoder.trip());
      std::vector<int64_t> arrived;
      for (int64_t i = 0; i < count; ++i)
        if (decoder.hasArrived(i))
          arrived.push_back(i);
      if (arrived.empty())
        continue;
      HostTensor logits = must(decoder.leave());
      for (int64_t i : arrived)
        result[i].push_back(rowOf(logits, i));
    }
  }

private:
  static Logits rowOf(const HostTensor &logits, int64_t row) {
    auto all = logits.values<float>();
    int64_t width = logits.shape().back();
    return {all.begin() + row * width, all.begin() + (row + 1) * width};
  }
  std::vector<int32_t> promptOf(int64_t row, int64_t first) const {
    return tokensOf(row, 0, std::min(first + 3 * row, time()));
  }
  std::vector<int32_t> tokensOf(int64_t row, int64_t from, int64_t to) const {
    auto all = ids.values<int32_t>().subspan(row * time(), time());
    return {all.begin() + from, all.begin() + to};
  }

  const Bundle &bundle;
  std::string model;
  HostTensor ids;
  WeightFiles files;
  ParameterStore weights;
  Cpu device;
  Executor executor;
};

double rootMeanSquare(std::span<const float> values) {
  double sum = 0;
  for (float value : values)
    sum += double(value) * value;
  return std::sqrt(sum / values.size());
}

void compare(const Logits &actual, std::span<const float> wanted, Worst &worst) {
  double largest = 0;
  for (size_t i = 0; i < wanted.size(); ++i)
    largest = std::max(largest, std::fabs(double(actual[i]) - wanted[i]));
  worst.difference = std::max(worst.difference, largest / rootMeanSquare(wanted));
  auto top = std::max_element(wanted.begin(), wanted.end());
  double second = -INFINITY;
  for (auto at = wanted.begin(); at != wanted.end(); ++at)
    if (at != top)
      second = std::max<double>(second, *at);
  auto chosen = std::max_element(actual.begin(), actual.end()) - actual.begin();
  ++worst.positions;
  if (*top - second <= 2 * largest)
    ++worst.undecided;
  else if (chosen != top - wanted.begin())
    ++worst.argmaxes;
}

void checkBits(const std::vector<Logits> &logits, const std::vector<Logits> &others, int64_t row,
               std::string_view whose) {
  if (logits.size() != others.size())
    fail(fmt::format("row {}: {} steps, but {} {}", row, logits.size(), others.size(), whose));
  for (size_t step = 0; step < logits.size(); ++step)
    if (std::memcmp(logits[step].data(), others[step].data(),
                    logits[step].size() * sizeof(float)) != 0)
      fail(fmt::format("row {}, step {}: the bits differ from those {}", row, step, whose));
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 8)
    fail("takes BUNDLE FOLDER MODEL IDS.npy FIRST CHUNK TOLERANCE");
  Bundle bundle = must(Bundle::open(argv[1]));
  Check check(bundle, argv[2], argv[3], must(readNpy(argv[4])));
  int64_t first = std::atoll(argv[5]);
  CacheSettings rings{.chunk = std::atoll(argv[6])}, all{.keepsAll = true};
  HostTensor whole = check.whole();
  auto wanted = whole.values<float>();
  int64_t width = whole.shape().back();
  Worst worst;
  std::vector<std::vector<Logits>> tripped;
  if (check.hasDepths())
    tripped = check.tripped(first, rings);
  auto together = check.stepped(first, 0, check.rows(), rings);
  auto kept = check.stepped(first, 0, check.rows(), all);
  for (int64_t row = 0; row < check.rows(); ++row) {
    checkBits(together[row], check.stepped(first, row, 1, rings).front(), row, "of the row alone");
    checkBits(together[row], kept[row], row, "with all positions");
    for (size_t text = row; text < tripped.size(); text += check.rows())
      checkBits(together[row], tripped[text], row, "beside texts at other depths");
    int64_t position = check.time() - static_cast<int64_t>(together[row].size());
    for (const Logits &logits : together[row])
      compare(logits, wanted.subspan((row * check.time() + position++) * width, width), worst);
  }
  if (check.hasDepths())
    fmt::print("{} texts at different depths\n", tripped.size());
  fmt::print("{} positions: largest difference {:.2e} of the root mean square, {} other argmaxes, "
             "{} undecided; caches of {} bytes, {} with all positions\n",
             worst.positions, worst.difference, worst.argmaxes, worst.undecided,
             check.cacheBytes(rings), check.cacheBytes(all));
  return worst.difference <= std::atof(argv[7]) && worst.argmaxes == 0 ? 0 : 1;
}
