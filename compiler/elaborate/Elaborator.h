//===- Elaborator.h - from syntax to the experiment --------------*- C++ -*-===//
//
// An evaluator over the syntax tree: configuration is computed, models become trees of parts, forwards become
// rx.forward ops whose equations are rxt ops. Every shape is checked on the way. An error is thrown as
// `Error` and caught where elaboration of a file begins; nothing is thrown through MLIR.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/diag/Diagnostic.h"
#include "compiler/elaborate/SymbolicSizes.h"
#include "compiler/elaborate/Term.h"
#include "compiler/elaborate/Tests.h"
#include "compiler/elaborate/Value.h"
#include "compiler/resolve/Resolver.h"

#include "mlir/IR/BuiltinOps.h"

#include <set>

namespace rx::elaborate {

struct Error {
  diag::Diagnostic diagnostic;
};

/// `--set relaxed.rank=4`
struct Setting {
  std::string path, value;
};

/// Which model a text is to be generated from: an expression in the experiment's scope; empty for the only model.
struct GeneratorChoice {
  std::string model;
  bool keepsWhole = false; // also keep the program that reads a whole text at once
};

struct Options {
  std::string preset;
  std::vector<Setting> settings;
  std::optional<GeneratorChoice> generator; // instead of the experiment's reports
};

/// Indices in scope while an equation is evaluated; an index may state its range.
struct IndexScope {
  const IndexScope *parent = nullptr;
  std::map<std::string, std::optional<Axis>> names;
  const std::optional<Axis> *find(const std::string &name) const {
    for (const IndexScope *s = this; s; s = s->parent)
      if (auto it = s->names.find(name); it != s->names.end())
        return &it->second;
    return nullptr;
  }
};

/// Names the numbers that an initial value draws: Philox with key (seed, hash of path) and this step.
struct Draw {
  std::string path;
  int64_t seed = 0, step = 0;
};

/// Where ops go while a forward, a program or the function of a buffer is built.
struct Emission {
  mlir::OpBuilder builder;
  Node *self = nullptr;                    // the part whose forward this is; else null
  mlir::Operation *selfOp = nullptr;       // its op
  std::map<std::string, mlir::Value> reads; // params and depth constants already read
  const Draw *draw = nullptr;              // in an initial value; its tensor has the axes `drawAxes`
  const std::vector<Axis> *drawAxes = nullptr;
};

/// What evaluation of one expression can see.
struct Frame {
  std::shared_ptr<Scope> scope;
  Emission *emission = nullptr; // null: configuration only
  const IndexScope *indices = nullptr;
};

/// An op with a symbol as text, whatever its symbol and its place: what equal ops share.
std::string textWithoutName(mlir::Operation *op);

struct CheckSummary;

class Elaborator {
public:
  Elaborator(mlir::MLIRContext &context, resolve::Resolver &resolver, diag::DiagnosticEngine &diagnostics, Options options);

  /// The experiment of `file` as an rx module with its manifest, or null with diagnostics. Without an
  /// experiment the file is only checked.
  mlir::OwningOpRef<mlir::ModuleOp> run(const ast::File &file);

  /// Checks the definitions of `file` by themselves, whether or not something uses them. CheckDefinitions.cpp
  CheckSummary check(const ast::File &file);

  /// The `test`s of `file` as programs of `testModule()`; those with errors are left out, after a diagnostic.
  std::vector<TestProgram> tests(const ast::File &file);
  mlir::ModuleOp testModule() { return *module; }

private:
  friend struct ExperimentBuilder;
  friend class Conversion;
  friend class DefinitionCheck;
  friend class SubscriptedRead;
  friend class TestBuilder;
  friend class WeightMap;

