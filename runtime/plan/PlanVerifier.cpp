#include "runtime/plan/PlanVerifier.h"

#include "runtime/plan/HostFunctions.h"
#include "runtime/plan/ProgramFlow.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rx::runtime {

namespace {

bool isScalar(const BufferType &type, DType dtype) {
  return type.dtype == dtype && type.dims.empty();
}

/// The first symbol of `size` that `symbols` does not list, or nothing.
std::optional<std::string> strangerIn(const SizeExpr &size,
                                      const std::vector<std::string> &symbols) {
  for (const std::string &symbol : size.symbols())
    if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end())
      return symbol;
  return std::nullopt;
}

Status checkSymbols(const SizeExpr &size, const std::vector<std::string> &symbols) {
  if (std::optional<std::string> stranger = strangerIn(size, symbols))
    return makeError("the size {} uses the unknown symbol {}", size.str(), *stranger);
  return Status::ok();
}

Status checkSymbols(const BufferType &type, const std::vector<std::string> &symbols) {
  for (const SizeExpr &dim : type.dims)
    if (Status status = checkSymbols(dim, symbols); !status)
      return status;
  return Status::ok();
}

Status verifyKernel(const KernelInfo &kernel) {
  if (std::set<std::string>(kernel.sizes.begin(), kernel.sizes.end()).size() != kernel.sizes.size())
    return makeError("a size symbol is listed twice");
  if (kernel.operands.size() > mostOperands)
    return makeError("{} operands are more than {}", kernel.operands.size(), mostOperands);
  for (const BufferType &operand : kernel.operands)
    if (Status status = checkSymbols(operand, kernel.sizes); !status)
      return status;
  if (kernel.updates && (kernel.operands.size() == static_cast<size_t>(kernel.inputs) ||
                         kernel.operands[*kernel.updates] != kernel.operands[kernel.inputs]))
    return makeError("operand {} is updated, but the first output is of another type",
                     *kernel.updates);
  for (const SizeExpr &size : kernel.passed)
    if (Status status = checkSymbols(size, kernel.sizes); !status)
      return status;
  if (Status status = checkSymbols(kernel.rows, kernel.sizes); !status)
    return status;
  return checkSymbols(kernel.scratch, kernel.sizes);
}

//===----------------------------------------------------------------------===//
// One program
//===----------------------------------------------------------------------===//

class ProgramVerifier {
public:
  ProgramVerifier(const Plan &plan, const Program &program)
      : plan(plan), program(program), flow(program) {}

  Status verify() {
    if (Status status = verifyDeclarations(); !status)
      return status;
    for (size_t i = 0; i < program.code.size(); ++i) {
      const Instruction &instruction = program.code[i];
      Status status = std::visit([&](const auto &op) { return verify(op); }, instruction.op);
      if (!status)
        return std::move(status).withContext(
            fmt::format("code[{}], {} at {}", i, opName(instruction), instruction.location));
    }
    if (Status status = flow.finish(); !status)
      return status;
    return verifyResults();
  }

private:
  Status verifyDeclarations();
  Status verifyBuffer(const BufferInfo &buffer);
  Status verifySlots(const BufferInfo &buffer);
  Status verifyTable(const TableInfo &table);
  Status verifyResults();
  Status verifyResult(const ResultInfo &result, std::set<BufferId> &taken);

  Status verify(const Launch &op);
  Status verify(const Loop &op);
  Status verify(const End &) { return flow.close(); }
  Status verify(const Branch &op);
  Status verify(const Else &) { return flow.switchToElse(); }
  Status verify(const Copy &op);
  Status verify(const Entry &op);
  Status verify(const View &op);
  Status verify(const Host &op);

  Status verifyOperands(const std::vector<BufferId> &inputs, const std::vector<BufferId> &outputs);
  Status verifyVariant(const Launch &op, const KernelInfo &kernel);
  Status matchOperand(const KernelInfo &kernel, size_t operand, BufferId buffer);
  Status matchEntries(const Launch &op, size_t operand, BufferId buffer);
  const BufferType &typeOf(BufferId buffer) const { return program.buffers[buffer].type; }
  Status sameType(BufferId first, BufferId second) const {
    if (typeOf(first) == typeOf(second))
      return Status::ok();
    return makeError("buffer {} is {}, but buffer {} is {}", first, typeOf(first).text(), second,
                     typeOf(second).text());
  }

