#include "compiler/lower/ChooseForms.h"
#include "compiler/lower/PanelUses.h"
#include "dialects/rxk/Rxk.h"
#include "dialects/rxt/Rxt.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace rx::compiler {
namespace {

/// What reads a value, as far as its form goes.
struct Reads {
  bool dense = false; ///< something reads it as it is
  bool product = false;
};

/// Where the value of a parameter arrives.
struct ParamUses : Reads {
  llvm::SmallVector<OpOperand *> launches; ///< inputs that may lie in panels
};

class FormChooser {
  static auto namesOf(rxt::ParamOp param) {
    return llvm::map_range(param.getBuffers().getAsRange<FlatSymbolRefAttr>(),
                           [](FlatSymbolRefAttr name) { return name.getValue(); });
  }

public:
  FormChooser(ModuleOp module, const CpuTarget &target, WeightForms weightForms)
      : module(module), symbols(module), weightForms(weightForms),
        columns(target.gemm.vectors * target.lanes(/*elementBits=*/32)) {}

  void run() {
    module.walk([&](rxt::ParamOp param) {
      auto &[added, uses] = params.emplace_back(param, usesOf(param.getResult()));
      for (StringRef name : namesOf(param)) {
        Reads &reads = readsOf[name];
        reads.dense |= uses.dense;
        reads.product |= uses.product;
      }
    });
    for (auto buffer : module.getOps<rxt::BufferOp>())
      if (StringAttr form = formFor(buffer))
        buffer->setAttr(formAttribute, form);
    for (auto &[param, uses] : params)
      for (OpOperand *input : uses.launches)
        noteForms(param, *input);
    for (auto &[launch, forms] : formsOf)
      specialise(cast<rxk::LaunchOp>(launch), forms);
    for (rxk::KernelOp kernel : llvm::make_early_inc_range(module.getOps<rxk::KernelOp>()))
      if (replaced.contains(kernel) && SymbolTable::symbolKnownUseEmpty(kernel, module))
        kernel.erase();
  }

private:
  /// By input of a launch: the texts of the forms it may have; null for dense.
  using InputForms = llvm::SmallVector<llvm::SetVector<StringAttr>>;

  ParamUses usesOf(Value value) {
    ParamUses uses;
    follow(value, uses);
    return uses;
  }

  void follow(Value value, ParamUses &uses) {
    for (OpOperand &use : value.getUses()) {
      if (auto launch = dyn_cast<rxk::LaunchOp>(use.getOwner()))
        classify(launch, use, uses);
      else if (auto loop = dyn_cast<rxt::LoopOp>(use.getOwner());
               loop && use.getOperandNumber() + 1 < loop.firstCarriedArgument())
        follow(loop.getBody().getArgument(use.getOperandNumber() + 1), uses);
      else
        uses.dense = true;
    }
  }

  void classify(rxk::LaunchOp launch, OpOperand &use, ParamUses &uses) {
    PanelUse kind = panelUse(kernelOf(launch), use.getOperandNumber());
    uses.dense |= kind == PanelUse::None;
    uses.product |= kind == PanelUse::Product;
    uses.launches.push_back(&use);
  }

  rxk::KernelOp kernelOf(rxk::LaunchOp launch) {
    return symbols.lookup<rxk::KernelOp>(launch.getKernel());
  }

  /// The form of a buffer, null for dense.
  StringAttr formFor(rxt::BufferOp buffer) {
    auto type = cast<rxt::TensorType>(buffer.getType());
    bool isMatrix = type.rank() == 2 && type.elementCount().isConstant();
    auto reads = readsOf.find(buffer.getSymName());
    // What only other buffers are computed from is read once, dense.
    if (!isMatrix || reads == readsOf.end() || reads->second.dense)
      return {};
    PanelForm form{storedElement(buffer), columns};
    if (!form.bytes(type.size(0).constant(), type.size(1).constant()))
      form.element = RX_F32;
    // Rows of f32 are gathered best from where they lie.
    if (!reads->second.product && form.element == RX_F32)
      return {};
    return StringAttr::get(buffer.getContext(), form.str());
  }

