"""The texts of *Set up*: the kinds of environment, and for each failure what to do about it."""

from __future__ import annotations

import sys

from ...bridge.i18n import tr
from . import build_options as kinds
from .build_options import PYPI, BuildOptions, without_password
from .environment import Stamp, State

BUILD, TEST, CANCEL = "build", "test", "cancel"  # what the main button does


def kind_name(kind: str) -> str:
    """Return what the environment computes with."""
    return {
        kinds.CPU: tr("Processor (CPU)"),
        kinds.CUDA: tr("NVIDIA GPU (CUDA)"),
        kinds.CUDA_12: tr("NVIDIA GPU (CUDA)"),
        kinds.DIRECTML: tr("AMD, Intel or other GPU (DirectML)"),
    }.get(kind, kind)


def button_text(action: str, state: State, changed: bool) -> str:
    """Return the text of the main button.

    Parameters
    ----------
    action : str
        `BUILD`, `TEST` or `CANCEL`.
    changed : bool
        Is another kind of environment chosen than the one that is there?
    """
    if action == CANCEL:
        return tr("Cancel")
    if action == TEST:
        return tr("Test")
    if changed:
        return tr("Rebuild")
    return {State.BROKEN: tr("Repair"), State.OUTDATED: tr("Update")}.get(state, tr("Set up"))


def headline(state: State) -> str:
    """Return the title of the page."""
    return {
        State.MISSING: tr("RSQI is not set up yet"),
        State.BROKEN: tr("The environment is broken"),
        State.OUTDATED: tr("The environment needs an update"),
        State.READY: tr("RSQI is set up"),
        State.OWN: tr("RSQI uses a Python of your choice"),
        State.OWN_MISSING: tr("The chosen Python is missing"),
    }[state]


def situation(state: State, stamp: Stamp | None, named: str, options: BuildOptions) -> str:
    """Return what there is, and what the button does about it.

    Parameters
    ----------
    named : str
        The Python that the user has named.
    options : BuildOptions
        What would be built.
    """
    if state in (State.READY, State.OUTDATED) and stamp is not None:
        built = tr("{kind}; Python {python}; built on {date} by RSQI {version}.").format(
            kind=kind_name(stamp.kind), python=stamp.python, date=stamp.built, version=stamp.version
        )
        if state is State.OUTDATED:
            built += " " + tr("This version of RSQI needs other packages.")
        return built
    return {
        State.MISSING: tr(
            "RSQI computes in a Python environment of its own, so that nothing is mixed into QGIS. It is built once, "
            "in the QGIS profile. That takes some minutes, about {size} GB of the disk, and the internet or a folder "
            "of downloaded packages."
        ).format(size=round(options.gigabytes)),
        State.BROKEN: tr(
            "Its Python is gone or it was not finished, perhaps because QGIS was updated. Repairing builds it anew."
        ),
        State.OWN: tr("{path}, by the settings or RSQI_PYTHON.").format(path=named),
        State.OWN_MISSING: tr(
            "{path}, named by the settings or RSQI_PYTHON, does not exist or cannot be run. Correct it there, or set "
            "RSQI up here."
        ).format(path=named),
    }[state]


def device_name(provider: str) -> str:
    """Return what a provider computes on."""
    return {
        "CPUExecutionProvider": tr("the processor"),
        "CUDAExecutionProvider": tr("the NVIDIA GPU"),
        "DmlExecutionProvider": tr("the GPU by DirectML"),
        "CoreMLExecutionProvider": tr("the GPU by Core ML"),
    }.get(provider, tr("several devices"))


def provider_text(answer: dict) -> str:
    """Return the result of the self-test."""
    provider = answer["provider"]
    text = tr("It works: a block of 512 px took {time} ms on {device} ({provider}).").format(
        time=round(answer["milliseconds"]), device=device_name(provider), provider=provider
    )
    return "\n".join([text, *answer["warnings"]])


def python_problem(code: str, version: str) -> str:
    """Return why probe_python.py refuses a Python."""
    known = {
        "old": tr("Python {version} is too old, 3.10 is needed").format(version=version),
        "32bit": tr("it is a 32-bit Python"),
    }
    missing = tr("it lacks {module}").format(module=code.partition(" ")[2])
    return known.get(code) or missing


def install_python() -> str:
    """Return how to install a suitable Python on this system."""
    if sys.platform == "win32":
        return tr("Install Python 3.12 from python.org (64 bits, for this user), then press the button again.")
    if sys.platform == "darwin":
        return tr("Install Python 3.12 from python.org, then press the button again.")
    return tr("Install the packages python3-venv and python3-pip of your system, then press the button again.")


def build_failure(code: str, what: str = "", options: BuildOptions | None = None, version: str = "") -> str:
    """Return one sentence on a failure, with its remedy.

    Parameters
    ----------
    code : str
        Of `pip_output.reason`, or of the builder itself.
    what : str
        The package, path or message that it is about.
    version : str
        Of the Python that builds.
    """
    options = options or BuildOptions()
    index = without_password(options.index_url or PYPI)
    if code == "missing":
        text = (
            tr("The folder {folder} has no {what} for Python {version}: fill it by the command under Advanced.")
            if options.wheelhouse
            else tr("{index} has no {what} for Python {version}: choose another package index or another Python.")
        )
        return text.format(folder=options.wheelhouse, index=index, what=what, version=version)
    known = {
        "python": tr("No Python that RSQI can use was found. {remedy}").format(remedy=install_python()),
        "busy": tr("Another QGIS is setting RSQI up: wait for it."),
        "disk": tr("Not enough space on the disk: about {size} GB are needed where the QGIS profile lies.").format(
            size=f"{options.gigabytes:.0f}"
        ),
        "no_index": tr("{what} is no address of a package index: it begins with https://."),
        "no_wheelhouse": tr("The folder {what} does not exist: choose the folder with the downloaded packages."),
        "index": tr(
            "{index} does not answer: look at the network and at the proxy in the options of QGIS, or choose another "
            "package index or an offline folder under Advanced."
        ),
        "insecure": tr("{index} is not encrypted, so pip does not trust it: use an address that begins with https://."),
        "refused": tr("{index} refuses access: look at the address, user and password of the package index."),
        "proxy": tr(
            "The proxy does not answer or refuses access: look at its address and password in the options of QGIS, "
            "page Network."
        ),
        "socks": tr("pip cannot use a SOCKS proxy: choose an HTTP proxy in the options of QGIS, or an offline folder."),
        "certificate": tr(
            "The certificate of {index} is not trusted: ask your network's administrator, or use an offline folder."
        ),
        "locked": tr("Files cannot be written ({what}): close other QGIS windows and virus scans, then try again."),
        "in_use": tr(
            "The new environment is ready, but the old one is in use ({what}): let the inspection end, then try again."
        ),
        "long_path": tr("Paths are too long: allow long paths in Windows, or use a shorter profile folder."),
        "memory": tr("Out of memory: close other programs, then try again."),
        "conflict": tr("The packages do not fit together for Python {version}: choose another Python under Advanced."),
    }
    text = known.get(code) or (tr("pip failed: {what}") if what else tr("pip failed: see the log."))
    return text.format(index=index, what=what, version=version)
