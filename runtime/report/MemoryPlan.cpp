#include "runtime/report/MemoryPlan.h"

#include <map>
#include <string>

using nlohmann::json;

namespace rx::runtime {

namespace {

Expected<const Program *> programNamed(const Bundle &bundle, const std::string &name) {
  auto found = bundle.plan().programs.find(name);
  if (found == bundle.plan().programs.end())
    return makeError("{}/manifest.json: a metric runs the program {}, which is not in plan.json",
                     bundle.folder(), name);
  return &found->second;
}

/// The states of a run by name: what the formula over them takes.
Expected<std::map<std::string, Shape>> stateShapes(const PlannedRun &run) {
  Expected<SizedBuffers> sizes = sizeBuffers(*run.program, run.bindings);
  if (!sizes)
    return std::move(sizes).status().withContext(run.program->name);
  std::map<std::string, Shape> shapes;
  for (size_t i = 0; i < run.program->buffers.size(); ++i)
    if (run.program->buffers[i].kind == BufferKind::State)
      shapes.emplace(run.program->buffers[i].name, sizes->shapes[i]);
  return shapes;
}

} // namespace

Expected<std::vector<PlannedRun>> runsOfMetric(const Bundle &bundle, const json &metric,
                                               const Shape &batch) {
  Expected<const Program *> step = programNamed(bundle, metric.at("step").get<std::string>());
  if (!step)
    return std::move(step).status();
  Expected<PlannedRun> stepRun = planRun(**step, {{"x", batch}, {"y", batch}});
  if (!stepRun)
    return std::move(stepRun).status();
  auto sums = stateShapes(*stepRun);
  if (!sums)
    return std::move(sums).status();
  Expected<const Program *> formula =
      programNamed(bundle, metric.at("value_program").get<std::string>());
  if (!formula)
    return std::move(formula).status();
  Expected<PlannedRun> formulaRun = planRun(**formula, *sums);
  if (!formulaRun)
    return std::move(formulaRun).status();
  return std::vector<PlannedRun>{std::move(*stepRun), std::move(*formulaRun)};
}

} // namespace rx::runtime
