// RUN: %rx-opt %s --split-input-file --verify-diagnostics

rx.model @net of "Net" {
  // expected-error@+1 {{runs 0 times; it runs at least once}}
  rx.stack @layers over "k" in 0 {
    rx.part @layer of "Layer" {
    }
  }
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{holds one layer: a part, a stack or a loop}}
  rx.loop @layers over "b" in 2 {
    rx.part @one of "Layer" {
    }
    rx.part @two of "Layer" {
    }
  }
}

// -----

rx.model @net of "Net" {
  rx.loop @layers over "l" in 2 {
    // expected-error@+1 {{counts 'l', and so does a loop around it}}
    rx.stack @inner over "l" in 3 {
      rx.part @layer of "Layer" {
      }
    }
  }
}

// -----

rx.model @net of "Net" {
  // expected-note@+1 {{see existing symbol definition here}}
  rx.part @head of "Linear" {
  }
  // expected-error@+1 {{redefinition of symbol named 'head'}}
  rx.part @head of "Linear" {
  }
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{stands in no model}}
  rx.model @inner of "Net" {
  }
}

// -----

// expected-error@+1 {{belongs to a model}}
rx.part @head of "Linear" {
}

// -----

rxt.buffer @a : !rxt.tensor<f32[4]> from "file" "a"
rx.model @net of "Net" {
  // expected-error@+1 {{has 1 entries, but 2 buffers}}
  rx.param @w : !rxt.tensor<f32[4]> per [] = [@a, @a]
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{no buffer is called @missing}}
  rx.param @w : !rxt.tensor<f32[4]> per [] = [@missing]
}

// -----

rxt.buffer @a : !rxt.tensor<f32[5]> from "file" "a"
rx.model @net of "Net" {
  // expected-error@+1 {{buffer @a is '!rxt.tensor<f32[5]>', the parameter's entries are '!rxt.tensor<f32[4]>'}}
  rx.param @w : !rxt.tensor<f32[4]> per [] = [@a]
}

// -----

rxt.buffer @a : !rxt.tensor<f32[4]> from "file" "a"
rx.model @net of "Net" {
  rx.stack @layers over "k" in 2 {
    rx.part @layer of "Layer" {
      // expected-error@+1 {{is per 'b', which is no loop around it}}
      rx.param @w : !rxt.table<[2] x f32[4]> per ["b"] = [@a, @a]
    }
  }
}

// -----

rxt.buffer @a : !rxt.tensor<f32[4]> from "file" "a"
rx.model @net of "Net" {
  rx.stack @layers over "k" in 2 {
    rx.part @layer of "Layer" {
      // expected-error@+1 {{has entries for [3] trips, the loops it is per run [2]}}
      rx.param @w : !rxt.table<[3] x f32[4]> per ["k"] = [@a, @a, @a]
    }
  }
}

// -----

rx.model @net of "Net" {
  rx.stack @layers over "k" in 2 {
    rx.part @layer of "Layer" {
      // expected-error@+1 {{is a scalar at every depth}}
      rx.depth @scale : !rxt.table<[2] x f32[4]> per ["k"] = dense<0.0> : tensor<2xf32>
    }
  }
}

// -----

rx.model @net of "Net" {
  rx.stack @layers over "k" in 2 {
    rx.part @layer of "Layer" {
      // expected-error@+1 {{holds 'tensor<3xf32>' for}}
      rx.depth @scale : !rxt.table<[2] x f32[]> per ["k"] = dense<0.0> : tensor<3xf32>
    }
  }
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{the part has no parameter or constant of depth @w}}
  rx.forward @forward by @equations
}
rx.equations @equations {
^bb0(%x: !rxt.tensor<f32[n]>):
  %w = rx.read @w : !rxt.tensor<f32[4]>
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

rxt.buffer @a : !rxt.tensor<f32[4]> from "file" "a"
rx.model @net of "Net" {
  rx.param @w : !rxt.tensor<f32[4]> per [] = [@a]
  // expected-error@+1 {{@w is '!rxt.tensor<f32[4]>' at every depth, not '!rxt.tensor<f32[5]>'}}
  rx.forward @forward by @equations
}
rx.equations @equations {
^bb0(%x: !rxt.tensor<f32[n]>):
  %w = rx.read @w : !rxt.tensor<f32[5]>
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{no part here is called @head::@forward}}
  rx.forward @forward by @equations
}
rx.equations @equations {
^bb0(%x: !rxt.tensor<f32[n]>):
  %y = rx.apply @head::@forward(%x) : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  rx.return %y : !rxt.tensor<f32[n]>
}

