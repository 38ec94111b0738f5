#include "runtime/plan/ParameterStore.h"

#include "runtime/core/PanelPacker.h"
#include "runtime/plan/ComputeJobs.h"

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

/// Panels of f32 back to rows.
void unpackPanels(const PanelForm &form, const HostTensor &panels, HostTensor &dense) {
  const auto *from = reinterpret_cast<const float *>(panels.data());
  const int64_t rows = dense.shape()[0], depth = dense.shape()[1];
  float *to = dense.values<float>().data();
  for (int64_t n = 0; n < rows; ++n) {
    const float *column = from + n / form.columns * form.columns * depth + n % form.columns;
    for (int64_t k = 0; k < depth; ++k)
      to[n * depth + k] = column[k * form.columns];
  }
}

/// `value`, with the buffer named in its error.
Expected<HostTensor> withName(const std::string &name, Expected<HostTensor> value) {
  if (value)
    return value;
  return std::move(value).status().withContext(fmt::format("buffer {}", name));
}

bool lists(const std::vector<std::string> &names, const std::string &name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

/// Uninitialised memory for a buffer in panels.
Expected<HostTensor> ParameterStore::allocatePanels(const BufferType &type) {
  int64_t bytes = type.bytes(constantShape(type)).value_or(0);
  Expected<std::shared_ptr<std::byte>> memory = panelMemory.allocate(bytes);
  if (!memory)
    return std::move(memory).status();
  return HostTensor::over(RX_U8, {bytes}, std::move(*memory));
}

/// The panels of f32 that hold a dense value.
Expected<HostTensor> ParameterStore::inPanels(const BufferType &type, const HostTensor &value) {
  if (type.form.element != RX_F32)
    return makeError("{} cannot hold values that were computed, only those of a file", type.text());
  Expected<HostTensor> panels = allocatePanels(type);
  if (panels)
    packPanels(type.form, type.dims[1].constant(), 0,
               {value.data(), static_cast<size_t>(value.bytes())}, panels->values<std::byte>());
  return panels;
}

Expected<HostTensor> ParameterStore::get(const std::string &name) {
  if (auto found = values.find(name); found != values.end())
    return found->second;
  const BufferSource *source = bundle.findBuffer(name);
  if (!source)
    return makeError("{} has no buffer called {}", bundle.folder(), name);
  if (!source->via.empty())
    return makeError("buffer {} was not computed yet (program {})", name, source->via);
  Expected<HostTensor> value = source->type.isDense() ? loadFile(*source) : loadPanels(*source);
  value = withName(name, std::move(value));
  if (value)
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
    Expected<HostTensor> value = getDense(input);
    if (!value)
      return std::move(value).status();
    inputs.push_back(std::move(*value));
  }
  return inputs;
}

Status ParameterStore::setComputed(const BufferSource &source, HostTensor value) {
  if (!source.type.isDense()) {
    Expected<HostTensor> panels = inPanels(source.type, value);
    if (!panels)
      return std::move(panels).status();
    value = std::move(*panels);
  }
  values.insert_or_assign(source.name, std::move(value));
  releaseInputsOf(source);
  return Status::ok();
}

/// What stands in panels of f32 is unpacked; other panels hold their file's values, which are read
/// again rather than kept twice. So is all else of a file that no program has asked for: reading it
/// again is cheap, and the dense layers of a model would outweigh what is made of them.
Expected<HostTensor> ParameterStore::getDense(const std::string &name) {
  const BufferSource *source = bundle.findBuffer(name);
  if (source && !source->isComputed() && !holds(name))
    return withName(name, loadFile(*source));
  if (!source || source->type.isDense())
    return get(name);
  if (source->type.form.element != RX_F32)
    return loadFile(*source);
  Expected<HostTensor> panels = get(name);
  if (!panels)
    return panels;
  Expected<HostTensor> dense = HostTensor::allocate(RX_F32, constantShape(source->type));
  if (dense)
    unpackPanels(source->type.form, *panels, *dense);
  return dense;
}

/// Rows stream through a small buffer: the tensor never stands in memory twice.
Expected<HostTensor> ParameterStore::loadPanels(const BufferSource &source) {
  const PanelForm &form = source.type.form;
  const int64_t rows = source.type.dims[0].constant(), depth = source.type.dims[1].constant();
  if (!loadRows)
    return makeError("tensor {} of {} is wanted as {}, but only f32 is loaded here", source.tensor,
                     source.file, source.type.text());
  Expected<HostTensor> panels = allocatePanels(source.type);
  if (!panels)
    return panels;
  const int64_t rowBytes = depth / form.blockElements() * rx_dtype_block_bytes(form.element);
  const int64_t atOnce =
      std::max<int64_t>((int64_t(1) << 20) / std::max<int64_t>(rowBytes, 1) / form.columns, 1) *
      form.columns;
  std::vector<std::byte> chunk(static_cast<size_t>(std::min(atOnce, rows) * rowBytes));
  for (int64_t row = 0; row < rows; row += atOnce) {
    auto bytes =
        std::span(chunk).first(static_cast<size_t>(std::min(atOnce, rows - row) * rowBytes));
    if (Status loaded = loadRows(source.file, source.tensor, {form.element, depth, row}, bytes);
        !loaded)
      return loaded;
    packPanels(form, depth, row, bytes, panels->values<std::byte>());
  }
  return panels;
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
  if (!source->type.isDense()) {
    Expected<HostTensor> panels = inPanels(source->type, value);
    if (!panels)
      return std::move(panels).status().withContext(fmt::format("buffer {}", name));
    value = std::move(*panels);
  }
  values.insert_or_assign(name, std::move(value));
  ++changes;
  return Status::ok();
}

void ParameterStore::release(const std::string &name) { changes += values.erase(name); }

void ParameterStore::keepFor(const std::set<std::string> &names) {
  std::set<std::string> kept =
      buffersFor(bundle, names, [&](const std::string &name) { return holds(name); });
  changes += std::erase_if(values, [&](const auto &one) { return !kept.contains(one.first); });
}

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
