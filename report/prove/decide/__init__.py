"""The trusted core of the prover: what a symbolic reading is, in normal form, and whether a relation between two of them holds.

"Proved" rests on ``language.formula`` (a text is one tree), on ``meaning.symbolic`` (a tree is one SymPy expression), on the
modules here and on the contract of ``reasons.rule``; printing, prose and witnesses are outside. It can be trusted because

- a decision is never a guess: every path ends in an identity that SymPy's *arithmetic* (expansion, substitution, cancelling
  of polynomials, signs by assumption) shows, and where none does the answer is "not proved";
- it is one way only: nothing here can make a statement false, so a slip refuses a true step sooner than it passes a false one;
- every rewriting of a sum is one of a few laws (linearity, a delta contracted inside its range, a renamed or shifted index,
  a term taken off an end), each in a function of its own that asks for the law's condition;
- it is attacked: random relations, true and false, are compared with exact evaluation, and errors are planted in every theorem.
"""
