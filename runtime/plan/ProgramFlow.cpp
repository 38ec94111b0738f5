#include "runtime/plan/ProgramFlow.h"

#include "runtime/abi/Kernel.h"

#include <algorithm>

namespace rx::runtime {

namespace {

constexpr size_t mostScopes = 64;

bool holdsValueAtStart(BufferKind kind) {
  return kind == BufferKind::Input || kind == BufferKind::State || kind == BufferKind::Parameter ||
         kind == BufferKind::Constant;
}

bool contains(const std::vector<BufferId> &list, BufferId buffer) {
  return std::find(list.begin(), list.end(), buffer) != list.end();
}

} // namespace

ProgramFlow::ProgramFlow(const Program &program)
    : program(program), defined(program.buffers.size()), uses(program.buffers.size(), Use::Free),
      rowOf(program.buffers.size(), nullptr), ofState(program.buffers.size()),
      rowView(program.buffers.size(), -1) {
  for (size_t i = 0; i < defined.size(); ++i) {
    defined[i] = holdsValueAtStart(program.buffers[i].kind);
    ofState[i] = program.buffers[i].kind == BufferKind::State;
  }
}

Status ProgramFlow::read(BufferId buffer) const {
  if (!defined[buffer])
    return makeError("reads buffer {} where it has no value", buffer);
  return Status::ok();
}

void ProgramFlow::define(BufferId buffer) {
  defined[buffer] = true;
  if (!scopes.empty())
    scopes.back().written.push_back(buffer);
}

Status ProgramFlow::write(BufferId buffer) {
  BufferKind kind = program.buffers[buffer].kind;
  bool writable = kind == BufferKind::Temporary || kind == BufferKind::Output || rowOf[buffer];
  bool owned = uses[buffer] != Use::Free && !isNextOfOpenLoop(buffer);
  if (!writable || owned)
    return makeError("writes buffer {}, which must not be written here", buffer);
  if (defined[buffer])
    return makeError("writes buffer {}, which has a value already", buffer);
  define(buffer);
  return Status::ok();
}

Status ProgramFlow::update(BufferId buffer) const {
  if (!ofState[buffer])
    return makeError("updates buffer {}, which is no state and no part of one", buffer);
  return read(buffer);
}

bool ProgramFlow::isNextOfOpenLoop(BufferId buffer) const {
  auto carries = [&](const Carried &carried) { return carried.next == buffer; };
  return std::any_of(scopes.begin(), scopes.end(), [&](const Scope &scope) {
    return scope.loop &&
           std::any_of(scope.loop->carried.begin(), scope.loop->carried.end(), carries);
  });
}

Status ProgramFlow::bind(BufferId alias) {
  if (program.buffers[alias].kind != BufferKind::Alias)
    return makeError("binds buffer {}, which is no alias", alias);
  if (defined[alias] || rowOf[alias])
    return makeError("binds alias {}, which is bound already", alias);
  define(alias);
  return Status::ok();
}

Status ProgramFlow::bindRow(const View &view) {
  if (defined[view.from]) {
    ofState[view.to] = ofState[view.from];
    return bind(view.to);
  }
  const Loop *loop = scopes.empty() ? nullptr : scopes.back().loop;
  bool stacked = loop && contains(loop->stacked, view.from);
  if (!stacked || openTrips(view.at + 1))
    return makeError("views buffer {}, which has no value and is not stacked by this loop",
                     view.from);
  if (rowView[view.from] >= 0)
    return makeError("views the row of stacked buffer {} a second time", view.from);
  if (Status bound = bind(view.to); !bound)
    return bound;
  defined[view.to] = false; // until it is written
  rowOf[view.to] = loop;
  rowView[view.from] = view.to;
  return Status::ok();
}

Status ProgramFlow::claim(BufferId buffer, Use use) {
  BufferKind kind = program.buffers[buffer].kind;
  bool suits = kind == BufferKind::Temporary || (use == Use::Stacked && kind == BufferKind::Output);
  if (!suits)
    return makeError("holds buffer {}, which must be a temporary", buffer);
  if (uses[buffer] != Use::Free || defined[buffer])
    return makeError("holds buffer {}, which is in use already", buffer);
  uses[buffer] = use;
  return Status::ok();
}

Status ProgramFlow::claimCarried(const Carried &carried) {
  if (Status initial = read(carried.initial); !initial)
    return initial;
  if (Status argument = claim(carried.argument, Use::Argument); !argument)
    return argument;
  return claim(carried.next, Use::Next);
}

Status ProgramFlow::openLoop(const Loop &loop) {
  auto open = std::count_if(scopes.begin(), scopes.end(), [](auto &scope) { return scope.loop; });
  if (open >= RX_MAX_RANK || scopes.size() >= mostScopes)
    return makeError("more than {} loops are open", RX_MAX_RANK);
  for (const Carried &carried : loop.carried)
    if (Status claimed = claimCarried(carried); !claimed)
      return claimed;
  if (Status trip = claim(loop.trip, Use::Trip); !trip)
    return trip;
  for (BufferId buffer : loop.stacked)
    if (Status stacked = claim(buffer, Use::Stacked); !stacked)
      return stacked;
  scopes.emplace_back().loop = &loop;
  for (const Carried &carried : loop.carried)
    define(carried.argument);
  define(loop.trip);
  return Status::ok();
}

Status ProgramFlow::openBranch() {
  if (scopes.size() >= mostScopes)
    return makeError("more than {} branches are open", mostScopes);
  scopes.emplace_back();
  return Status::ok();
}

Status ProgramFlow::switchToElse() {
  if (scopes.empty() || scopes.back().loop || scopes.back().inElse)
    return makeError("no branch is open here");
  Scope &scope = scopes.back();
  scope.inElse = true;
  forget(scope.written);
  scope.thenWritten = std::move(scope.written);
  scope.written.clear();
  return Status::ok();
}

void ProgramFlow::forget(const std::vector<BufferId> &buffers) {
  for (BufferId buffer : buffers)
    defined[buffer] = false;
}

Status ProgramFlow::checkRows(const Loop &loop) const {
  for (const Carried &carried : loop.carried)
    if (!defined[carried.next])
      return makeError("ends a loop whose carried buffer {} was not written", carried.next);
  for (BufferId buffer : loop.stacked)
    if (rowView[buffer] < 0 || !defined[rowView[buffer]])
      return makeError("ends a loop whose stacked buffer {} got no row", buffer);
  return Status::ok();
}

std::vector<BufferId> ProgramFlow::closeLoop(const Scope &scope) {
  std::vector<BufferId> left = scope.loop->stacked;
  for (const Carried &carried : scope.loop->carried)
    left.push_back(carried.argument);
  for (BufferId buffer : scope.loop->stacked)
    rowOf[rowView[buffer]] = nullptr;
  return left;
}

std::vector<BufferId> ProgramFlow::closeBranch(Scope &scope) {
  std::vector<BufferId> both;
  std::sort(scope.thenWritten.begin(), scope.thenWritten.end());
  for (BufferId buffer : scope.written) {
    bool memory = program.buffers[buffer].kind != BufferKind::Alias || rowOf[buffer];
    if (memory && std::binary_search(scope.thenWritten.begin(), scope.thenWritten.end(), buffer))
      both.push_back(buffer);
  }
  return both;
}

Status ProgramFlow::close() {
  if (scopes.empty())
    return makeError("nothing is open here");
  if (const Loop *loop = scopes.back().loop)
    if (Status rows = checkRows(*loop); !rows)
      return rows;
  Scope scope = std::move(scopes.back());
  scopes.pop_back();
  forget(scope.written);
  for (BufferId buffer : scope.loop ? closeLoop(scope) : closeBranch(scope))
    define(buffer);
  return Status::ok();
}

Status ProgramFlow::finish() const {
  if (!scopes.empty())
    return makeError("the code ends inside a {}", scopes.back().loop ? "loop" : "branch");
  return Status::ok();
}

std::optional<int64_t> ProgramFlow::openTrips(int32_t at) const {
  for (const Scope &scope : scopes)
    if (scope.loop && at-- == 0)
      return scope.loop->trips;
  return std::nullopt;
}

} // namespace rx::runtime
