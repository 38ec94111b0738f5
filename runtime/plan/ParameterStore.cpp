#include "runtime/plan/ParameterStore.h"

#include <fmt/format.h>

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

Expected<HostTensor> ParameterStore::get(const std::string &name) {
  if (auto found = values.find(name); found != values.end())
    return found->second;
  const BufferSource *source = bundle.findBuffer(name);
  if (!source)
    return makeError("{} has no buffer called {}", bundle.folder(), name);
  if (!source->via.empty())
    return makeError("buffer {} was not computed yet (program {})", name, source->via);
  Expected<HostTensor> value = loadFile(*source);
  if (!value)
    return std::move(value).status().withContext(fmt::format("buffer {}", name));
  values.insert_or_assign(name, *value);
  return value;
}

Expected<std::vector<HostTensor>> ParameterStore::inputsOf(const BufferSource &source) {
  std::vector<HostTensor> inputs;
  if (source.hasFile()) {
    Expected<HostTensor> stored = loadFile(source);
    if (!stored)
      return std::move(stored).status();
    inputs.push_back(std::move(*stored));
  }
  for (const std::string &input : source.inputs) {
    Expected<HostTensor> value = get(input);
    if (!value)
      return std::move(value).status();
    inputs.push_back(std::move(*value));
  }
  return inputs;
}

void ParameterStore::setComputed(const BufferSource &source, HostTensor value) {
  values.insert_or_assign(source.name, std::move(value));
  releaseInputsOf(source);
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
    for (const auto &[key, program] : bundle.plan().programs)
      readByPrograms.merge(weightsOf(program));
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
