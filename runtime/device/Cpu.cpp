#include "runtime/device/Cpu.h"

#include "runtime/abi/RequestTiles.h"
#include "runtime/core/Memory.h"
#include "runtime/device/Cores.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

namespace rx::runtime {

Cpu::Cpu(unsigned threads) : pool(threads ? threads : usableCores()), scratch(pool.size()) {}

Cpu::~Cpu() {
  for (auto &[path, handle] : modules)
    dlclose(handle);
}

Expected<std::unique_ptr<Device>> Cpu::sibling() const {
  auto result = std::make_unique<Cpu>(1);
  result->registered = registered;
  for (const auto &[path, handle] : modules)
    if (Status loaded = result->load(path); !loaded)
      return loaded;
  return std::unique_ptr<Device>(std::move(result));
}

Status Cpu::load(const std::string &path) {
  std::error_code error;
  std::string real = std::filesystem::canonical(path, error).string();
  if (error)
    return makeError("{}: {}", path, error.message());
  if (modules.contains(real))
    return Status::ok();
  // RTLD_LOCAL: two bundles may use one symbol for different code. RTLD_NOW: a missing function is
  // an error here, not in the middle of a run.
  void *handle = dlopen(real.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *why = dlerror();
    return makeError("{}: cannot be loaded as a shared object: {}", path, why ? why : "unknown");
  }
  modules.emplace(std::move(real), handle);
  return Status::ok();
}

Expected<KernelHandle> Cpu::findKernel(const std::string &symbol) {
  if (auto found = registered.find(symbol); found != registered.end())
    return reinterpret_cast<KernelHandle>(found->second);
  for (auto &[path, handle] : modules)
    if (void *address = dlsym(handle, symbol.c_str()))
      return static_cast<KernelHandle>(address);
  return makeError("no loaded object has the kernel {}", symbol);
}

Expected<std::shared_ptr<std::byte>> Cpu::allocate(int64_t bytes) {
  return allocateTensorMemory(bytes);
}

Status Cpu::copy(void *to, const void *from, int64_t bytes, CopyKind, Queue) {
  if (to != from && bytes > 0)
    std::memcpy(to, from, static_cast<size_t>(bytes));
  return Status::ok();
}

Status Cpu::reserveScratch(int64_t bytes) {
  if (bytes <= scratchBytes)
    return Status::ok();
  for (auto &memory : scratch) {
    auto larger = allocateTensorMemory(bytes);
    if (!larger)
      return std::move(larger).status().withContext("scratch memory of a kernel");
    memory = std::move(*larger);
  }
  scratchBytes = bytes;
  return Status::ok();
}

namespace {

/// How a call is cut.
struct Cut {
  Cut(const KernelCall &call, unsigned threads)
      : call(&call), rows(call.shape.grid.x), unit(std::max<int64_t>(call.shape.block.x, 1)),
        grain(std::max<int64_t>(call.shape.block.y, 1)), units(ceiling(rows, unit)),
        parts(std::min<int64_t>({units, ceiling(rows, grain), threads})) {}

  /// Parts differ by at most one unit.
  void run(int64_t part, std::byte *scratch) const {
    int64_t begin = units / parts * part + std::min<int64_t>(units % parts, part);
    int64_t end = begin + units / parts + (part < units % parts);
    rx_launch launch = {call->arguments.operands.data(), call->arguments.sizes.data(),
                        begin * unit, std::min(end * unit, rows), scratch};
    reinterpret_cast<rx_kernel>(const_cast<void *>(call->kernel))(&launch);
  }

  static int64_t ceiling(int64_t a, int64_t b) { return a / b + (a % b != 0); }

  const KernelCall *call;
  int64_t rows, unit, grain, units, parts;
};

} // namespace

Status Cpu::launch(std::span<const KernelCall> calls, Queue) {
  std::vector<Cut> cuts;
  double grains = 0; // of all calls; what fills none of them is worth no other thread
  int64_t parts = 0;
  for (const KernelCall &call : calls) {
    if (Status reserved = reserveScratch(call.shape.smem); !reserved)
      return reserved;
    const Cut &cut = cuts.emplace_back(call, pool.size());
    grains += static_cast<double>(cut.rows) / static_cast<double>(cut.grain);
    parts += cut.parts;
  }
  // Parts of the calls in order: a thread that is done with one call begins the next.
  auto runPart = [&](unsigned part, unsigned thread) {
    auto cut = cuts.begin();
    int64_t own = part;
    for (; own >= cut->parts; ++cut)
      own -= cut->parts;
    cut->run(own, scratch[thread].get());
  };
  if (grains > 1)
    pool.run(static_cast<unsigned>(parts), runPart);
  else
    for (int64_t part = 0; part < parts; ++part)
      runPart(part, 0);
  return Status::ok();
}

Expected<Event> Cpu::record(Queue) { return Event{}; }
Status Cpu::wait(Event) { return Status::ok(); }

Status Cpu::beginCapture(Queue) {
  return Status::error("the cpu device records no graphs: launches cost too little to replay them");
}
Expected<uint64_t> Cpu::endCapture(Queue queue) { return beginCapture(queue); }
Status Cpu::replay(uint64_t, Queue queue) { return beginCapture(queue); }

namespace {

struct Feature {
  std::string_view name;
  bool (*present)();
};

// __builtin_cpu_supports takes literals only. It includes what the operating system must save.
#define RX_FEATURE(name) {name, [] { return __builtin_cpu_supports(name) != 0; }}
const Feature knownFeatures[] = {
    RX_FEATURE("avx"),        RX_FEATURE("avx2"),       RX_FEATURE("fma"),
    RX_FEATURE("bmi"),        RX_FEATURE("bmi2"),       RX_FEATURE("popcnt"),
    RX_FEATURE("f16c"),       RX_FEATURE("lzcnt"),      RX_FEATURE("avx512f"),
    RX_FEATURE("avx512bw"),   RX_FEATURE("avx512dq"),   RX_FEATURE("avx512vl"),
    RX_FEATURE("avx512cd"),   RX_FEATURE("avx512bf16"), RX_FEATURE("avx512vnni"),
    RX_FEATURE("avx512fp16"), RX_FEATURE("avxvnni"),    RX_FEATURE("amx-bf16"),
    RX_FEATURE("amx-int8"),
    // Asked for here, where a bundle needs them: before its first kernel runs.
    {"amx-tile", [] { return __builtin_cpu_supports("amx-tile") != 0 && requestTiles(); }},
};
#undef RX_FEATURE

bool hasFeature(std::string_view name) {
  const auto *found = std::find_if(std::begin(knownFeatures), std::end(knownFeatures),
                                   [&](const Feature &feature) { return feature.name == name; });
  return found != std::end(knownFeatures) && found->present();
}

} // namespace

std::vector<std::string> missingCpuFeatures(std::string_view features) {
  std::vector<std::string> missing;
  while (!features.empty()) {
    size_t comma = features.find(',');
    std::string_view word = features.substr(0, comma);
    features.remove_prefix(comma == std::string_view::npos ? features.size() : comma + 1);
    if (word.starts_with('+')) // "-x": the code does without x
      word.remove_prefix(1);
    else if (word.empty() || word.starts_with('-'))
      continue;
    if (!hasFeature(word))
      missing.emplace_back(word);
  }
  return missing;
}

} // namespace rx::runtime
