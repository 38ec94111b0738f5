//===- Value.h - what names stand for during elaboration ---------*- C++ -*-===//
//
// Elaboration is an evaluator over the syntax tree. Configuration (numbers, lists, models) is computed;
// tensors are symbolic: a value of a program being built, with a label and a size per axis.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "compiler/ast/Ast.h"
#include "runtime/abi/SizeExpr.h"

#include "mlir/IR/Value.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rx::elaborate {

struct Node;
struct Term;
struct Module;
using NodePtr = std::shared_ptr<Node>;
using TermPtr = std::shared_ptr<Term>;

/// Where a size or name came from, for messages: `d = 640 (net.rx:3)`.
struct Origin {
  diag::SourceRange range;
  std::string text; // when there is no range: "embedding_length of the file"
  std::string str() const { return range ? range.fileLine() : text; }
};

/// One axis of a tensor: `label` is how the author names it, `size` how large it is.
struct Axis {
  std::string label;
  SizeExpr size;
  Origin origin;
};

/// The axis of this label; null if there is none.
const Axis *findAxis(const std::vector<Axis> &axes, const std::string &label);
Axis *findAxis(std::vector<Axis> &axes, const std::string &label);
std::vector<std::string> labelsOf(const std::vector<Axis> &axes);
/// The labels as an author writes them: `[b, t]`.
std::string labelsText(const std::vector<Axis> &axes);
/// Sizes with their origins: `v = 259 (net.rx:3), d = 8 (net.rx:4)`.
std::string sizesWithOrigins(const std::vector<Axis> &axes);
std::string joined(const std::vector<std::string> &names, const std::string &separator = ", ");
/// Six significant digits.
std::string numberText(double number);

/// Element types, in the order of promotion of literals.
enum class Element { Literal, Bool, I32, F32, F64 };
/// As it is written; "" for a literal's.
const char *elementName(Element element);

struct Tensor {
  mlir::Value value;
  std::vector<Axis> axes;
  Element element = Element::F32;
};

/// A scalar that differs by depth: one number per combination of trips of the loops in `per`.
struct DepthTable {
  std::vector<std::string> per;
  std::vector<int64_t> trips;
  std::vector<double> values;
  bool isInteger = false;
};

struct Value;
struct Scope;

/// A function of the language, with the scope it was defined in.
struct Function {
  const ast::Item *item = nullptr; // Fn, or a Block that is called (metric, convert, model)
  std::shared_ptr<Scope> scope;
};

struct Instance;
struct Fields;

/// A reference to one layer of a nest of an existing model.
struct LayerRef {
  NodePtr nest;
  int64_t depth = 0;
};

/// A text pipeline, as the runtime will run it.
struct DataPipeline {
  std::string name;
  nlohmann::json stages = nlohmann::json::array();
  std::vector<diag::SourceRange> ranges;                             // of the stages
  std::string tokenizerOf;                                           // weight file whose tokenizer it needs

  void add(nlohmann::json stage, const diag::SourceRange &range) {
    stages.push_back(std::move(stage));
    ranges.push_back(range);
  }
};

struct Value {
  enum Kind { Nothing, None, Int, Real, Bool, String, List, Record, Depth, TensorTerm, Model, Layer, Class, Func, InstanceOf, Data, Package, Builtin, Measure, Family };
  Kind kind = Nothing;
  Origin origin;

  SizeExpr size;      // Int: a constant or a polynomial over the sizes of data
  std::string label;  // Int: the name it is known by
  double number = 0;  // Real, Bool
  std::string text;   // String, Builtin, Package; Layer: how several layers become one (`mean`, `sum`)
  std::vector<Value> list;        // List; Family: its members
  std::shared_ptr<Fields> fields; // Record; Measure: its arguments
  std::vector<std::shared_ptr<Fields>> choices; // Family: per member, the values of the `for`s it was made under, outermost first
  std::shared_ptr<DepthTable> depth;
  TermPtr term;
  NodePtr node;
  std::vector<LayerRef> layers;
  Function function; // Class, Func, Measure
  std::shared_ptr<Instance> instance;
  std::shared_ptr<DataPipeline> data;

  static Value of(int64_t i) { return of(SizeExpr(i)); }
  static Value of(SizeExpr s) {
    Value v;
    v.kind = Int;
    v.size = std::move(s);
    return v;
  }
  static Value real(double d) {
    Value v;
    v.kind = Real;
    v.number = d;
    return v;
  }
  static Value boolean(bool b) {
    Value v;
    v.kind = Bool;
    v.number = b;
    return v;
  }
  static Value string(std::string s) {
    Value v;
    v.kind = String;
    v.text = std::move(s);
    return v;
  }
  static Value tensor(TermPtr t) {
    Value v;
    v.kind = TensorTerm;
    v.term = std::move(t);
    return v;
  }
  static Value model(NodePtr n) {
    Value v;
    v.kind = Model;
    v.node = std::move(n);
    return v;
  }
  static Value none() {
    Value v;
    v.kind = None;
    return v;
  }

