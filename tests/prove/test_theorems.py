"""A proof is kept under all that it rests on, and no longer."""

from pathlib import Path

import pytest

from report.cache.files import Memory
from report.prove.theorems import Trees, _key


@pytest.fixture
def root(tmp_path) -> Path:
    for name, text in {
        "theory/t01_a.py": "import experiments\nfrom theory import words\nimport math\n",
        "theory/t02_b.py": "from experiments import nets\n",
        "theory/words.py": "X = 1\n",
        "experiments/nets.py": "Y = 1\n",
        "experiments/e01_x.py": "Z = 1\n",
        "report/proof.py": "import report.prove.reasons.rule\n",
        "report/prove/reasons/rule.py": "R = 1\n",
        "report/prove/theorems.py": "",
        "report/unrelated.py": "U = 1\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def keys(root: Path) -> dict[str, str]:
    trees = Trees(Memory(root / "memory"))  # a new one for each build, over the same memory
    found = {name: _key(f"theory.{name}", root, trees) for name in ("t01_a", "t02_b")}
    trees.save()
    return found


@pytest.mark.parametrize(
    ("file", "text", "changed"),
    [
        ("theory/t01_a.py", "import experiments\nfrom theory import words\nimport math\nN = 2\n", {"t01_a"}),
        ("theory/words.py", "X = 2\n", {"t01_a"}),
        ("theory/words.py", "X = 1  # a comment\n", set()),
        ("experiments/nets.py", "Y = 2\n", {"t01_a", "t02_b"}),
        ("experiments/e01_x.py", "Z = 2\n", {"t01_a"}),  # t01 may look into the folder
        ("experiments/e02_new.py", "W = 1\n", {"t01_a"}),
        ("report/prove/reasons/rule.py", "R = 2\n", {"t01_a", "t02_b"}),
        ("report/unrelated.py", "U = 2\n", set()),
    ],
)
def test_what_a_proof_rests_on(root, file, text, changed):
    before = keys(root)
    (root / file).write_text(text, encoding="utf-8")
    after = keys(root)
    assert {name for name in before if before[name] != after[name]} == changed
