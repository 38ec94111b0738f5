#!/usr/bin/env python3
"""Unit test of layering.py: every rule must fail on a small tree that breaks it."""

import tempfile
import unittest
from pathlib import Path

import layering


class LayeringTest(unittest.TestCase):
    def errors_of(self, files):
        """Messages for a tree that holds exactly `files`: {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return layering.check(root)

    def assert_only(self, files, *expected):
        errors = self.errors_of(files)
        self.assertEqual(len(errors), len(expected), errors)
        for error, prefix in zip(errors, expected):
            self.assertTrue(error.startswith(prefix), f"{error!r} does not start with {prefix!r}")

    def test_right_arrows_pass(self):
        self.assert_only({
            "runtime/io/A.cpp": '#include "runtime/core/Status.h"\n#include <vector>\n',
            "dialects/rxt/B.cpp": '#include "runtime/abi/rx_abi.h"\n#include "mlir/IR/Value.h"\n',
            "compiler/parse/C.cpp": '#include "compiler/ast/Ast.h"\n#include "antlr4-runtime.h"\n',
            "compiler/driver/D.cpp": '#include "compiler/pipeline/P.h"\n#include "runtime/io/A.h"\n',
            "tests/runtime/T.cpp": '#include "runtime/io/A.h"\n#include "tests/runtime/Tmp.h"\n',
        })

    def test_the_line_is_named(self):
        self.assert_only({"runtime/io/A.cpp": '#include <vector>\n\n#include "compiler/ast/Ast.h"\n'},
                         "runtime/io/A.cpp:3: runtime may not include compiler/ast/Ast.h")

    def test_runtime_includes_no_upstream(self):
        self.assert_only({"runtime/io/A.h": '#include "llvm/ADT/SmallVector.h"\n'},
                         "runtime/io/A.h:1: runtime/ never includes LLVM or MLIR")
        self.assert_only({"tests/runtime/T.cpp": "#include <mlir/IR/Value.h>\n"},
                         "tests/runtime/T.cpp:1: runtime/ never includes LLVM or MLIR")

    def test_abi_includes_nothing(self):
        self.assert_only({"runtime/abi/rx_abi.h": '#include "runtime/core/Status.h"\n'},
                         "runtime/abi/rx_abi.h:1: runtime/abi may not include")

    def test_dialects_are_apart(self):
        self.assert_only({"dialects/rx/R.cpp": '#include "dialects/rxk/Rxk.h"\n'},
                         "dialects/rx/R.cpp:1: dialects/rx may not include")
        self.assert_only({"dialects/rx/R.td": 'include "dialects/rxk/Rxk.td"\n'},
                         "dialects/rx/R.td:1: dialects/rx may not include")
        self.assert_only({"dialects/rxt/R.cpp": '#include "runtime/core/Tensor.h"\n'},
                         "dialects/rxt/R.cpp:1: dialects/rxt may not include")

    def test_compiler_phases_are_apart(self):
        self.assert_only({"compiler/parse/P.cpp": '#include "compiler/lower/L.h"\n'},
                         "compiler/parse/P.cpp:1: compiler/parse may not include")
        self.assert_only({"compiler/ast/A.h": '#include "compiler/parse/P.h"\n'},
                         "compiler/ast/A.h:1: compiler/ast may not include")
        self.assert_only({"compiler/other/O.cpp": '#include "compiler/pipeline/P.h"\n'},
                         "compiler/other/O.cpp:1: only compiler/driver, tests may include")
        self.assert_only({"compiler/lower/L.cpp": '#include "runtime/core/Tensor.h"\n'},
                         "compiler/lower/L.cpp:1: compiler/lower may not include")

    def test_antlr_has_one_home(self):
        self.assert_only({"compiler/ast/A.h": '#include "antlr4-runtime.h"\n'},
                         "compiler/ast/A.h:1: only compiler/parse includes ANTLR")

    def test_tests_are_never_included(self):
        self.assert_only({"runtime/io/A.cpp": '#include "tests/runtime/Tmp.h"\n'},
                         "runtime/io/A.cpp:1: runtime may not include")

    def test_includes_start_at_the_root(self):
        self.assert_only({"runtime/io/A.cpp": '#include "B.h"\n', "runtime/io/B.h": ""},
                         "runtime/io/A.cpp:1: write the path from the root")
        self.assert_only({"runtime/io/A.cpp": '#include "../core/B.h"\n'},
                         "runtime/io/A.cpp:1: write the path from the root")

    def test_runtime_links_no_compiler(self):
        self.assert_only({"runtime/io/CMakeLists.txt": "rxc_library(rxc_runtime_io LINKS rxc_mlir)\n"},
                         "runtime/io/CMakeLists.txt:1: runtime/ may not link rxc_mlir")
        self.assert_only({"runtime/io/CMakeLists.txt": "rxc_library(rxc_runtime_io LINKS rxc_parse)\n"},
                         "runtime/io/CMakeLists.txt:1: runtime/ may not link rxc_parse")
        self.assert_only({"runtime/io/CMakeLists.txt": "rxc_library(rxc_runtime_io LINKS rxc_runtime_core)\n"})

    def test_stdlib_is_text_only(self):
        self.assert_only({"stdlib/core/fast.cpp": "int x;\n"}, "stdlib/core/fast.cpp:1: stdlib/")

    def test_no_model_is_named(self):
        self.assert_only({"compiler/lower/L.cpp": "// as in\n// Gemma\n"},
                         "compiler/lower/L.cpp:2: names a model")
        self.assert_only({"runtime/io/Gemma3.h": ""}, "runtime/io/Gemma3.h:1: names a model")

    def test_binary_check_sees_llvm(self):
        # Any program that loads LLVM will do, and the assembler of this toolchain is one.
        found = list(layering.check_binary(Path("/usr/lib/llvm-22/bin/llvm-mc")))
        self.assertTrue(any("LLVM" in error for error in found), found)


if __name__ == "__main__":
    unittest.main()
