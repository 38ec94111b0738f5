#include "runtime/plan/Bundle.h"

#include "runtime/abi/Kernel.h"
#include "runtime/core/JsonFields.h"
#include "runtime/plan/BufferLevels.h"
#include "runtime/device/Cpu.h"
#include "runtime/plan/BufferTypeText.h"
#include "runtime/plan/PlanLoader.h"
#include "runtime/plan/PlanVerifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

namespace rx::runtime {

using nlohmann::json;

namespace {

constexpr int manifestFormat = 1;
constexpr uintmax_t largestText = uintmax_t(256) << 20;

/// All bytes of a file, as a u8 tensor.
Expected<HostTensor> readFile(const std::string &path) {
  std::error_code error;
  uintmax_t size = std::filesystem::file_size(path, error);
  if (error)
    return makeError("{}: {}", path, error.message());
  Expected<HostTensor> bytes = HostTensor::allocate(RX_U8, {static_cast<int64_t>(size)});
  if (!bytes)
    return std::move(bytes).status().withContext(path);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char *>(bytes->data()), static_cast<std::streamsize>(size));
  if (!file || static_cast<uintmax_t>(file.gcount()) != size)
    return makeError("{}: cannot be read to its end", path);
  return bytes;
}

Expected<std::string> readText(const std::string &path) {
  std::error_code error;
  uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > largestText)
    return makeError("{}: {} bytes are too many for a file of this kind", path, size);
  Expected<HostTensor> bytes = readFile(path);
  if (!bytes)
    return std::move(bytes).status();
  return std::string(reinterpret_cast<const char *>(bytes->data()), bytes->bytes());
}

Status readSource(const json &item, const std::string &where, BufferSource &source) {
  JsonFields fields(item, where);
  source.name = fields.text("name");
  fields.nameItself(source.name);
  Expected<BufferType> type = readBufferType(fields.text("type"));
  if (!type)
    fields.reject("type", std::string(type.message()));
  source.type = std::move(type).valueOr(BufferType());
  if (source.type.anyForm)
    fields.reject("type", "names one form");
  if (fields.has("file")) {
    source.file = fields.text("file");
    source.tensor = fields.text("tensor");
  }
  if (fields.has("via")) {
    source.via = fields.text("via");
    source.inputs = fields.texts("inputs");
  }
  return fields.finish();
}

/// The types of a program's inputs, in order.
std::vector<BufferType> inputTypes(const Program &program) {
  std::vector<BufferType> types;
  for (const BufferInfo &buffer : program.buffers)
    if (buffer.kind == BufferKind::Input)
      types.push_back(buffer.type);
  return types;
}

} // namespace

Status Bundle::readManifest() {
  std::string file = path + "/manifest.json";
  Expected<std::string> text = readText(file);
  if (!text)
    return std::move(text).status();
  Expected<json> document = parseJson(*text, file);
  if (!document)
    return std::move(document).status();
  JsonFields fields(*document, file);
  fields.integer("format", manifestFormat, manifestFormat);
  fields.integer("kernelAbi", RX_KERNEL_ABI, RX_KERNEL_ABI);
  target = fields.text("target");
  features = fields.text("cpuFeatures");
  thePrecision = fields.text("precision");
  experimentJson = fields.object("experiment");
  for (const json &item : fields.array("buffers")) {
    std::string where = fmt::format("{}: buffers[{}]", file, sources.size());
    if (Status read = readSource(item, where, sources.emplace_back()); !read)
      return read;
  }
  std::sort(sources.begin(), sources.end(),
            [](const BufferSource &a, const BufferSource &b) { return a.name < b.name; });
  return fields.finish();
}

/// An instruction that the processor does not know would end the process.
Status Bundle::checkTarget() const {
  std::vector<std::string> missing = missingCpuFeatures(features);
  if (missing.empty())
    return Status::ok();
  return makeError("{}/manifest.json: kernels.so was compiled for {}, but this processor lacks {}; "
                   "compile the program again with --cpu host on this machine, or with --cpu avx2",
                   path, target, fmt::join(missing, ", "));
}

const BufferSource *Bundle::findBuffer(std::string_view name) const {
  auto found = std::lower_bound(
      sources.begin(), sources.end(), name,
      [](const BufferSource &source, std::string_view key) { return source.name < key; });
  return found != sources.end() && found->name == name ? &*found : nullptr;
}

/// Every constant lies inside constants.bin.
Status Bundle::checkConstants() const {
  for (const auto &[name, program] : thePlan.programs)
    for (size_t i = 0; i < program.buffers.size(); ++i) {
      const BufferInfo &buffer = program.buffers[i];
      if (buffer.kind != BufferKind::Constant)
        continue;
      Shape shape;
      for (const SizeExpr &dim : buffer.type.dims)
        shape.push_back(dim.constant());
      std::optional<int64_t> bytes = tensorBytes(buffer.type.dtype, shape);
      bool inside = bytes && buffer.offset <= constantBytes.bytes() &&
                    *bytes <= constantBytes.bytes() - buffer.offset;
      if (!inside || buffer.offset % tensorAlignment != 0)
        return makeError("{}/plan.json: program {}, buffers[{}]: the {} at offset {} does not lie "
                         "in constants.bin, which has {} bytes",
                         path, name, i, buffer.type.text(), buffer.offset, constantBytes.bytes());
    }
  return Status::ok();
}