  // Modules.cpp: files, names, `use`
  std::shared_ptr<Scope> loadFile(const ast::File &file);
  std::shared_ptr<Scope> loadModule(const std::string &dotted, const diag::SourceRange &range);
  void define(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  void use(const ast::Item &item, const std::shared_ptr<Scope> &scope);
  /// For a name that nothing in scope has: the library module that defines it, else which of `candidates` may be meant.
  std::string helpWithName(const std::string &name, const std::vector<std::string> &candidates);

  // Expressions.cpp: what is computed, and operators on it
  Value eval(const ast::Expr &expr, const Frame &frame);
  Value evalName(const ast::Expr &expr, const Frame &frame);
  Value evalMember(const ast::Expr &expr, const Frame &frame);
  Value evalBinary(const ast::Expr &expr, const Frame &frame);
  Value evalIf(const ast::Expr &expr, const Frame &frame);
  Value arithmetic(const std::string &op, const std::vector<Value> &operands, const diag::SourceRange &range, const Frame &frame,
                   const std::vector<diag::SourceRange> &parts);
  /// What a `for` runs over: the numbers of a range, the items of a list, the fields of a record.
  std::vector<Value> collection(const ast::Expr &end, const ast::Expr *begin, const Frame &frame);

  // Combine.cpp: operands of an operation
  TermPtr toTerm(const Value &value, const diag::SourceRange &range, const Frame &frame);
  TermPtr apply(const std::string &op, std::vector<TermPtr> arguments, const diag::SourceRange &range);
  std::vector<Axis> combine(const std::vector<TermPtr> &terms, bool isIndexed, const diag::SourceRange &range);
  [[noreturn]] void failElements(const std::vector<TermPtr> &operands, size_t first, const diag::SourceRange &range);
  Tensor materialize(const Value &value, const diag::SourceRange &range, const Frame &frame);

  // Equations.cpp: statements
  Value runBody(const ast::Body &body, const Frame &frame);
  void equation(const ast::Item &item, const Frame &frame);
  Value valueOfEquation(const ast::Expr &target, const ast::Expr &expr, const ast::Item &item, const Frame &frame);
  std::vector<std::string> indicesOf(const ast::Expr &target, IndexScope &indices, const Frame &frame);
  std::vector<Axis> axesOfEquation(const std::vector<std::string> &order, const IndexScope &indices, const Term &term, const ast::Item &item, const diag::SourceRange &range);
  /// "`claim` belongs in a `report`, not in a `model`"
  [[noreturn]] void failMisplaced(const ast::Item &statement, const std::string &where);
  /// Fails where a `require` does not hold, with the values it names; `whose` is "" or " of `Net`".
  void require(const ast::Item &statement, const Frame &frame, const std::string &whose, std::vector<diag::Label> labels);
  /// `d = 640 (net.rx:3)` for every number that a condition names.
  std::vector<std::string> valuesIn(const ast::Expr &condition, const Frame &frame);

  // Subscripts.cpp, Reads.cpp: square brackets
  Value evalSubscripted(const ast::Expr &expr, const Frame &frame);
  Value variantsOf(const Value &family, const ast::Expr &expr, const Frame &frame);
  Value subscriptTensor(const TermPtr &base, const ast::Expr &expr, const Frame &frame);

  // Calls.cpp
  Value evalCall(const ast::Expr &expr, const Frame &frame);
  Value callIndexed(const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  Value callCast(const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  std::optional<Value> callElementwise(const std::string &name, const ast::Expr &call, const Frame &frame);
  std::optional<Value> callMember(const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  Value callClass(const Function &function, const ast::Expr &call, const Frame &frame);
  Value callFunction(const Function &function, const std::vector<std::string> &indices, std::vector<std::pair<std::string, Value>> arguments,
                     const ast::Expr &call, const Frame &frame);
  Value indexLast(const Value &argument, const std::vector<std::string> &indices, const diag::SourceRange &range, const Frame &frame);
  Value callNode(const NodePtr &node, const std::string &method, std::vector<std::pair<std::string, Value>> arguments, const ast::Expr &call,
                 const Frame &frame);
  /// `exp`, `mod`, `sum`: names that are known everywhere.
  static bool isNumberFunction(const std::string &name);
  std::vector<std::pair<std::string, Value>> evalArguments(const ast::Expr &call, const Frame &frame);

  // Builtins.cpp: files and data pipelines
  Value callBuiltin(const Value &builtin, const ast::Expr &call, const Frame &frame);
  Value textArgument(const std::string &name, const ast::Expr &call, const Frame &frame);
  Value fileNamed(const std::string &name, const ast::Expr &call, const Frame &frame);
  Value metadataKey(const ast::Expr &call, const Frame &frame);
  Value textPipeline(const ast::Expr &call, const Frame &frame);
  Value promptPipeline(const ast::Expr &call, const Frame &frame);
  Value addStage(const Value &stage, const ast::Expr &call, const Frame &frame);

  // Reducers.cpp
  Value callReducer(const std::string &kind, const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  std::vector<std::string> reducedIndices(const ast::Expr &callee, IndexScope &indices, const Frame &frame);
  Value reduceConfigured(const std::string &kind, const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  Value callJoin(const ast::Expr &callee, const ast::Expr &call, const Frame &frame);
  void checkJoin(const std::vector<Tensor> &parts, size_t along, const ast::Expr &call);
  TermPtr movedPart(const Tensor &part, const std::vector<Axis> &axes, size_t along, const SizeExpr &begin, const diag::SourceRange &range, const Frame &frame);

  // Lists.cpp: lists of numbers as tensors
  /// A nested list as a constant with these axes.
  Tensor listTensor(const Value &list, const std::vector<std::string> &labels, Element element, const diag::SourceRange &range, const Frame &frame);
  /// Where nothing else names the axes of a list: `i`, `j`, `k` from the outermost.
  static std::vector<std::string> listLabels(const Value &list);
  Tensor listArgument(const Value &list, const ast::Type *type, const diag::SourceRange &range, const Frame &frame);

  // Bindings.cpp: arguments to declared types and back
  /// Positional and named arguments in the order of the parameters; defaults filled in by `scope`.
  void bindParameters(const std::vector<ast::Parameter> &parameters, const std::vector<std::pair<std::string, Value>> &arguments,
                      const std::shared_ptr<Scope> &scope, const diag::SourceRange &range, const std::string &callee, const Frame &frame,
                      std::map<std::string, std::string> &renames);
  std::vector<const Value *> matchArguments(const std::vector<ast::Parameter> &parameters, const std::vector<std::pair<std::string, Value>> &arguments,
                                            const diag::SourceRange &range, const std::string &callee);
  Value bindDeclared(const ast::Parameter &parameter, Value value, const std::shared_ptr<Scope> &scope, const diag::SourceRange &at, const Frame &frame,
                     std::map<std::string, std::string> &renames);
  Value bindTensor(const ast::Type &type, const Value &value, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range,
                   const Frame &frame, std::map<std::string, std::string> &renames);
  void bindAxis(const ast::Subscript &declared, const Axis &axis, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range);
  /// The result in the order and under the labels of the declared type, renamed to the caller's labels.
  Tensor bindResult(const ast::Type *type, const Value &value, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range,
                    const Frame &frame, const std::map<std::string, std::string> &renames);
  std::vector<Axis> declaredAxes(const ast::Type &type, const Term &term, const std::shared_ptr<Scope> &scope, const diag::SourceRange &range, const Frame &frame);

  // Models.cpp, Nests.cpp, Convert.cpp: instances, stacks and loops, conversions
  NodePtr instantiate(const Value &value, const std::string &name, const diag::SourceRange &range);
  NodePtr build(const Instance &instance, const std::string &name);
  void addMember(Node &node, const ast::Item &item, const Frame &frame);
  void addParams(Node &node, const ast::Item &item, const Frame &frame);
  void addParts(Node &node, const ast::Item &item, const Frame &frame);
  void addTie(Node &node, const ast::Item &item);
  Value evalNest(const ast::Expr &expr, const Frame &frame);
  Level evalLevel(const ast::Expr &expr, const Frame &frame);
  NodePtr mergeInstances(const std::vector<Value> &values, const std::vector<Level> &levels, const diag::SourceRange &range);
  Value convert(const Function &function, const std::vector<std::pair<std::string, Value>> &arguments, const ast::Expr &call);
  Axis axisOf(const ast::Subscript &subscript, const Frame &frame);

  // EmitRx.cpp: nodes as ops
  Value paramOutside(Node &model, const std::string &name, const diag::SourceRange &range, const Frame &frame);
  mlir::Operation *opOf(Node &node);
  struct Forward {
    std::string symbol;
    std::vector<Axis> result;
    Element element;
    mlir::Type type;
  };
  Forward forward(Node &node, const std::string &method, const std::vector<Value> &arguments, const diag::SourceRange &range);
  std::string shareEquations(mlir::Operation *op, const std::string &stem);
  std::pair<const ast::Item *, std::shared_ptr<Scope>> methodOf(const Node &model, const std::string &method);
  mlir::Value readParam(const std::string &name, const Frame &frame);
  mlir::Value readDepth(const std::string &name, const DepthTable &table, const Frame &frame);

  // Weights.cpp
  Value load(const ast::Expr &call, const Frame &frame);
  /// Gives tied parameters the buffers of those they are tied to.
  void bindTies(Node &root);

  // InitialValues.cpp
  struct InitialFunction {
    std::string symbol;
    std::vector<size_t> reads; // which of the inputs it was made over
  };
  struct BufferOrigin {
    std::string file, tensor, via;
    std::vector<std::string> inputs;
  };
  InitialFunction initialFunction(const std::string &stem, const std::vector<std::vector<Axis>> &inputs, const diag::SourceRange &range,
                                  const std::function<Tensor(Emission &, const std::vector<Tensor> &)> &body);
  InitialFunction declaredInitial(const Node &node, const Param &param, const std::string &stem, const Draw &draw, const std::vector<std::vector<Axis>> &inputs,
                                  const std::function<void(Scope &, const Frame &, const std::vector<Tensor> &)> &prepare);
  std::string makeBuffer(const std::string &key, const std::string &stem, const std::vector<Axis> &axes, const BufferOrigin &origin, const diag::SourceRange &range);
  std::string fileBuffer(const std::string &file, const std::string &tensor, double shift, const Param &param, const diag::SourceRange &range);
  std::string computedBuffer(const InitialFunction &function, const std::vector<std::string> &inputs, const std::vector<Axis> &axes, const diag::SourceRange &range);
  std::string combinedBuffer(const std::string &kind, const std::vector<std::string> &buffers, const Param &param, const diag::SourceRange &range);
  std::string freshBuffer(const Node &node, const Param &param, const std::string &path, int64_t entry, int64_t seed);
  /// Every parameter without a value gets what its declaration says.
  void initialiseFresh(Node &root);
  /// An error for a parameter that neither a file nor its declaration gives a value.
  void requireInitialised(Node &root, const diag::SourceRange &range);
  /// Parameters held once, however many names they have.
  static int64_t uniqueParameters(Node &root);
  Value drawInitial(const std::string &law, const ast::Expr &call, const Frame &frame);
  Value svd(const ast::Expr &call, const Frame &frame);

  // Experiment.cpp
  void experiment(const ast::Item &item, const std::shared_ptr<Scope> &scope);

  bool isSymbolic() const { return symbols != nullptr; }
  /// Whether two sizes are different ones; throws `Undecided` where symbols do not say it.
  bool differ(const SizeExpr &a, const SizeExpr &b, const diag::SourceRange &range) const;
  /// What a `require` says of symbols that it does not decide; throws `Learned` if it says something new.
  void learn(const ast::Expr &condition, const Frame &frame);
  /// One of two values, nobody knows which: a number of which nothing else is known.
  Value either(const Value &a, const Value &b, const ast::Expr &condition);

  /// Unless a message of this kind stands at this place already.
  void reportOnce(diag::Diagnostic diagnostic);

  [[noreturn]] void fail(diag::Diagnostic diagnostic) { throw Error{std::move(diagnostic)}; }
  [[noreturn]] void fail(const std::string &kind, const std::string &message, const diag::SourceRange &at, const std::string &help = "",
                         std::vector<diag::Label> labels = {}) {
    throw Error{{kind, message, at, std::move(labels), {}, help}};
  }
  mlir::Location location(const diag::SourceRange &range);

  mlir::MLIRContext &context;
  resolve::Resolver &resolver;
  diag::DiagnosticEngine &diagnostics;
  Options options;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::map<std::string, std::shared_ptr<Scope>> modules;
  std::vector<std::unique_ptr<diag::Source>> sources;
  std::vector<std::unique_ptr<ast::File>> files;
  std::shared_ptr<Scope> builtins;
  std::vector<std::pair<const ast::Item *, std::shared_ptr<Scope>>> namesBlocks;
  std::map<Node *, mlir::Operation *> nodeOps;
  std::vector<NodePtr> emittedNodes; // those of `nodeOps`: while they live, no other node has their address
  std::map<std::pair<Node *, std::string>, Forward> forwards;
  std::map<std::string, std::string> equations;            // their symbols, by class, method and text
  std::map<std::string, int> equationStems;                // how many begin with a name
  std::map<std::string, InitialFunction> initialFunctions; // by their text
  std::map<std::string, int> initialStems;                 // how many functions begin with a name
  std::map<std::string, std::string> buffers;              // names of the module's buffers, by what they hold
  std::set<std::string> bufferNames;
  std::map<std::string, int> bufferStems;                  // how many buffers were called by a stem
  std::set<std::string> loading;
  std::unique_ptr<SymbolicSizes> symbols;               // while a definition is checked by itself
  const resolve::WeightHeader *currentHeader = nullptr; // of the `load` being evaluated
  std::vector<ast::ExprPtr> settingExprs;
  std::map<std::string, const ast::Expr *> memberOverrides;
  std::map<const ast::Expr *, std::vector<std::pair<std::string, const ast::Expr *>>> callOverrides;
  friend class TermEmitter;
};

} // namespace rx::elaborate
