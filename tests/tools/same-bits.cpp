//===- same-bits.cpp - do results depend on the threads or the batch? --------===//
//
// same-bits BUNDLE FOLDER VOCABULARY PROGRAM...
//
// Runs each program over x and y, i32[b, t] below VOCABULARY, on 8 sequences with one, two and
// three threads, and on each sequence alone. All results must have the same bits; over batches,
// those with an axis of sequences. FOLDER is where rxc.lock is looked for.
//
//===----------------------------------------------------------------------===//

#include "runtime/data/WeightFiles.h"
#include "runtime/device/Cpu.h"
#include "runtime/plan/Executor.h"
#include "tests/tools/Must.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <random>

using namespace rx::runtime;
using rx::test::fail;
using rx::test::must;

namespace {

constexpr int64_t sequences = 8, time = 13; ///< no multiple of any tile

HostTensor randomTokens(unsigned seed, int32_t vocabulary) {
  std::mt19937 random(seed); // the same numbers everywhere, by the standard
  HostTensor tokens = must(HostTensor::allocate(RX_I32, {sequences, time}));
  for (int32_t &id : tokens.values<int32_t>())
    id = static_cast<int32_t>(random() % static_cast<unsigned>(vocabulary));
  return tokens;
}

HostTensor rowOf(const HostTensor &tokens, int64_t row) {
  auto all = tokens.values<int32_t>();
  return must(HostTensor::of<int32_t>({1, time}, all.subspan(row * time, time)));
}

class Runs {
public:
  Runs(const Bundle &bundle, const std::string &folder)
      : bundle(bundle), files(folder),
        weights(bundle, files.loader(), files.rowLoader()) {}

  std::string program; ///< that run() runs

  TensorMap run(unsigned threads, HostTensor x, HostTensor y) {
    auto found = bundle.plan().programs.find(program);
    if (found == bundle.plan().programs.end())
      fail("there is no program " + program);
    Cpu cpu(threads);
    Executor executor(bundle, cpu, weights);
    TensorMap inputs = {{"x", std::move(x)}, {"y", std::move(y)}};
    inputs.merge(must(zeroStates(found->second, inputs)));
    return must(executor.run(program, inputs));
  }

private:
  const Bundle &bundle;
  WeightFiles files;
  ParameterStore weights;
};

/// `part` is the bytes of `whole` from `offset` on.
void compare(const std::string &what, const HostTensor &whole, int64_t offset,
             const HostTensor &part) {
  const std::byte *expected = whole.data() + offset;
  auto [differs, other] =
      std::mismatch(part.data(), part.data() + part.bytes(), expected, expected + part.bytes());
  if (differs != part.data() + part.bytes())
    fail(fmt::format("{} differs at byte {} of {}", what, differs - part.data(), part.bytes()));
}

bool hasSequences(const HostTensor &result) {
  return !result.shape().empty() && result.shape()[0] == sequences;
}

/// How many results were compared; a test of none would prove nothing.
size_t compareThreads(Runs &runs, const TensorMap &whole, const HostTensor &x,
                      const HostTensor &y) {
  for (unsigned threads : {2u, 3u})
    for (auto &[name, result] : runs.run(threads, x, y))
      compare(fmt::format("{} with {} threads", name, threads), whole.at(name), 0, result);
  return whole.size();
}

size_t compareBatches(Runs &runs, const TensorMap &whole, const HostTensor &x,
                      const HostTensor &y) {
  auto compared = std::count_if(whole.begin(), whole.end(),
                                [](auto &result) { return hasSequences(result.second); });
  for (int64_t row = 0; compared && row < sequences; ++row)
    for (auto &[name, result] : runs.run(1, rowOf(x, row), rowOf(y, row)))
      if (const HostTensor &all = whole.at(name); hasSequences(all))
        compare(fmt::format("{} of sequence {} alone", name, row), all, row * result.bytes(),
                result);
  return static_cast<size_t>(compared);
}

} // namespace

int main(int count, char **arguments) {
  if (count < 5)
    fail("same-bits BUNDLE FOLDER VOCABULARY PROGRAM...");
  Bundle bundle = must(Bundle::open(arguments[1]));
  int32_t vocabulary = std::atoi(arguments[3]);
  Runs runs(bundle, arguments[2]);
  HostTensor x = randomTokens(1, vocabulary), y = randomTokens(2, vocabulary);
  for (int i = 4; i < count; ++i) {
    runs.program = arguments[i];
    TensorMap whole = runs.run(1, x, y);
    fmt::print("{}: 1, 2 and 3 threads: {} results equal\n", runs.program,
               compareThreads(runs, whole, x, y));
    fmt::print("{}: batches of 1 and {}: {} results equal\n", runs.program, sequences,
               compareBatches(runs, whole, x, y));
  }
}
