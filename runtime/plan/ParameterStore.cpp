#include "runtime/plan/ParameterStore.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace rx::runtime {

namespace {

Shape constantShape(const BufferType &type) {
  Shape shape;
  for (const SizeExpr &dim : type.dims)
    shape.push_back(dim.constant());
  return shape;
}

bool lists(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

Expected<HostTensor> ParameterStore::get(const std::string &name, const RunVia &run) {
  if (auto found = values.find(name); found != values.end())
    return found->second;
  const BufferSource *source = bundle.findBuffer(name);
  if (!source)
    return makeError("{} has no buffer called {}", bundle.folder(), name);
  if (lists(inProgress, name))
    return makeError("the value of buffer {} depends on itself: {}", name,
                     fmt::join(inProgress, " <- "));
  inProgress.push_back(name);
  Expected<HostTensor> value = compute(*source, run);
  inProgress.pop_back();
  if (!value)
    return std::move(value).status().withContext(fmt::format("buffer {}", name));
  values.insert_or_assign(name, *value);
  releaseInputsOf(*source);
  return value;
}

Expected<HostTensor> ParameterStore::compute(const BufferSource &source, const RunVia &run) {
  if (source.via.empty())
    return loadFile(source);
  std::vector<HostTensor> inputs;
  if (source.hasFile()) {
    Expected<HostTensor> stored = loadFile(source);
    if (!stored)
      return stored;
    inputs.push_back(std::move(*stored));
  }
  for (const std::string &input : source.inputs) {
    Expected<HostTensor> value = get(input, run);
    if (!value)
      return value;
    inputs.push_back(std::move(*value));
  }
  return run(source.via, std::move(inputs));
}

/// The stored tensor has the type of the buffer, or of the first input of the program it passes.
Expected<HostTensor> ParameterStore::loadFile(const BufferSource &source) const {
  const BufferType *type = &source.type;
  if (!source.via.empty()) {
    const Program &program = bundle.plan().programs.find(source.via)->second;
    type = &std::find_if(program.buffers.begin(), program.buffers.end(), [](const auto &buffer) {
              return buffer.kind == BufferKind::Input;
            })->type;
  }
  if (type->dtype != RX_F32)
    return makeError("tensor {} of {} is wanted as {}, but weights are loaded as f32",
                     source.tensor, source.file, type->text());
  Expected<HostTensor> value = HostTensor::allocate(RX_F32, constantShape(*type));
  if (!value)
    return value;
  if (Status loaded = load(source.file, source.tensor, value->values<float>()); !loaded)
    return loaded;
  return value;
}

Status ParameterStore::set(const std::string &name, HostTensor value) {
  const BufferSource *source = bundle.findBuffer(name);
  if (!source)
    return makeError("{} has no buffer called {}", bundle.folder(), name);
  if (source->type.dtype != value.dtype() || constantShape(source->type) != value.shape())
    return makeError("buffer {} is {}, but a value {} was given", name, source->type.text(),
                     value.text());
  values.insert_or_assign(name, std::move(value));
  ++changes;
  return Status::ok();
}

void ParameterStore::release(const std::string &name) { changes += values.erase(name); }

int64_t ParameterStore::residentBytes() const {
  int64_t bytes = 0;
  for (const auto &[name, value] : values)
    bytes += allocatedBytes(value.bytes());
  return bytes;
}

bool ParameterStore::isReadByPrograms(const std::string &name) {
  if (readByPrograms.empty())
    for (const auto &[program, contents] : bundle.plan().programs) {
      for (const BufferInfo &buffer : contents.buffers)
        if (buffer.kind == BufferKind::Parameter)
          readByPrograms.insert(buffer.name);
      for (const TableInfo &table : contents.tables)
        readByPrograms.insert(table.buffers.begin(), table.buffers.end());
    }
  return readByPrograms.contains(name);
}

void ParameterStore::releaseInputsOf(const BufferSource &source) {
  for (const std::string &input : source.inputs) {
    bool needed = isReadByPrograms(input) ||
                  std::any_of(bundle.buffers().begin(), bundle.buffers().end(), [&](auto &other) {
                    return lists(other.inputs, input) && !values.contains(other.name);
                  });
    if (!needed)
      release(input);
  }
}

} // namespace rx::runtime
