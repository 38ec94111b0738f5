// Which inputs of kernels may lie in panels (runtime/abi/PanelForm.h), and how kernels say so.
#pragma once

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "runtime/abi/PanelForm.h"

namespace rx::compiler {

/// Names of attributes. `rx.form` stands on buffers and on arguments of kernels: a form's text,
/// absent for dense. `rx.stored` stands on buffers: the element form of their tensor in the file.
/// `rx.variants` stands on launches: further kernels, for inputs in other forms.
inline constexpr llvm::StringLiteral formAttribute = "rx.form", storedAttribute = "rx.stored",
                                     variantsAttribute = "rx.variants";

/// What a kernel does with an input, as far as forms are concerned.
enum class PanelUse {
  None,    ///< reads it dense
  Product, ///< multiplies by it: the stationary operand of a matrix product, stored [columns,
           ///< depth]
  Rows,    ///< gathers rows of it
};
PanelUse panelUse(mlir::FunctionOpInterface kernel, unsigned argument);

/// The form that argument `argument` of `kernel` says it has.
PanelForm formOfArgument(mlir::FunctionOpInterface kernel, unsigned argument);

} // namespace rx::compiler