  /// f32 where the values are computed, stored in a form that products do not decode, or wanted so.
  rx_dtype storedElement(rxt::BufferOp buffer) const {
    auto stored = buffer->getAttrOfType<StringAttr>(storedAttribute);
    if (!stored || buffer.getVia() || weightForms == WeightForms::F32)
      return RX_F32;
    std::optional<rx_dtype> element = dtypeNamed(stored.getValue());
    return element && PanelForm::canHold(*element) ? *element : RX_F32;
  }

  void noteForms(rxt::ParamOp param, OpOperand &input) {
    InputForms &forms = formsOf[input.getOwner()];
    forms.resize(input.getOwner()->getNumOperands());
    for (StringRef name : namesOf(param))
      forms[input.getOperandNumber()].insert(
          symbols.lookup(name)->getAttrOfType<StringAttr>(formAttribute));
  }

  /// Points the launch at one kernel per combination of its inputs' forms.
  void specialise(rxk::LaunchOp launch, const InputForms &forms) {
    llvm::SmallVector<llvm::SmallVector<StringAttr>> combinations(1);
    for (const llvm::SetVector<StringAttr> &ofInput : forms) {
      llvm::SmallVector<StringAttr> choices(ofInput.begin(), ofInput.end());
      if (choices.empty())
        choices.push_back(StringAttr()); // no weights: dense
      llvm::SmallVector<llvm::SmallVector<StringAttr>> longer;
      for (auto &combination : combinations)
        for (StringAttr form : choices) {
          longer.push_back(combination);
          longer.back().push_back(form);
        }
      combinations = std::move(longer);
    }
    llvm::SmallVector<Attribute> kernels;
    rxk::KernelOp original = kernelOf(launch);
    for (auto &combination : combinations)
      kernels.push_back(FlatSymbolRefAttr::get(variantOf(original, combination)));
    launch.setKernelAttr(cast<FlatSymbolRefAttr>(kernels.front()));
    if (kernels.size() > 1)
      launch->setAttr(variantsAttribute,
                      ArrayAttr::get(launch.getContext(), ArrayRef(kernels).drop_front()));
  }

  /// The kernel for arguments in these forms, made once; `kernel` itself where all are dense.
  rxk::KernelOp variantOf(rxk::KernelOp kernel, llvm::ArrayRef<StringAttr> forms) {
    if (llvm::none_of(forms, [](StringAttr form) { return bool(form); }))
      return kernel;
    replaced.insert(kernel);
    std::string name = kernel.getSymName().str();
    for (StringAttr form : forms)
      if (form)
        name += std::string("_") + rx_dtype_name(PanelForm::parse(form.getValue())->element);
    std::vector<const void *> key = {kernel.getOperation()};
    for (StringAttr form : forms)
      key.push_back(form.getAsOpaquePointer());
    rxk::KernelOp &variant = variants[key];
    if (!variant) {
      variant = kernel.clone();
      variant.setSymName(name);
      symbols.insert(variant, std::next(Block::iterator(kernel)));
      for (auto [argument, form] : llvm::enumerate(forms))
        if (form)
          variant.setArgAttr(argument, formAttribute, form);
    }
    return variant;
  }

  ModuleOp module;
  SymbolTable symbols;
  WeightForms weightForms;
  int64_t columns;
  llvm::SmallVector<std::pair<rxt::ParamOp, ParamUses>> params;
  llvm::StringMap<Reads> readsOf;                              ///< by buffer
  llvm::MapVector<Operation *, InputForms> formsOf;            ///< by launch
  std::map<std::vector<const void *>, rxk::KernelOp> variants; ///< by kernel and forms
  llvm::SetVector<Operation *> replaced;
};

} // namespace

LogicalResult chooseForms(ModuleOp module, const CpuTarget &target, WeightForms forms) {
  bool chosen = llvm::any_of(module.getOps<rxt::BufferOp>(),
                             [](rxt::BufferOp buffer) { return buffer->hasAttr(formAttribute); });
  if (!chosen)
    FormChooser(module, target, forms).run();
  return success();
}

} // namespace rx::compiler
