"""Loaded by a worker that is to die of the scene ``b.tif``, as if the system had taken its memory."""

import os
import signal

from rsqi_core.cluster import node


def _dying(answer):
    def die(text, place):
        if "/b.tif" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer(text, place)

    return die


if node.answer.__name__ != "die":  # it may be loaded twice
    node.answer = _dying(node.answer)