  const Plan &plan;
  const Program &program;
  ProgramFlow flow;
};

/// (P4), (P6): types use known symbols; those of parameters and constants none.
Status ProgramVerifier::verifyBuffer(const BufferInfo &buffer) {
  bool isWeight = buffer.kind == BufferKind::Parameter || buffer.kind == BufferKind::Alias;
  if ((!buffer.type.isDense() && !isWeight) ||
      (buffer.type.anyForm && buffer.kind == BufferKind::Parameter))
    return makeError("{} is {}, but {}", kindName(buffer.kind), buffer.type.text(),
                     isWeight ? "a parameter has one form" : "only parameters have a form");
  if (buffer.slots)
    if (Status status = verifySlots(buffer); !status)
      return status;
  bool fixed = buffer.kind == BufferKind::Parameter || buffer.kind == BufferKind::Constant;
  return checkSymbols(buffer.type, fixed ? std::vector<std::string>() : program.symbols);
}

/// (P10): i32[trips.., c] with numbers of trips, over places that are a size of the program.
Status ProgramVerifier::verifySlots(const BufferInfo &buffer) {
  const std::vector<SizeExpr> &dims = buffer.type.dims;
  int64_t trips = 1;
  bool isTable = buffer.type.dtype == RX_I32 && !dims.empty();
  for (size_t axis = 0; isTable && axis + 1 < dims.size(); ++axis)
    isTable = dims[axis].isConstant() && dims[axis].constant() > 0 &&
              !__builtin_mul_overflow(trips, dims[axis].constant(), &trips);
  if (!isTable)
    return makeError("a table of slots is i32[trips.., positions], not {}", buffer.type.text());
  const std::vector<int64_t> &reach = buffer.slots->reach;
  if (!reach.empty() && static_cast<int64_t>(reach.size()) != trips)
    return makeError("{} reaches are listed for {} combinations of trips", reach.size(), trips);
  return checkSymbols(SizeExpr::symbol(buffer.slots->places), program.symbols);
}

/// (P7)
Status ProgramVerifier::verifyTable(const TableInfo &table) {
  int64_t entries = 1;
  for (int64_t trips : table.trips)
    if (__builtin_mul_overflow(entries, trips, &entries))
      return makeError("too many trips");
  if (entries != static_cast<int64_t>(table.buffers.size()))
    return makeError("{} buffers are listed for {} combinations of trips", table.buffers.size(),
                     entries);
  if (table.type.anyForm && table.forms.size() != table.buffers.size())
    return makeError("{} forms are listed for {} buffers", table.forms.size(),
                     table.buffers.size());
  return checkSymbols(table.type, {});
}

Status ProgramVerifier::verifyDeclarations() {
  std::set<std::string> names, bound;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const BufferInfo &buffer = program.buffers[i];
    if (Status status = verifyBuffer(buffer); !status)
      return std::move(status).withContext(fmt::format("buffers[{}]", i));
    if (buffer.kind != BufferKind::Input && buffer.kind != BufferKind::State)
      continue;
    if (!names.insert(buffer.name).second)
      return makeError("two inputs are called {}", buffer.name);
    for (const SizeExpr &dim : buffer.type.dims)
      if (std::optional<std::string> symbol = dim.asSymbol())
        bound.insert(*symbol);
  }
  for (const std::string &symbol : program.symbols)
    if (!bound.contains(symbol))
      return makeError("the size {} is not the size of any axis of an input, so that no run can "
                       "know it",
                       symbol);
  for (size_t i = 0; i < program.tables.size(); ++i)
    if (Status status = verifyTable(program.tables[i]); !status)
      return std::move(status).withContext(fmt::format("tables[{}]", i));
  return Status::ok();
}

