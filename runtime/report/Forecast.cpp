#include "runtime/report/Forecast.h"

#include <set>
#include <vector>

namespace rx::runtime {

namespace {

int64_t elementsOf(const BufferType &type) {
  int64_t count = 1;
  for (const SizeExpr &dim : type.dims)
    count *= dim.constant();
  return count;
}

} // namespace

int64_t parametersRead(const Bundle &bundle, const Program &program) {
  int64_t count = 0;
  for (const std::string &name : weightsOf(program))
    count += elementsOf(bundle.findBuffer(name)->type);
  return count;
}

Expected<int64_t> bytesMoved(const Bundle &bundle, const Program &program,
                             const std::map<std::string, Shape> &inputs) {
  auto bindings = bindSymbols(program, [&](BufferId id) -> const Shape * {
    auto found = inputs.find(program.buffers[id].name);
    return found == inputs.end() ? nullptr : &found->second;
  });
  if (!bindings)
    return std::move(bindings).status();
  return bytesMoved(bundle, {&program, std::move(*bindings)});
}

Expected<int64_t> bytesMoved(const Bundle &bundle, const PlannedRun &run) {
  const Program &program = *run.program;
  auto bound = bindProgram(bundle.plan(), program, run.bindings);
  if (!bound)
    return std::move(bound).status();
  int64_t bytes = 0;
  std::vector<int64_t> times = {1}; // by open loop or branch
  for (size_t i = 0; i < program.code.size(); ++i) {
    const auto &op = program.code[i].op;
    if (const auto *loop = std::get_if<Loop>(&op))
      times.push_back(times.back() * loop->trips);
    else if (std::holds_alternative<Branch>(op))
      times.push_back(times.back());
    else if (std::holds_alternative<End>(op))
      times.pop_back();
    if (!bound->launches[i].empty()) // variants move the same buffers
      for (BufferId buffer : bound->launches[i].front().buffers)
        bytes += times.back() * bound->bytes[buffer] / tripsSharing(program, buffer);
  }
  return bytes;
}

} // namespace rx::runtime
