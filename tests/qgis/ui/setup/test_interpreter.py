"""Where a Python may be, on each system."""

import sys


def test_on_linux_the_python_of_qgis_goes_before_the_first_of_the_path(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    own = tmp_path / "usr" / "bin" / "python{}.{}".format(*sys.version_info)
    shim = tmp_path / "shims" / "python3"
    for path in (own, shim):
        path.parent.mkdir(parents=True)
        path.touch(0o755)
    assert candidates("linux", str(tmp_path / "usr"), str(shim), {"PATH": str(shim.parent)}) == [str(own), str(shim)]


def test_on_windows_the_python_beside_its_library_goes_first(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    qgis = tmp_path / "QGIS"
    apps, local = qgis / "apps" / "Python312", tmp_path / "Local" / "Programs" / "Python"
    for path in (apps / "python.exe", qgis / "bin" / "qgis-bin.exe", local / "Python313" / "python.exe"):
        path.parent.mkdir(parents=True)
        path.touch()
    found = candidates(
        "win32", str(apps), str(qgis / "bin" / "qgis-bin.exe"), {"LOCALAPPDATA": str(tmp_path / "Local")}
    )
    assert found == [str(apps / "python.exe"), str(local / "Python313" / "python.exe")]


def test_on_macos_the_python_of_the_bundle_goes_first(application, tmp_path):
    from rsqi.ui.setup.interpreter import candidates

    macos = tmp_path / "QGIS.app" / "Contents" / "MacOS"
    (macos / "bin").mkdir(parents=True)
    for name in ("bin/python3.9", "bin/python3.12", "bin/python3.12-config", "QGIS"):
        (macos / name).touch()
    found = candidates("darwin", str(tmp_path), str(macos / "QGIS"), {})
    assert found[:2] == [str(macos / "bin" / name) for name in ("python3.12", "python3.9")]
