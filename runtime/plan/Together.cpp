#include "runtime/plan/Together.h"

#include <algorithm>

namespace rx::runtime {

namespace {

class TogetherBuilder {
public:
  explicit TogetherBuilder(const Program &program) : program(program) {
    for (size_t i = 0; i < program.buffers.size(); ++i)
      memory.push_back({static_cast<BufferId>(i)});
  }

  std::vector<size_t> build() {
    std::vector<size_t> since;
    for (size_t at = 0; at < program.code.size(); ++at) {
      const auto &op = program.code[at].op;
      if (const auto *view = std::get_if<View>(&op))
        memory[view->to] = memory[view->from];
      if (const auto *loop = std::get_if<Loop>(&op))
        for (const Carried &carried : loop->carried) // the first trip reads the initial value
          append(memory[carried.argument], memory[carried.initial]);
      const auto *launch = std::get_if<Launch>(&op);
      if (!launch || at - first == mostTogether || !joins(*launch)) {
        first = at;
        read.clear();
        written.clear();
      }
      if (launch)
        note(*launch);
      since.push_back(first);
    }
    return since;
  }

private:
  using Buffers = std::vector<BufferId>;

  static void append(Buffers &to, const Buffers &more) {
    to.insert(to.end(), more.begin(), more.end());
  }

  /// Whether the launch reads and writes nothing that the open group writes, and writes nothing
  /// that it reads.
  bool joins(const Launch &launch) const {
    return !written.empty() && !meet(launch.inputs, written) && !meet(launch.outputs, written) &&
           !meet(launch.outputs, read);
  }
  bool meet(const Buffers &buffers, const Buffers &noted) const {
    return std::any_of(buffers.begin(), buffers.end(), [&](BufferId buffer) {
      return std::find_first_of(noted.begin(), noted.end(), memory[buffer].begin(),
                                memory[buffer].end()) != noted.end();
    });
  }
  void note(const Launch &launch) {
    for (BufferId buffer : launch.inputs)
      append(read, memory[buffer]);
    for (BufferId buffer : launch.outputs)
      append(written, memory[buffer]);
  }

  const Program &program;
  std::vector<Buffers> memory; ///< by buffer: those in whose memory its value may lie
  size_t first = 0;            ///< of the open group
  Buffers read, written;       ///< by the open group
};

} // namespace

std::vector<size_t> togetherSince(const Program &program) {
  return TogetherBuilder(program).build();
}

} // namespace rx::runtime