Status ProgramVerifier::verifyResult(const ResultInfo &result, std::set<BufferId> &taken) {
  if (program.buffers[result.buffer].kind != BufferKind::Output)
    return makeError("{} is buffer {}, which is no output", result.name, result.buffer);
  if (!taken.insert(result.buffer).second)
    return makeError("{} shares buffer {} with another result", result.name, result.buffer);
  return flow.read(result.buffer).withContext(result.name);
}

/// (P8)
Status ProgramVerifier::verifyResults() {
  std::set<std::string> names;
  std::set<BufferId> taken;
  for (const ResultInfo &output : program.outputs) {
    if (!names.insert(output.name).second)
      return makeError("two outputs are called {}", output.name);
    if (Status status = verifyResult(output, taken); !status)
      return status;
  }
  for (const ResultInfo &next : program.nextStates) {
    if (!names.insert(next.name).second)
      return makeError("two results are called {}", next.name);
    if (Status status = verifyResult(next, taken); !status)
      return status;
    auto state = std::find_if(program.buffers.begin(), program.buffers.end(), [&](auto &buffer) {
      return buffer.kind == BufferKind::State && buffer.name == next.name;
    });
    if (state == program.buffers.end() || state->type != typeOf(next.buffer))
      return makeError("no state called {} has the type {}", next.name, typeOf(next.buffer).text());
  }
  return Status::ok();
}

Status ProgramVerifier::verifyOperands(const std::vector<BufferId> &inputs,
                                       const std::vector<BufferId> &outputs) {
  for (BufferId buffer : inputs)
    if (Status status = flow.read(buffer); !status)
      return status;
  for (BufferId buffer : outputs)
    if (Status status = flow.write(buffer); !status)
      return status;
  return Status::ok();
}

Status ProgramVerifier::matchOperand(const KernelInfo &kernel, size_t operand, BufferId buffer) {
  const BufferType &expected = kernel.operands[operand], &type = typeOf(buffer);
  bool sameForm = type.anyForm || expected.form == type.form;
  if (expected.dtype == type.dtype && expected.dims.size() == type.dims.size() && sameForm)
    return Status::ok();
  return makeError("operand {} of kernel {} is {}, but buffer {} is {}", operand, kernel.name,
                   expected.text(), buffer, type.text());
}

/// Every form that a table may bind to `buffer` is that of operand `operand` of some variant.
Status ProgramVerifier::matchEntries(const Launch &op, size_t operand, BufferId buffer) {
  auto accepts = [&](const PanelForm &form) {
    return std::any_of(op.kernels.begin(), op.kernels.end(), [&](int32_t kernel) {
      return plan.kernels[kernel].operands[operand].form == form;
    });
  };
  for (const Instruction &instruction : program.code)
    if (const auto *entry = std::get_if<Entry>(&instruction.op); entry && entry->to == buffer)
      for (const PanelForm &form : program.tables[entry->table].forms)
        if (!accepts(form))
          return makeError("no variant takes operand {} in the form {}, which entries of table {} "
                           "have",
                           operand, form.str(), entry->table);
  return Status::ok();
}

Status ProgramVerifier::verify(const Launch &op) {
  for (int32_t kernel : op.kernels)
    if (Status status = verifyVariant(op, plan.kernels[kernel]); !status)
      return status;
  for (size_t i = 0; i < op.inputs.size(); ++i)
    if (typeOf(op.inputs[i]).anyForm)
      if (Status status = matchEntries(op, i, op.inputs[i]); !status)
        return status;
  std::optional<int32_t> updates = plan.kernels[op.kernels.front()].updates;
  if (!updates)
    return verifyOperands(op.inputs, op.outputs);
  if (op.outputs.front() != op.inputs[*updates])
    return makeError("kernel {} updates its operand {}, but buffers {} and {} are given for it",
                     plan.kernels[op.kernels.front()].name, *updates, op.inputs[*updates],
                     op.outputs.front());
  if (Status status = flow.update(op.outputs.front()); !status)
    return status;
  return verifyOperands(op.inputs, {op.outputs.begin() + 1, op.outputs.end()});
}

