#include "runtime/plan/PlanLoader.h"

#include "runtime/abi/Kernel.h"
#include "runtime/core/JsonFields.h"
#include "runtime/plan/BufferTypeText.h"

#include <fmt/format.h>

namespace rx::runtime {

using nlohmann::json;

namespace {

constexpr int64_t mostItems = int64_t(1) << 20; ///< of any list in a plan
constexpr int64_t mostTrips = int64_t(1) << 31;
constexpr int64_t mostBytes = int64_t(1) << 46;

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

int32_t index(JsonFields &fields, const char *name, size_t count) {
  if (count == 0) {
    fields.reject(name, "counts into an empty list");
    return 0;
  }
  return static_cast<int32_t>(fields.integer(name, 0, static_cast<int64_t>(count) - 1));
}

/// A list of whole numbers in [low, high].
template <typename T>
std::vector<T> integers(JsonFields &fields, const char *name, int64_t low, int64_t high) {
  std::vector<T> list;
  for (const json &item : fields.array(name)) {
    bool small = item.is_number_integer() &&
                 !(item.is_number_unsigned() && item.get<uint64_t>() > INT64_MAX);
    int64_t value = small ? item.get<int64_t>() : low - 1;
    if (value < low || value > high) {
      fields.reject(name, fmt::format("lists whole numbers from {} to {}", low, high));
      return {};
    }
    list.push_back(static_cast<T>(value));
  }
  return list;
}

SizeExpr size(JsonFields &fields, const char *name) {
  Expected<SizeExpr> size = readSize(fields.text(name));
  if (!size)
    fields.reject(name, std::string(size.message()));
  return std::move(size).valueOr(SizeExpr());
}

std::vector<SizeExpr> sizes(JsonFields &fields, const char *name) {
  std::vector<SizeExpr> list;
  for (const std::string &text : fields.texts(name)) {
    Expected<SizeExpr> size = readSize(text);
    if (!size)
      fields.reject(name, std::string(size.message()));
    list.push_back(std::move(size).valueOr(SizeExpr()));
  }
  return list;
}

BufferType type(JsonFields &fields, const char *name) {
  Expected<BufferType> type = readBufferType(fields.text(name));
  if (!type)
    fields.reject(name, std::string(type.message()));
  return std::move(type).valueOr(BufferType());
}

std::vector<std::string> symbols(JsonFields &fields, const char *name) {
  std::vector<std::string> names = fields.texts(name);
  for (const std::string &symbol : names) {
    Expected<SizeExpr> size = readSize(symbol);
    if (!size || size->asSymbol() != symbol)
      fields.reject(name, fmt::format("lists size symbols, not \"{}\"", symbol.substr(0, 80)));
  }
  return names;
}

//===----------------------------------------------------------------------===//
// Kernels, buffers, tables
//===----------------------------------------------------------------------===//

Status readKernel(const json &item, const std::string &where, KernelInfo &kernel) {
  JsonFields fields(item, where);
  kernel.name = fields.text("name");
  fields.nameItself(kernel.name);
  kernel.symbol = fields.text("symbol");
  kernel.location = fields.text("location");
  kernel.sizes = symbols(fields, "sizes");
  for (const std::string &text : fields.texts("operands")) {
    Expected<BufferType> operand = readBufferType(text);
    if (!operand)
      fields.reject("operands", std::string(operand.message()));
    kernel.operands.push_back(std::move(operand).valueOr(BufferType()));
  }
  kernel.inputs = fields.integer("inputs", 0, static_cast<int64_t>(kernel.operands.size()));
  for (size_t i = 0; i < kernel.operands.size(); ++i)
    if (kernel.operands[i].anyForm ||
        (static_cast<int64_t>(i) >= kernel.inputs && !kernel.operands[i].isDense()))
      fields.reject("operands", "give every input one form, and none to outputs");
  if (fields.has("passed"))
    kernel.passed = sizes(fields, "passed");
  else
    for (const std::string &symbol : kernel.sizes)
      kernel.passed.push_back(SizeExpr::symbol(symbol));
  if (fields.has("updates"))
    kernel.updates = index(fields, "updates", static_cast<size_t>(kernel.inputs));
  kernel.rows = size(fields, "rows");
  kernel.scratch = size(fields, "scratch");
  kernel.grain = fields.integer("grain", 1, mostItems);
  if (fields.has("unit"))
    kernel.unit = fields.integer("unit", 1, mostItems);
  return fields.finish();
}

constexpr std::pair<BufferKind, std::string_view> kinds[] = {
    {BufferKind::Input, "input"},         {BufferKind::State, "state"},
    {BufferKind::Parameter, "parameter"}, {BufferKind::Constant, "constant"},
    {BufferKind::Temporary, "temporary"}, {BufferKind::Output, "output"},
    {BufferKind::Alias, "alias"}};

BufferKind kind(JsonFields &fields, const char *name) {
  std::string word = fields.text(name);
  for (auto [kind, text] : kinds)
    if (word == text)
      return kind;
  fields.reject(name, fmt::format("is no kind of buffer: \"{}\"", word.substr(0, 80)));
  return BufferKind::Temporary;
}

Status readBuffer(const json &item, const std::string &where, BufferInfo &buffer) {
  JsonFields fields(item, where);
  buffer.kind = kind(fields, "kind");
  buffer.type = type(fields, "type");
  using enum BufferKind;
  if (buffer.kind == Input || buffer.kind == State || buffer.kind == Parameter)
    buffer.name = fields.text("name");
  if (buffer.kind == Constant)
    buffer.offset = fields.integer("offset", 0, mostBytes);
  if (buffer.kind == Input && buffer.type.dtype == RX_I32 && fields.has("below"))
    buffer.below = fields.integer("below", 0, INT32_MAX);
  if (buffer.kind == State && fields.has("slots")) {
    buffer.slots.emplace().places = fields.text("slots");
    if (fields.has("reach"))
      buffer.slots->reach = integers<int64_t>(fields, "reach", 1, INT32_MAX);
  }
  return fields.finish();
}

Status readTable(const json &item, const std::string &where, TableInfo &table) {
  JsonFields fields(item, where);
  table.trips = integers<int64_t>(fields, "trips", 0, mostTrips);
  table.type = type(fields, "type");
  table.buffers = fields.texts("buffers");
  if (table.type.anyForm)
    for (const std::string &text : fields.texts("forms")) {
      BufferType entry = table.type;
      entry.anyForm = false;
      Expected<BufferType> withForm = readBufferType(entry.text() + " in " + text);
      if (!withForm)
        fields.reject("forms", std::string(withForm.message()));
      table.forms.push_back(std::move(withForm).valueOr(BufferType()).form);
    }
  if (table.trips.empty() || table.trips.size() > RX_MAX_RANK)
    fields.reject("trips", fmt::format("has from 1 to {} counts", RX_MAX_RANK));
  return fields.finish();
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

/// What the numbers of an instruction may count into.
struct Counts {
  size_t kernels, buffers, tables;
};

std::vector<BufferId> buffers(JsonFields &fields, const char *name, const Counts &counts) {
  return integers<BufferId>(fields, name, 0, static_cast<int64_t>(counts.buffers) - 1);
}

using Op = decltype(Instruction::op);

Op readLaunch(JsonFields &fields, const Counts &counts) {
  Launch launch{{index(fields, "kernel", counts.kernels)},
                buffers(fields, "in", counts),
                buffers(fields, "out", counts),
                sizes(fields, "sizes")};
  if (fields.has("variants"))
    for (int32_t kernel :
         integers<int32_t>(fields, "variants", 0, static_cast<int64_t>(counts.kernels) - 1))
      launch.kernels.push_back(kernel);
  return launch;
}

Op readLoop(JsonFields &fields, const Counts &counts) {
  Loop loop;
  loop.trips = fields.integer("trips", 0, mostTrips);
  loop.trip = index(fields, "trip", counts.buffers);
  for (const json &item : fields.array("carried")) {
    JsonFields carried(item, fields.place() + ", carried");
    loop.carried.push_back({index(carried, "argument", counts.buffers),
                            index(carried, "initial", counts.buffers),
                            index(carried, "next", counts.buffers)});
    if (Status read = carried.finish(); !read)
      fields.reject("carried", "is wrong: " + read.message());
  }
  loop.stacked = buffers(fields, "stacked", counts);
  return loop;
}

Op readEntry(JsonFields &fields, const Counts &counts) {
  return Entry{index(fields, "table", counts.tables),
               integers<int32_t>(fields, "loops", 0, RX_MAX_RANK - 1),
               index(fields, "to", counts.buffers)};
}

Op readView(JsonFields &fields, const Counts &counts) {
  return View{index(fields, "from", counts.buffers),
              static_cast<int32_t>(fields.integer("loop", 0, RX_MAX_RANK - 1)),
              index(fields, "to", counts.buffers)};
}

Op readHost(JsonFields &fields, const Counts &counts) {
  return Host{fields.text("function"), buffers(fields, "in", counts),
              buffers(fields, "out", counts)};
}

struct OpReader {
  std::string_view name;
  Op (*read)(JsonFields &, const Counts &);
};

/// In the order of the variant's alternatives.
const OpReader opReaders[] = {
    {"launch", readLaunch},
    {"loop", readLoop},
    {"end", [](JsonFields &, const Counts &) -> Op { return End{}; }},
    {"branch",
     [](JsonFields &f, const Counts &c) -> Op { return Branch{index(f, "condition", c.buffers)}; }},
    {"else", [](JsonFields &, const Counts &) -> Op { return Else{}; }},
    {"copy",
     [](JsonFields &f, const Counts &c) -> Op {
       return Copy{index(f, "from", c.buffers), index(f, "to", c.buffers)};
     }},
    {"entry", readEntry},
    {"view", readView},
    {"host", readHost},
};
static_assert(std::size(opReaders) == std::variant_size_v<Op>);

Status readInstruction(const json &item, const std::string &where, const Counts &counts,
                       Instruction &instruction) {
  JsonFields fields(item, where);
  std::string name = fields.text("op");
  fields.nameItself(name.substr(0, 80));
  if (fields.has("location"))
    instruction.location = fields.text("location");
  for (const OpReader &reader : opReaders)
    if (reader.name == name) {
      instruction.op = reader.read(fields, counts);
      return fields.finish();
    }
  fields.reject("op", "is no instruction");
  return fields.finish();
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

/// Reads a list by calling read(item, where, element) for each item; the first error ends it.
template <typename T, typename Read>
Status readList(JsonFields &fields, const char *name, std::vector<T> &list, Read read) {
  const json &items = fields.array(name);
  if (static_cast<int64_t>(items.size()) > mostItems)
    return makeError("{}: `{}` has more than {} items", fields.place(), name, mostItems);
  for (const json &item : items) {
    std::string where = fmt::format("{}, {}[{}]", fields.place(), name, list.size());
    if (Status status = read(item, where, list.emplace_back()); !status)
      return status;
  }
  return Status::ok();
}

Status readProgram(const json &item, const std::string &where, size_t kernelCount,
                   Program &program) {
  JsonFields fields(item, where);
  program.symbols = symbols(fields, "symbols");
  if (Status read = readList(fields, "buffers", program.buffers, readBuffer); !read)
    return read;
  if (Status read = readList(fields, "tables", program.tables, readTable); !read)
    return read;
  Counts counts = {kernelCount, program.buffers.size(), program.tables.size()};
  auto instruction = [&](const json &code, const std::string &place, Instruction &into) {
    return readInstruction(code, place, counts, into);
  };
  if (Status read = readList(fields, "code", program.code, instruction); !read)
    return read;
  auto result = [&](const json &object, const std::string &place, ResultInfo &into) {
    JsonFields entry(object, place);
    into = {entry.text("name"), index(entry, "buffer", counts.buffers)};
    return entry.finish();
  };
  if (Status read = readList(fields, "outputs", program.outputs, result); !read)
    return read;
  if (Status read = readList(fields, "nextStates", program.nextStates, result); !read)
    return read;
  return fields.finish();
}

} // namespace

std::string_view kindName(BufferKind kind) { return kinds[static_cast<size_t>(kind)].second; }

std::string_view opName(const Instruction &instruction) {
  return opReaders[instruction.op.index()].name;
}

Expected<Plan> readPlan(std::string_view text, const std::string &source) {
  Expected<json> document = parseJson(text, source);
  if (!document)
    return std::move(document).status();
  JsonFields fields(*document, source);
  fields.integer("format", planFormat, planFormat);
  Plan plan;
  if (Status read = readList(fields, "kernels", plan.kernels, readKernel); !read)
    return read;
  for (const auto &[name, item] : fields.object("programs").items()) {
    Program &program = plan.programs[name];
    program.name = name;
    std::string where = fmt::format("{}: program {}", source, name);
    if (Status read = readProgram(item, where, plan.kernels.size(), program); !read)
      return read;
  }
  if (Status read = fields.finish(); !read)
    return read;
  return plan;
}

} // namespace rx::runtime
