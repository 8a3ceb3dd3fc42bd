"""The engine: it turns declared experiments, theorems and prose into one write-up.

One module a stage, in the order of the flow (see ``build.py``): ``collect`` finds, ``plan`` decides, ``execute`` runs,
``judge`` evaluates, ``write`` fills the chapters, ``typeset`` makes HTML and PDF, ``manifest`` lists it all. ``model``
holds the nouns they pass along. Nothing in here knows an experiment, a theorem or an assignment.
"""
