"""When two perplexities are of the same model, computed by different CPUs."""

import math

# Of the mean negative log likelihood, which is what a model computes; perplexity is its exponential. Another CPU adds f32 numbers
# in another order, and a model that sharing has broken amplifies that: it is on the whole the same model all the same.
RELATIVE = 1e-4


def same(ours, theirs):
    return abs(math.log(ours) - math.log(theirs)) <= RELATIVE * math.log(theirs)
