//===- decode-check.cpp - do texts read step by step give what a whole pass gives? ---===//
//
// decode-check BUNDLE FOLDER MODEL IDS.npy FIRST CHUNK TOLERANCE
//
// IDS is i32[rows, t]. The program MODEL_logits reads it whole. Then, in a batch of all rows, the
// first FIRST + 3 * row tokens of each are appended, CHUNK at once, and the others one by one; and
// each row alone; and with caches that keep every position. FOLDER is where rxc.lock is looked for.
// Checked is, at every position:
//   - a row's logits have the same bits in the batch and alone, and whatever the caches keep;
//   - they differ from the whole pass by at most TOLERANCE times the root mean square of its
//   logits;
//   - the likeliest token is the same, where its lead is larger than twice the difference.
//
//===----------------------------------------------------------------------===//

#include "runtime/data/WeightFiles.h"
#include "runtime/device/Cpu.h"
#include "runtime/infer/CachedDecoder.h"
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
      tokens[i] = tokensOf(one + i, 0, std::min(first + 3 * (one + i), time()));
    while (std::any_of(tokens.begin(), tokens.end(), [](auto &row) { return !row.empty(); })) {
      HostTensor logits = must(decoder.append(tokens));
      auto all = logits.values<float>();
      int64_t width = logits.shape().back();
      for (int64_t i = 0; i < count; ++i) {
        if (!tokens[i].empty())
          result[i].emplace_back(all.begin() + i * width, all.begin() + (i + 1) * width);
        int64_t at = decoder.positions()[i];
        tokens[i] = tokensOf(one + i, at, std::min(at + 1, time()));
      }
    }
    return result;
  }

private:
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
  auto together = check.stepped(first, 0, check.rows(), rings);
  auto kept = check.stepped(first, 0, check.rows(), all);
  for (int64_t row = 0; row < check.rows(); ++row) {
    checkBits(together[row], check.stepped(first, row, 1, rings).front(), row, "of the row alone");
    checkBits(together[row], kept[row], row, "with all positions");
    int64_t position = check.time() - static_cast<int64_t>(together[row].size());
    for (const Logits &logits : together[row])
      compare(logits, wanted.subspan((row * check.time() + position++) * width, width), worst);
  }
  fmt::print("{} positions: largest difference {:.2e} of the root mean square, {} other argmaxes, "
             "{} undecided; caches of {} bytes, {} with all positions\n",
             worst.positions, worst.difference, worst.argmaxes, worst.undecided,
             check.cacheBytes(rings), check.cacheBytes(all));
  return worst.difference <= std::atof(argv[7]) && worst.argmaxes == 0 ? 0 : 1;
}