Status ProgramVerifier::verifyVariant(const Launch &op, const KernelInfo &kernel) {
  size_t inputs = static_cast<size_t>(kernel.inputs), outputs = kernel.operands.size() - inputs;
  if (op.inputs.size() != inputs || op.outputs.size() != outputs ||
      op.sizes.size() != kernel.sizes.size())
    return makeError("kernel {} takes {} inputs, {} outputs and {} sizes, not {}, {} and {}",
                     kernel.name, inputs, outputs, kernel.sizes.size(), op.inputs.size(),
                     op.outputs.size(), op.sizes.size());
  if (kernel.updates != plan.kernels[op.kernels.front()].updates)
    return makeError("variant {} does not update what the first one does", kernel.name);
  for (const SizeExpr &size : op.sizes)
    if (Status status = checkSymbols(size, program.symbols); !status)
      return status;
  for (size_t i = 0; i < kernel.operands.size(); ++i)
    if (Status status = matchOperand(kernel, i, i < inputs ? op.inputs[i] : op.outputs[i - inputs]);
        !status)
      return status;
  return Status::ok();
}

Status ProgramVerifier::verify(const Loop &op) {
  if (!isScalar(typeOf(op.trip), RX_I32))
    return makeError("the number of the trip is i32[], but buffer {} is {}", op.trip,
                     typeOf(op.trip).text());
  for (const Carried &carried : op.carried) {
    if (Status status = sameType(carried.argument, carried.initial); !status)
      return status;
    if (Status status = sameType(carried.argument, carried.next); !status)
      return status;
  }
  return flow.openLoop(op);
}

Status ProgramVerifier::verify(const Branch &op) {
  if (!isScalar(typeOf(op.condition), RX_BOOL))
    return makeError("a condition is bool[], but buffer {} is {}", op.condition,
                     typeOf(op.condition).text());
  if (Status status = flow.read(op.condition); !status)
    return status;
  return flow.openBranch();
}

Status ProgramVerifier::verify(const Copy &op) {
  if (Status status = sameType(op.from, op.to); !status)
    return status;
  return verifyOperands({op.from}, {op.to});
}

Status ProgramVerifier::verify(const Entry &op) {
  const TableInfo &table = program.tables[op.table];
  if (table.type != typeOf(op.to))
    return makeError("table {} holds {}, but buffer {} is {}", op.table, table.type.text(), op.to,
                     typeOf(op.to).text());
  bool fits = op.at.size() == table.trips.size();
  for (size_t i = 0; fits && i < op.at.size(); ++i)
    fits = flow.openTrips(op.at[i]) == table.trips[i];
  if (!fits)
    return makeError("table {} is not indexed by open loops of its trips", op.table);
  return flow.bind(op.to);
}

Status ProgramVerifier::verify(const View &op) {
  std::optional<int64_t> trips = flow.openTrips(op.at);
  if (!trips)
    return makeError("loop {} is not open", op.at);
  BufferType whole = typeOf(op.to);
  whole.dims.insert(whole.dims.begin(), SizeExpr(*trips));
  if (whole != typeOf(op.from))
    return makeError("buffer {} is {}; {} trips over rows like buffer {} make {}", op.from,
                     typeOf(op.from).text(), *trips, op.to, whole.text());
  return flow.bindRow(op);
}

Status ProgramVerifier::verify(const Host &op) {
  std::vector<BufferType> inputs, outputs;
  for (BufferId buffer : op.inputs) {
    if (!typeOf(buffer).isDense())
      return makeError("{} takes no {}", op.function, typeOf(buffer).text());
    inputs.push_back(typeOf(buffer));
  }
  for (BufferId buffer : op.outputs)
    outputs.push_back(typeOf(buffer));
  if (Status status = checkHostCall(op.function, inputs, outputs); !status)
    return status;
  return verifyOperands(op.inputs, op.outputs);
}

} // namespace

Status verifyPlan(const Plan &plan, const std::string &source) {
  for (const KernelInfo &kernel : plan.kernels)
    if (Status status = verifyKernel(kernel); !status)
      return std::move(status).withContext(fmt::format("{}: kernel {}", source, kernel.name));
  for (const auto &[name, program] : plan.programs)
    if (Status status = ProgramVerifier(plan, program).verify(); !status)
      return std::move(status).withContext(fmt::format("{}: program {}", source, name));
  return Status::ok();
}

} // namespace rx::runtime
