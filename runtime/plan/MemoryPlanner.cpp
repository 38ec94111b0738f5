#include "runtime/plan/MemoryPlanner.h"

#include "runtime/core/Memory.h"
#include "runtime/plan/Together.h"

#include <algorithm>
#include <numeric>

namespace rx::runtime {

namespace {

/// Walks the code once and stretches lifetimes over every use.
class LifetimeBuilder {
public:
  explicit LifetimeBuilder(const Program &program)
      : program(program), lifetimes(program.buffers.size()), memory(program.buffers.size()) {
    for (size_t i = 0; i < memory.size(); ++i)
      if (program.buffers[i].kind == BufferKind::Temporary)
        memory[i] = {static_cast<BufferId>(i)};
    findEnds();
  }

  std::vector<Lifetime> build() {
    std::vector<size_t> since = togetherSince(program);
    for (size_t i = 0; i < program.code.size(); ++i) {
      at = static_cast<int64_t>(since[i]); // what runs together is one point in time
      std::visit([&](const auto &op) { visit(op); }, program.code[i].op);
    }
    return std::move(lifetimes);
  }

private:
  /// For every loop and branch, the position of its `end`.
  void findEnds() {
    ends.resize(program.code.size());
    std::vector<size_t> open;
    for (size_t i = 0; i < program.code.size(); ++i) {
      const auto &op = program.code[i].op;
      if (std::holds_alternative<Loop>(op) || std::holds_alternative<Branch>(op))
        open.push_back(i);
      if (std::holds_alternative<End>(op)) {
        ends[open.back()] = static_cast<int64_t>(i);
        open.pop_back();
      }
    }
  }

  void use(BufferId buffer) {
    for (BufferId owner : memory[buffer]) {
      Lifetime &life = lifetimes[owner];
      if (life.begin > life.end)
        life.begin = at;
      life.end = std::max(life.end, lastNeedOf(life.begin));
    }
  }

  /// Until when memory that exists since `begin` must be kept if it is used here: the end of the
  /// outermost open loop that began later, or just here.
  int64_t lastNeedOf(int64_t begin) const {
    for (int64_t loop : openLoops)
      if (loop > begin)
        return ends[loop];
    return at;
  }

  void use(const std::vector<BufferId> &buffers) {
    for (BufferId buffer : buffers)
      use(buffer);
  }

  void visit(const Launch &op) {
    use(op.inputs);
    use(op.outputs);
  }
  void visit(const Host &op) {
    use(op.inputs);
    use(op.outputs);
  }
  void visit(const Copy &op) {
    use(op.from);
    use(op.to);
  }
  void visit(const Branch &op) { use(op.condition); }
  void visit(const Else &) {}
  void visit(const Entry &) {} // parameters have memory of their own
  void visit(const View &op) {
    memory[op.to] = memory[op.from];
    use(op.from);
  }

  void visit(const Loop &op) {
    for (const Carried &carried : op.carried) {
      memory[carried.argument] = {carried.argument, carried.next};
      use(carried.argument);
      keepThrough(carried.argument);
      use(carried.initial);
      keepThrough(carried.initial);
      if (op.trips == 0) // then the argument is the initial value for good
        memory[carried.argument].insert(memory[carried.argument].end(),
                                        memory[carried.initial].begin(),
                                        memory[carried.initial].end());
    }
    use(op.trip);
    keepThrough(op.trip);
    use(op.stacked);
    for (BufferId buffer : op.stacked)
      keepThrough(buffer);
    openLoops.push_back(at);
  }

  /// Extends lifetimes to the end of the loop that begins here.
  void keepThrough(BufferId buffer) {
    for (BufferId owner : memory[buffer])
      lifetimes[owner].end = std::max(lifetimes[owner].end, ends[at]);
  }

  void visit(const End &) {
    if (!openLoops.empty() && ends[openLoops.back()] == at)
      openLoops.pop_back();
  }

  const Program &program;
  int64_t at = 0;
  std::vector<int64_t> ends;
  std::vector<int64_t> openLoops; ///< positions, outermost first
  std::vector<Lifetime> lifetimes;
  std::vector<std::vector<BufferId>> memory; ///< the temporaries that a buffer's value may lie in
};

bool meet(const Lifetime &a, const Lifetime &b) { return a.begin <= b.end && b.begin <= a.end; }

struct Interval {
  int64_t begin, end;
};

/// The start of the smallest gap between `taken` intervals (sorted by begin) that holds `bytes`, or
/// the end of them all.
int64_t bestGap(const std::vector<Interval> &taken, int64_t bytes) {
  int64_t reached = 0, best = -1, bestSize = INT64_MAX;
  for (const Interval &interval : taken) {
    int64_t gap = interval.begin - reached;
    if (gap >= bytes && gap < bestSize) {
      best = reached;
      bestSize = gap;
    }
    reached = std::max(reached, interval.end);
  }
  return best >= 0 ? best : reached;
}

} // namespace

std::vector<Lifetime> lifetimesOf(const Program &program) {
  return LifetimeBuilder(program).build();
}

Expected<Placement> placeRequests(std::span<const MemoryRequest> requests) {
  int64_t total = 0;
  for (const MemoryRequest &request : requests)
    if (request.bytes > INT64_MAX - tensorAlignment ||
        __builtin_add_overflow(total, alignTensorBytes(request.bytes), &total))
      return makeError("the temporaries together have more than 2^63 bytes");
  std::vector<size_t> order(requests.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::pair(requests[b].bytes, a) < std::pair(requests[a].bytes, b);
  });
  Placement placement{std::vector<int64_t>(requests.size(), -1)};
  std::vector<size_t> placed;
  for (size_t index : order) {
    const MemoryRequest &request = requests[index];
    if (request.lifetime.begin > request.lifetime.end)
      continue;
    std::vector<Interval> taken;
    for (size_t other : placed)
      if (meet(request.lifetime, requests[other].lifetime))
        taken.push_back({placement.offsets[other],
                         placement.offsets[other] + alignTensorBytes(requests[other].bytes)});
    std::sort(taken.begin(), taken.end(),
              [](const Interval &a, const Interval &b) { return a.begin < b.begin; });
    int64_t bytes = alignTensorBytes(request.bytes);
    placement.offsets[index] = bestGap(taken, bytes);
    placement.bytes = std::max(placement.bytes, placement.offsets[index] + bytes);
    placed.push_back(index);
  }
  return placement;
}

} // namespace rx::runtime
