#include "runtime/infer/DepthWiseDecoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace rx::runtime {

namespace {

const Program *programOf(const Bundle &bundle, std::string_view model, std::string_view part) {
  const auto &programs = bundle.plan().programs;
  auto found = programs.find(fmt::format("{}_{}", model, part));
  return found == programs.end() ? nullptr : &found->second;
}

const BufferInfo *inputOf(const Program &program, std::string_view name) {
  auto found = std::ranges::find_if(program.buffers, [&](const BufferInfo &buffer) {
    return buffer.kind == BufferKind::Input && buffer.name == name;
  });
  return found == program.buffers.end() ? nullptr : &*found;
}

/// How many trips there are: the depths that the program takes are smaller.
Expected<int32_t> tripsOf(const Program &program) {
  const BufferInfo *depth = inputOf(program, "depth");
  if (!depth || !depth->below)
    return makeError("{} does not say how many trips there are", program.name);
  return static_cast<int32_t>(*depth->below);
}

} // namespace

bool DepthWiseDecoder::isDerivedFor(const Bundle &bundle, std::string_view model) {
  return std::ranges::all_of(std::array{"enter", "trip", "leave"}, [&](const char *part) {
    return programOf(bundle, model, part) != nullptr;
  });
}

DepthWiseDecoder::DepthWiseDecoder(CachedDecoder decoder, const Bundle &bundle, Executor &executor,
                                   std::string_view model, int32_t all)
    : decoder(std::move(decoder)), executor(&executor),
      enterProgram(programOf(bundle, model, "enter")),
      tripProgram(programOf(bundle, model, "trip")),
      leaveProgram(programOf(bundle, model, "leave")), all(all),
      made(this->decoder.positions().size()), places(made.size()), ids(made.size()) {}

Expected<DepthWiseDecoder> DepthWiseDecoder::create(const Bundle &bundle, Executor &executor,
                                                    std::string_view model, int64_t texts,
                                                    int64_t capacity,
                                                    const CacheSettings &settings) {
  if (!isDerivedFor(bundle, model))
    return makeError("{} has no programs in which rows of {} are at different depths; compile with "
                     "--depths",
                     bundle.folder(), model);
  Expected<int32_t> trips = tripsOf(*programOf(bundle, model, "trip"));
  if (!trips)
    return std::move(trips).status();
  Expected<CachedDecoder> decoder =
      CachedDecoder::create(bundle, executor, model, texts, capacity, settings);
  if (!decoder)
    return std::move(decoder).status();
  return DepthWiseDecoder(std::move(*decoder), bundle, executor, model, *trips);
}

std::vector<bool> DepthWiseDecoder::textsThat(bool haveArrived) const {
  std::vector<bool> result(made.size());
  for (size_t text = 0; text < made.size(); ++text)
    result[text] = made[text] && hasArrived(text) == haveArrived;
  return result;
}

Expected<TensorMap> DepthWiseDecoder::run(const Program &program,
                                          const std::vector<bool> &takesPart) {
  int64_t texts = std::ssize(made);
  std::vector<int32_t> starts(texts, static_cast<int32_t>(decoder.capacity())), depths(texts);
  for (int64_t text = 0; text < texts; ++text)
    if (takesPart[text]) {
      starts[text] = places[text];
      depths[text] = std::min(made[text].value_or(0), all - 1); // arrived: `leave` has no depth
    }
  TensorMap inputs;
  auto add = [&](const char *name, Shape shape, const std::vector<int32_t> &numbers) {
    Expected<HostTensor> tensor = HostTensor::of<int32_t>(std::move(shape), numbers);
    if (tensor && inputOf(program, name))
      inputs.emplace(name, std::move(*tensor));
    return tensor ? Status::ok() : std::move(tensor).status();
  };
  for (Status added :
       {add("start", {texts}, starts), add("depth", {texts}, depths), add("x", {texts, 1}, ids)})
    if (!added)
      return added;
  if (inputOf(program, "carried"))
    inputs.emplace("carried", carried);
  return executor->run(program.name, inputs);
}

Status DepthWiseDecoder::advance(const Program &program, const std::vector<bool> &takesPart) {
  Expected<TensorMap> results = run(program, takesPart);
  if (!results)
    return std::move(results).status();
  HostTensor &rows = results->at("carried");
  size_t size = rows.bytes() / made.size();
  for (size_t text = 0; text < made.size(); ++text)
    if (!takesPart[text] && carried.bytes())
      std::memcpy(rows.data() + text * size, carried.data() + text * size, size);
  carried = std::move(rows);
  return Status::ok();
}

Status DepthWiseDecoder::enter(std::span<const std::vector<int32_t>> tokens) {
  for (size_t text = 0; text < std::min(tokens.size(), made.size()); ++text)
    if (!tokens[text].empty() && made[text])
      return makeError("text {} has a token at depth {} of {}: it has to leave before the next one",
                       text, *made[text], all);
  Expected<LastTokens> last = decoder.readButLast(tokens);
  if (!last)
    return std::move(last).status();
  std::vector<bool> entering(made.size());
  for (size_t text = 0; text < made.size(); ++text)
    if (!tokens[text].empty()) {
      entering[text] = true;
      places[text] = last->begin[text];
      made[text] = 0;
      ids[text] = last->ids[text];
    }
  return advance(*enterProgram, entering);
}

Status DepthWiseDecoder::trip() {
  std::vector<bool> travelling = textsThat(/*haveArrived=*/false);
  if (std::ranges::count(travelling, true) == 0)
    return makeError("no text has a trip to make");
  if (Status advanced = advance(*tripProgram, travelling); !advanced)
    return advanced;
  for (size_t text = 0; text < made.size(); ++text)
    if (travelling[text])
      ++*made[text];
  return Status::ok();
}

Expected<HostTensor> DepthWiseDecoder::leave() {
  std::vector<bool> arrived = textsThat(/*haveArrived=*/true);
  if (std::ranges::count(arrived, true) == 0)
    return makeError("no text has made all {} trips", all);
  Expected<TensorMap> results = run(*leaveProgram, arrived);
  if (!results)
    return std::move(results).status();
  for (size_t text = 0; text < made.size(); ++text)
    if (arrived[text])
      made[text].reset();
  return std::move(results->at("logits"));
}

} // namespace rx::runtime
