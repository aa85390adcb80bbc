#!/bin/sh
# In one system: install FOLDER/rsqi.zip into a fresh profile, look at it in the desktop, inspect by qgis_process.
set -eu
out=$1 python=$2
rm -rf "$out/home" && mkdir -p "$out/home" && rm -f "$out/seen.json"
export HOME="$out/home" RSQI_MATRIX_OUT="$out" RSQI_MATRIX_ZIP="$out/rsqi.zip" RSQI_PYTHON="$python" LANG=C.UTF-8
unset XDG_DATA_HOME XDG_CONFIG_HOME PYTHONPATH
# The wrapper of Debian 12 hands qgis_process an option of the desktop program, which it refuses.
process=$(command -v qgis_process.bin || command -v qgis_process)
"$python" -c 'import sys, numpy, rasterio
pixels = numpy.random.default_rng(0).integers(60, 110, (3, 600, 600), "uint8")
pixels[:, 200:260, 300:380] = 0
place = {"crs": "EPSG:4545", "transform": rasterio.transform.from_origin(500_000, 2_900_000, 0.5, 0.5)}
with rasterio.open(sys.argv[1], "w", driver="GTiff", width=600, height=600, count=3, dtype="uint8", **place) as file:
    file.write(pixels)' "$out/small.tif"
timeout 240 xvfb-run -a -s '-screen 0 1440x940x24' qgis --nologo --noversioncheck --code "$(dirname "$0")/matrix_desktop.py" \
    >"$out/desktop.log" 2>&1 || true
export QT_QPA_PLATFORM=offscreen
"$process" plugins disable rsqi >"$out/process.log" 2>&1
"$process" plugins enable rsqi >>"$out/process.log" 2>&1
"$process" list 2>/dev/null | grep -c 'rsqi:' >"$out/listed"
"$process" run rsqi:inspect -- INPUT="$out/small.tif" OUTPUT="$out/errors.gpkg" >"$out/inspect.log" 2>&1 || true
"$python" -c 'import pyogrio, sys; print(pyogrio.read_info(sys.argv[1], layer="errors")["features"])' "$out/errors.gpkg" >"$out/errors"