/// Every parameter and table entry of the plan is a buffer of the manifest with the same type.
Status Bundle::checkParameters() const {
  auto check = [&](const std::string &program, const std::string &name, const BufferType &type) {
    const BufferSource *source = findBuffer(name);
    if (source && source->type == type)
      return Status::ok();
    return makeError("{}/plan.json: program {} reads the buffer {} as {}, but manifest.json has {}",
                     path, program, name, type.text(),
                     source ? source->type.text() : std::string("no such buffer"));
  };
  for (const auto &[name, program] : thePlan.programs) {
    for (const BufferInfo &buffer : program.buffers)
      if (buffer.kind == BufferKind::Parameter)
        if (Status status = check(name, buffer.name, buffer.type); !status)
          return status;
    for (const TableInfo &table : program.tables)
      for (size_t entry = 0; entry < table.buffers.size(); ++entry)
        if (Status status = check(name, table.buffers[entry], table.entryType(entry)); !status)
          return status;
  }
  return Status::ok();
}

Status Bundle::checkVia(const BufferSource &source) const {
  auto found = thePlan.programs.find(source.via);
  if (found == thePlan.programs.end())
    return makeError("no program is called {}", source.via);
  const Program &program = found->second;
  std::vector<BufferType> types = inputTypes(program);
  size_t first = source.hasFile() ? 1 : 0;
  if (types.size() != source.inputs.size() + first || !program.symbols.empty() ||
      !program.nextStates.empty() || program.outputs.size() != 1 ||
      program.buffers[program.outputs[0].buffer].type != source.denseType())
    return makeError("program {} does not take {} tensors of fixed sizes to one {}", source.via,
                     source.inputs.size() + first, source.type.text());
  if (!program.tables.empty() || std::ranges::any_of(program.buffers, [](const auto &buffer) {
        return buffer.kind == BufferKind::Parameter;
      }))
    return makeError("program {} reads weights that are not among the buffer's inputs", source.via);
  for (size_t i = 0; i < source.inputs.size(); ++i) {
    const BufferSource *input = findBuffer(source.inputs[i]);
    if (!input || input->denseType() != types[first + i])
      return makeError("input {} of program {} is {}, which {} is not", first + i, source.via,
                       types[first + i].text(), source.inputs[i]);
  }
  return Status::ok();
}

/// Names are distinct, sizes are numbers, and every buffer has a value.
Status Bundle::checkSources() const {
  for (size_t i = 0; i < sources.size(); ++i) {
    const BufferSource &source = sources[i];
    Status status = Status::ok();
    bool fixed = std::all_of(source.type.dims.begin(), source.type.dims.end(),
                             [](const SizeExpr &dim) { return dim.isConstant(); });
    if (i && sources[i - 1].name == source.name)
      status = makeError("the name stands twice");
    else if (!fixed)
      status = makeError("{} has a size that is not a number", source.type.text());
    else if (!source.via.empty())
      status = checkVia(source);
    else if (!source.hasFile())
      status = makeError("neither `file` nor `via` says where its value comes from");
    if (!status)
      return std::move(status).withContext(
          fmt::format("{}/manifest.json: buffer {}", path, source.name));
  }
  return Status::ok();
}

Expected<Bundle> Bundle::open(const std::string &folder) {
  Bundle bundle;
  bundle.path = folder;
  if (Status read = bundle.readManifest(); !read)
    return read;
  if (Status runs = bundle.checkTarget(); !runs)
    return runs;
  std::string planFile = folder + "/plan.json";
  Expected<std::string> text = readText(planFile);
  if (!text)
    return std::move(text).status();
  Expected<Plan> plan = readPlan(*text, planFile);
  if (!plan)
    return std::move(plan).status();
  bundle.thePlan = std::move(*plan);
  if (Status valid = verifyPlan(bundle.thePlan, planFile); !valid)
    return valid;
  Expected<HostTensor> constants = readFile(folder + "/constants.bin");
  if (!constants)
    return std::move(constants).status();
  bundle.constantBytes = std::move(*constants);
  for (auto check : {&Bundle::checkConstants, &Bundle::checkSources, &Bundle::checkParameters})
    if (Status status = (bundle.*check)(); !status)
      return status;
  if (Status ordered = setLevels(bundle.sources); !ordered)
    return std::move(ordered).withContext(folder + "/manifest.json");
  return bundle;
}

} // namespace rx::runtime