// -----

rx.model @net of "Net" {
  rx.part @head of "Linear" {
  }
  // expected-error@+1 {{no forward is called @head::@forward}}
  rx.forward @forward by @equations
}
rx.equations @equations {
^bb0(%x: !rxt.tensor<f32[n]>):
  %y = rx.apply @head::@forward(%x) : (!rxt.tensor<f32[n]>) -> !rxt.tensor<f32[n]>
  rx.return %y : !rxt.tensor<f32[n]>
}

// -----

rx.model @net of "Net" {
  rx.part @head of "Linear" {
    rx.forward @forward by @inner
  }
  // expected-error@+1 {{does not fit @head::@forward}}
  rx.forward @forward by @outer
}
rx.equations @inner {
^bb0(%x: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}
rx.equations @outer {
^bb0(%x: !rxt.tensor<f32[4, n]>):
  %y = rx.apply @head::@forward(%x) : (!rxt.tensor<f32[4, n]>) -> !rxt.tensor<f32[4, n]>
  rx.return %y : !rxt.tensor<f32[4, n]>
}

// -----

rx.model @net of "Net" {
  rx.stack @layers over "k" in 2 {
    rx.part @layer of "Layer" {
      rx.forward @forward by @inner
    }
  }
  // expected-error@+1 {{a stack or loop gives what it takes first}}
  rx.forward @forward by @outer
}
rx.equations @inner {
^bb0(%x: !rxt.tensor<f32[n]>, %y: !rxt.tensor<f32[4]>):
  rx.return %y : !rxt.tensor<f32[4]>
}
rx.equations @outer {
^bb0(%x: !rxt.tensor<f32[n]>, %y: !rxt.tensor<f32[4]>):
  %z = rx.apply @layers::@forward(%x, %y) : (!rxt.tensor<f32[n]>, !rxt.tensor<f32[4]>) -> !rxt.tensor<f32[4]>
  rx.return %z : !rxt.tensor<f32[4]>
}

// -----

// expected-error@+1 {{has 1 arguments, 2 names and 1 roles for them}}
rx.program @step takes ["x", "y"] as ["input"] gives ["y"] {
^bb0(%x: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

// expected-error@+1 {{returns 1 values, and has 0 names for them}}
rx.program @step takes ["x"] as ["input"] gives [] {
^bb0(%x: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

// expected-error@+1 {{an argument is 'input' or 'state', not 'weight'}}
rx.program @step takes ["x"] as ["weight"] gives ["y"] {
^bb0(%x: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

// expected-error@+1 {{gives no next value of the state "x"}}
rx.program @step takes ["x"] as ["state"] gives ["y"] {
^bb0(%x: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

// expected-error@+1 {{two values are called 'x'}}
rx.program @step takes ["x", "x"] as ["input", "input"] gives ["y"] {
^bb0(%x: !rxt.tensor<f32[n]>, %y: !rxt.tensor<f32[n]>):
  rx.return %x : !rxt.tensor<f32[n]>
}

// -----

// expected-error@+1 {{ends with rx.return}}
rx.program @step takes [] as [] gives [] {
  %x = rxt.constant dense<0.0> : tensor<f32> : !rxt.tensor<f32[]>
}

// -----

rx.model @net of "Net" {
  // expected-error@+1 {{no equations are called @missing}}
  rx.forward @forward by @missing
}

// -----

// expected-error@+1 {{end with rx.return}}
rx.equations @equations {
  %x = rxt.constant dense<0.0> : tensor<f32> : !rxt.tensor<f32[]>
}
