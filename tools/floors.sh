#!/bin/sh
# Run core tests with the oldest versions of the dependencies that pyproject.toml allows, and with the newest ones.
# The tests are those of reading, rules, strips, scoring and writing, which need neither torch nor Dask: PARTS names others.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
parts=${PARTS:-tests/core/raster tests/core/files tests/core/rules tests/core/strips tests/core/scoring tests/core/seams
    tests/core/models/test_models.py tests/core/test_job.py tests/core/test_polygons.py tests/core/test_merge.py tests/core/test_geodesy.py}
failed=0
for which in ${WHICH:-floors newest}; do
    env=build/floors/$which
    mkdir -p build/floors
    test -x $env/bin/python || $python -m venv $env
    $python - $which >build/floors/$which.txt <<'PYTHON'
import re, sys
text = open("pyproject.toml", encoding="utf-8").read()
listed = re.search(r"^dependencies = \[(.*?)^\]", text, re.DOTALL | re.MULTILINE)[1]
for name in re.findall(r'^\s*"([^"]+)"', listed, re.MULTILINE):
    print(name.replace(">=", "==") if sys.argv[1] == "floors" else name)
PYTHON
    upgrade=$([ $which = newest ] && echo --upgrade || true)
    $env/bin/pip install --quiet $upgrade --requirement build/floors/$which.txt 'pytest>=8' 'hypothesis>=6' 'psutil>=5.9'
    echo "== $which: $($env/bin/pip list --format=freeze | grep -iE "^($(sed -E 's/[<>=].*//' build/floors/$which.txt | paste -sd '|'))==" | paste -sd ' ')"
    # shellcheck disable=SC2086
    PYTHONPATH=$PWD $env/bin/python -m pytest -q -p no:cacheprovider $parts || failed=1
done
exit $failed
