#include "runtime/report/ContentKeys.h"

#include "runtime/report/RuntimeIdentity.h"

namespace rx::runtime {

namespace {

void addIds(CacheHash &hash, const std::vector<BufferId> &ids) {
  hash.add(static_cast<uint64_t>(ids.size()));
  for (BufferId id : ids)
    hash.add(static_cast<uint64_t>(id));
}

void addSizes(CacheHash &hash, const std::vector<SizeExpr> &sizes) {
  hash.add(static_cast<uint64_t>(sizes.size()));
  for (const SizeExpr &size : sizes)
    hash.add(size.str());
}

/// What an instruction says beside its kind and kernel.
struct AddOperands {
  CacheHash &hash;

  void operator()(const Launch &op) const {
    addIds(hash, op.inputs);
    addIds(hash, op.outputs);
    addSizes(hash, op.sizes);
  }
  void operator()(const Loop &op) const {
    addIds(hash, {op.trip});
    hash.add(static_cast<uint64_t>(op.trips));
    for (const Carried &carried : op.carried)
      addIds(hash, {carried.argument, carried.initial, carried.next});
    addIds(hash, op.stacked);
  }
  void operator()(const Branch &op) const { addIds(hash, {op.condition}); }
  void operator()(const Copy &op) const { addIds(hash, {op.from, op.to}); }
  void operator()(const Entry &op) const {
    addIds(hash, {op.table, op.to});
    addIds(hash, op.at);
  }
  void operator()(const View &op) const { addIds(hash, {op.from, op.at, op.to}); }
  void operator()(const Host &op) const {
    hash.add(op.function);
    addIds(hash, op.inputs);
    addIds(hash, op.outputs);
  }
  void operator()(const End &) const {}
  void operator()(const Else &) const {}
};

int64_t constantBytes(const BufferType &type) {
  Shape shape;
  for (const SizeExpr &dim : type.dims)
    shape.push_back(dim.constant());
  return tensorBytes(type.dtype, shape).value_or(0);
}

} // namespace

std::string runtimeIdentity() { return RXC_RUNTIME_IDENTITY; }

void ContentKeys::setBuffer(const std::string &name, const Hash128 &identity) {
  given[name] = identity;
  buffers.clear(); // others may be computed from it
  programs.clear();
}

Expected<Hash128> ContentKeys::buffer(const std::string &name) {
  if (auto it = given.find(name); it != given.end())
    return it->second;
  if (auto it = buffers.find(name); it != buffers.end())
    return it->second;
  const BufferSource *source = bundle.findBuffer(name);
  if (!source)
    return makeError("{} has no buffer called {}", bundle.folder(), name);
  if (!inProgress.insert(name).second)
    return makeError("buffer {} is computed from itself", name);
  CacheHash hash;
  hash.add("buffer").add(source->type.text()).add(source->tensor);
  if (source->hasFile()) {
    auto identity = fileIdentity(source->file);
    if (!identity)
      return std::move(identity).status();
    hash.add(*identity);
  }
  if (!source->via.empty()) {
    auto via = program(source->via);
    if (!via)
      return via;
    hash.add(*via);
  }
  for (const std::string &input : source->inputs) {
    auto value = buffer(input);
    if (!value)
      return value;
    hash.add(*value);
  }
  inProgress.erase(name);
  return buffers[name] = hash.key();
}

Status ContentKeys::add(CacheHash &hash, const BufferInfo &buffer) {
  hash.add(kindName(buffer.kind)).add(buffer.type.text());
  if (buffer.kind == BufferKind::Input || buffer.kind == BufferKind::State)
    hash.add(buffer.name);
  if (buffer.kind == BufferKind::Constant)
    hash.add(std::span<const std::byte>(bundle.constants().data() + buffer.offset,
                                        static_cast<size_t>(constantBytes(buffer.type))));
  if (buffer.kind != BufferKind::Parameter)
    return Status::ok();
  auto value = this->buffer(buffer.name);
  if (!value)
    return std::move(value).status();
  hash.add(*value);
  return Status::ok();
}

Status ContentKeys::add(CacheHash &hash, const TableInfo &table) {
  hash.add("table").add(table.type.text());
  for (int64_t trips : table.trips)
    hash.add(static_cast<uint64_t>(trips));
  for (const PanelForm &form : table.forms)
    hash.add(form.str());
  for (const std::string &name : table.buffers) {
    auto value = buffer(name);
    if (!value)
      return std::move(value).status();
    hash.add(*value);
  }
  return Status::ok();
}

void ContentKeys::add(CacheHash &hash, const KernelInfo &kernel) const {
  hash.add(kernel.symbol);
  for (const std::string &size : kernel.sizes)
    hash.add(size);
  for (const BufferType &operand : kernel.operands)
    hash.add(operand.text());
  hash.add(static_cast<uint64_t>(kernel.inputs)).add(kernel.rows.str()).add(kernel.scratch.str());
}

void ContentKeys::add(CacheHash &hash, const Instruction &instruction) const {
  hash.add(opName(instruction));
  if (const auto *launch = std::get_if<Launch>(&instruction.op))
    for (int32_t kernel : launch->kernels)
      add(hash, bundle.plan().kernels[kernel]);
  std::visit(AddOperands{hash}, instruction.op);
}

Expected<Hash128> ContentKeys::program(const std::string &name) {
  if (auto it = programs.find(name); it != programs.end())
    return it->second;
  auto found = bundle.plan().programs.find(name);
  if (found == bundle.plan().programs.end())
    return makeError("{} has no program called {}", bundle.folder(), name);
  const Program &program = found->second;
  CacheHash hash;
  hash.add("program").add(bundle.targetName()).add(bundle.precision()).add(runtimeIdentity());
  for (const std::string &symbol : program.symbols)
    hash.add(symbol);
  for (const BufferInfo &buffer : program.buffers)
    if (Status added = add(hash, buffer); !added)
      return added;
  for (const TableInfo &table : program.tables)
    if (Status added = add(hash, table); !added)
      return added;
  for (const Instruction &instruction : program.code)
    add(hash, instruction);
  for (const auto *results : {&program.outputs, &program.nextStates})
    for (const ResultInfo &result : *results)
      hash.add(result.name).add(static_cast<uint64_t>(result.buffer));
  return programs[name] = hash.key();
}

} // namespace rx::runtime