  bool isConstantInt() const { return kind == Int && size.isConstant(); }
  bool isNumber() const { return kind == Real || isConstantInt(); }
  double asDouble() const { return kind == Int ? double(size.constant()) : number; }
  /// How the value is named in a message: `an integer`, `a tensor`, ...
  std::string describe() const;
};

/// Named values, in the order they were written.
struct Fields {
  std::vector<std::pair<std::string, Value>> all;
  const Value *find(const std::string &name) const {
    for (auto &[key, value] : all)
      if (key == name)
        return &value;
    return nullptr;
  }
};

/// A model class applied to arguments but not yet built: becomes a node where it is named.
struct Instance {
  const ast::Item *model = nullptr;
  std::shared_ptr<Scope> scope; // of the definition
  std::vector<std::pair<std::string, Value>> arguments;
  diag::SourceRange range;
};

/// Names in scope, innermost first.
struct Scope {
  std::shared_ptr<Scope> parent;
  std::map<std::string, Value> names;

  explicit Scope(std::shared_ptr<Scope> parent = nullptr) : parent(std::move(parent)) {}
  const Value *find(const std::string &name) const {
    for (const Scope *s = this; s; s = s->parent.get())
      if (auto it = s->names.find(name); it != s->names.end())
        return &it->second;
    return nullptr;
  }
  std::vector<std::string> visibleNames() const;
};

/// A parameter of a model: `per` lists the loops that index it; one buffer per entry.
struct Param {
  std::string name;
  std::vector<Axis> axes;
  std::vector<std::string> per;
  std::vector<int64_t> trips;
  std::vector<std::string> buffers; // row-major over `trips`; empty until bound
  const ast::Expr *initial = nullptr; // what it starts from if nothing is loaded; evaluated in its model's scope
  diag::SourceRange range;
  int64_t elements() const;
  int64_t entries() const;
};

/// One loop around a layer.
struct Level {
  bool isStack;
  std::string index;
  int64_t trips;
  bool isAnyNumber = false; // the one trip stands for any number of them: sizes are symbols
};

/// A structural part of a model. Always held by a NodePtr.
struct Node : std::enable_shared_from_this<Node> {
  enum Kind { Model, Stack, Loop } kind = Model;
  std::string name, path;             // `attention`, `layers.attention`
  const ast::Item *decl = nullptr;    // Model: its class
  std::shared_ptr<Scope> scope;       // Model: parameters and members
  std::map<std::string, Function> methods; // Model: those a conversion adds to its class or puts in their place
  std::vector<Param> params;
  std::vector<NodePtr> parts;         // Model: named parts; Stack, Loop: exactly one
  std::string index;                  // Stack, Loop: name of the trip
  int64_t trips = 1;
  bool isAnyNumber = false;           // Stack, Loop: as in Level
  std::vector<std::pair<std::string, std::string>> ties; // path.param -> path.param, both below this node
  std::string source;                 // root: weight file it was loaded from
  diag::SourceRange range;

  NodePtr part(const std::string &name) const;
  Param *param(const std::string &name);
  /// The parameter at a path below this node, `layers.attention.q.w`; null if there is none.
  Param *paramAt(const std::string &path);
  /// The model below stacks and loops (itself for a model).
  Node *element() { return kind == Model ? this : parts.front()->element(); }
  /// The stacks and loops down to the model, outermost first.
  std::vector<Level> levels() const;
  /// How often the model below runs.
  int64_t depths() const;
  /// Every model node below and including this one.
  void visit(const std::function<void(Node &)> &visitor);
  /// A deep copy; buffers stay the same, so a copy shares its weights.
  NodePtr clone() const;
  /// The path of one of this node's parameters from the root: `layers.attention.q.w`.
  std::string pathOf(const Param &param) const { return path.empty() ? param.name : path + "." + param.name; }
  bool isTied(const std::string &parameter) const;
  /// Gives this node and all below their paths from the root.
  void setPaths(const std::string &path);
};

/// How many layers of a nest have weights of their own: loops repeat them.
int64_t ownLayers(const std::vector<Level> &levels);

/// The buffer of a parameter of a layer at a depth of the nest with these loops; layers count on from loop to loop.
const std::string &bufferAt(const std::vector<Level> &levels, const Param &param, int64_t depth);

} // namespace rx::elaborate
