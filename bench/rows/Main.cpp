// rxc's side of bench/rows: programs of one kernel of rows each, on memory that is there already.
// Prints what bench/README.md asks of a contestant.
#include "bench/common/Must.h"
#include "runtime/device/Cpu.h"
#include "runtime/plan/Bundle.h"
#include "runtime/plan/Interpreter.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

using namespace rx::runtime;
using rx::bench::fail;
using rx::bench::must;

namespace {

/// A program with its operands: floats uniform in [-1, 1].
class RowsProgram {
public:
  RowsProgram(const Bundle &bundle, Cpu &cpu, const std::string &name, int64_t rows) : cpu(cpu) {
    auto found = bundle.plan().programs.find(name);
    if (found == bundle.plan().programs.end())
      fail("no program is called " + name);
    const Program &program = found->second;
    if (program.code.size() != 1)
      fail(fmt::format("{} is {} instructions, not one kernel", name, program.code.size()));
    Bindings sizes;
    for (const std::string &symbol : program.symbols)
      sizes[symbol] = symbol == "t" ? rows : heads;
    bound = must(bindProgram(bundle.plan(), program, sizes));
    must(cpu.load(bundle.kernelsPath()));
    for (const KernelInfo &kernel : bundle.plan().kernels)
      memory.kernels.push_back(must(cpu.findKernel(kernel.symbol)));
    for (int64_t bytes : bound.bytes)
      memory.buffers.push_back(fill(bytes));
  }

  void run() { must(Interpreter(bound, cpu, memory, {}, nullptr).run()); }

private:
  static constexpr int64_t heads = 4;

  std::byte *fill(int64_t bytes) {
    held.push_back(must(cpu.allocate(bytes)));
    auto *values = reinterpret_cast<float *>(held.back().get());
    std::minstd_rand random(1);
    std::generate_n(values, bytes / 4, [&] {
      return static_cast<float>(random()) / static_cast<float>(std::minstd_rand::max()) * 2 - 1;
    });
    return held.back().get();
  }

  Cpu &cpu;
  BoundProgram bound;
  ProgramMemory memory;
  std::vector<std::shared_ptr<std::byte>> held;
};

/// The median of enough calls for about half a second, after some to warm up.
double secondsOf(RowsProgram &program) {
  std::vector<double> seconds;
  double total = 0;
  for (int call = 0; call < 8 || total < 0.5; ++call) {
    auto start = std::chrono::steady_clock::now();
    program.run();
    std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    total += time.count();
    if (call >= 3)
      seconds.push_back(time.count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  return seconds[seconds.size() / 2];
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"kernels of rows"};
  std::string folder;
  unsigned threads = 0;
  std::vector<std::string> works;
  app.add_option("--bundle", folder, "rows.mlir, compiled")->required();
  app.add_option("--threads", threads);
  app.add_option("works", works, "PROGRAM_ROWS")->required();
  CLI11_PARSE(app, argc, argv);
  Bundle bundle = must(Bundle::open(folder));
  Cpu cpu(threads);
  for (const std::string &work : works) {
    size_t end = work.rfind('_');
    if (end == std::string::npos || !std::isdigit(work[end + 1]))
      fail(work + " is not of the form PROGRAM_ROWS");
    RowsProgram program(bundle, cpu, work.substr(0, end), std::stoll(work.substr(end + 1)));
    fmt::print("{{\"work\": \"{}\", \"seconds\": {}}}\n", work, secondsOf(program));
  }
}
