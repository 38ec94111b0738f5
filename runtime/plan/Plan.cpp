#include "runtime/plan/Plan.h"

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
  if (shared.kind != BufferKind::State || shared.slots || shared.type.dims.empty())
    return 1;
  std::optional<std::string> places = shared.type.dims.front().asSymbol();
  for (const BufferInfo &table : program.buffers)
    if (places && table.slots && table.slots->places == *places) {
      int64_t trips = 1;
      for (size_t axis = 0; axis + 1 < table.type.dims.size(); ++axis)
        trips *= table.type.dims[axis].constant();
      return trips;
    }
  return 1;
}

} // namespace rx::runtime
