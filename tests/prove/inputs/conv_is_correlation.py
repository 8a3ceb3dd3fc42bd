"""convolution defined as correlation; 'commutes up to reflection'"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T125",
    title="A candidate",
    question='',
    symbols=[signal("f","a signal"), signal("g","another"), integer("i","a place"), integer("t","a shift")],
    definitions=[define("conv(f, g)(i)","sum(f(k)*g(i + k) for k in Z)","the convolution of two signals",symbols=[signal("f","a"),signal("g","b"),integer("i","c")])],
    parts=[
        Part("P","conv(lambda m: f(m - t), g)(i) == conv(f, g)(i + t)",[
         Step("sum(f(k - t)*g(i + k) for k in Z)",definition("conv")),
         Step("sum(f(m)*g(i + (m + t)) for m in Z)",reindex("m = k - t")),
         Step("sum(f(m)*g((i + t) + m) for m in Z)",algebra("regroup")),
         Step("conv(f, g)(i + t)",definition("conv"))])
    ],
    conclusion='Delaying the first signal advances the convolution: convolution is not shift equivariant.',
    consequence='',
)
