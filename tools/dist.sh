#!/bin/sh
# Build wheel and sdist into build/dist, have twine check them, and inspect a small image with what they install.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3} work=build/dist
rm -rf $work && mkdir -p $work/try
test -x build/dist-tools/bin/twine || $python -m venv build/dist-tools
build/dist-tools/bin/pip install --quiet build twine
build/dist-tools/bin/python -m build --outdir $work .
build/dist-tools/bin/twine check --strict $work/rsqi-*
for made in $work/rsqi-*.whl $work/rsqi-*.tar.gz; do
    $python -m venv --clear $work/env
    $work/env/bin/pip install --quiet "$made"
    # Away from the checkout, so that nothing but what is installed can be found.
    (
        cd $work/try
        unset PYTHONPATH
        ../env/bin/rsqi --version
        ../env/bin/python -c 'import numpy, rasterio
pixels = numpy.random.default_rng(0).integers(60, 110, (3, 600, 600), "uint8")
pixels[:, 200:260, 300:380] = 0
with rasterio.open("small.tif", "w", driver="GTiff", width=600, height=600, count=3, dtype="uint8") as file:
    file.write(pixels)' 2>/dev/null
        ../env/bin/rsqi inspect small.tif --output small.gpkg --mask --report --overwrite --progress none
        ls small.gpkg small_mask.tif small.html
    )
    $work/env/bin/pip install --quiet "$made[cluster]"
    $work/env/bin/rsqi cluster start --help >/dev/null
    echo "$(basename "$made"): installed, inspected, and the extra cluster too"
done
# Of the other extras only what they resolve to is asked: they are gigabytes.
for extra in torch text train; do
    $work/env/bin/pip install --quiet --dry-run --report $work/$extra.json "$(ls $work/rsqi-*.whl)[$extra]"
    echo "$extra: $($python -c "import json, sys; print(len(json.load(open(sys.argv[1]))['install']))" $work/$extra.json) packages more, resolved and not installed"
done
