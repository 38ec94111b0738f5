#include "runtime/plan/Plan.h"

#include <algorithm>

namespace rx::runtime {

std::set<std::string> weightsOf(const Program &program) {
  std::set<std::string> names;
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Parameter)
      names.insert(buffer.name);
  for (const TableInfo &table : program.tables)
    names.insert(table.buffers.begin(), table.buffers.end());
  return names;
}

int64_t tripsSharing(const Program &program, BufferId buffer) {
  const BufferInfo &shared = program.buffers[buffer];
  if (shared.kind != BufferKind::State || shared.slots)
    return 1;
  auto isOfShared = [&](const std::string &places) {
    return std::any_of(shared.type.dims.begin(), shared.type.dims.end(),
                       [&](const auto &dim) { return dim.asSymbol() == places; });
  };
  for (const BufferInfo &table : program.buffers)
    if (table.slots && isOfShared(table.slots->places)) {
      int64_t trips = 1;
      for (size_t axis = 0; axis + 1 < table.type.dims.size(); ++axis)
        trips *= table.type.dims[axis].constant();
      return trips;
    }
  return 1;
}

} // namespace rx::runtime
