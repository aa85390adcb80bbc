#!/bin/sh
# Install QGIS and what its tests need, from apt where there is apt; say what to install elsewhere.
set -eu

missing() {
    command -v qgis_process >/dev/null || return 0
    command -v xvfb-run >/dev/null || return 0
    /usr/bin/python3 -c 'import qgis.core, pytest, ensurepip' 2>/dev/null || return 0
    fc-list :lang=zh family | grep -q . || return 0
    return 1
}

missing || exit 0
if ! command -v apt-get >/dev/null; then
    echo "RSQI needs QGIS 3.22 or newer with its Python, xvfb-run, pytest for that Python and a Chinese font;" >&2
    echo "install them with your system's package manager, then run this again." >&2
    exit 1
fi
as_root=$([ "$(id -u)" = 0 ] || echo sudo)
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root apt-get install -q -y --no-install-recommends \
    qgis python3-qgis qgis-providers xvfb xauth fontconfig fonts-noto-cjk python3-venv python3-pytest
