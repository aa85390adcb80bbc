"""Loaded by a worker that is to die of the scene ``b.tif``, as if the system had taken its memory."""

import os
import signal

from rsqi_core.cluster import node

_answer = node.answer


def _die(text, place):
    if "/b.tif" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    return _answer(text, place)


node.answer = _die
