"""The one way into the file: every action is committed at once, through the layer, so that its signals are sent."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, Mapping

from qgis.core import QgsFeature, QgsFeatureRequest, QgsVectorLayer

from ...bridge.file_lock import lock_problem
from ...bridge.geopackage import features_of
from ...bridge.i18n import tr
from ...bridge.layer_score import DERIVED, NULL_TYPE


class StoreError(Exception):
    """The file could not be written; says why and what to do."""


def snapshot(layer: QgsVectorLayer, fids: Iterable[int]) -> dict[int, QgsFeature | None]:
    """Return the features as the file has them now, None for those that it has not."""
    found: dict[int, QgsFeature | None] = dict.fromkeys(fids)
    request = QgsFeatureRequest().setFilterFids(list(found))
    for feature in features_of(layer, request, len(found), committed=True):
        found[feature.id()] = feature
    return found


def same_error(one: QgsFeature | None, other: QgsFeature | None) -> bool:
    """Return whether two states of an error are equal but for what is derived."""
    if one is None or other is None:
        return one is other
    derived = {one.fields().indexFromName(name) for name in DERIVED}
    pairs = enumerate(zip(one.attributes(), other.attributes()))
    return all(index in derived or equal(a, b) for index, (a, b) in pairs) and one.geometry().equals(other.geometry())


def write(
    layer: QgsVectorLayer,
    stored: Mapping[int, QgsFeature | None],
    target: Mapping[int, QgsFeature | None],
    text: str,
) -> dict[int, int]:
    """Make the errors what `target` says and commit; return the fids of those that came back, old to new.

    An error that is None is deleted; one that the file lacks is added under its old fid where the format allows it.

    Parameters
    ----------
    stored : mapping
        A snapshot of the same errors.

    Raises
    ------
    StoreError
        The layer cannot be edited or committed, or another program keeps its file locked; nothing was changed.
    """
    problem = lock_problem(layer)
    if problem:
        raise StoreError(problem)
    editing = layer.isEditable()
    if not editing and not layer.startEditing():
        raise StoreError(
            tr("{name} cannot be edited: it is read-only. Save a copy of it and review that.").format(name=layer.name())
        )
    layer.beginEditCommand(text)
    returning = {}
    for fid, feature in target.items():
        if feature is None:
            if stored[fid] is not None:
                layer.deleteFeature(fid)
        elif stored[fid] is None:
            returning[fid] = _add(layer, feature)
        else:
            _change(layer, stored[fid], feature)
    layer.endEditCommand()
    added = commit(layer, editing)
    return {fid: _match(added, feature, fid) for fid, feature in returning.items()}


def commit(layer: QgsVectorLayer, go_on: bool) -> list[QgsFeature]:
    """Commit what the layer's edit buffer holds and return the features that were added, with their fids.

    Raises
    ------
    StoreError
        The provider refused; the buffer is empty again, or as it was if editing is to `go_on`.
    """
    added: list[QgsFeature] = []

    def note(_, features):
        added.extend(QgsFeature(feature) for feature in features)

    layer.committedFeaturesAdded.connect(note)
    try:
        if not layer.commitChanges(not go_on):
            reason = " ".join(" ".join(layer.commitErrors()).split())
            layer.rollBack(not go_on)
            raise StoreError(
                tr("{name} could not be saved, nothing was changed: {reason}").format(name=layer.name(), reason=reason)
            )
    finally:
        layer.committedFeaturesAdded.disconnect(note)
    return added


def file_stamp(path: Path | None) -> tuple:
    """Return times and sizes of the file and its journal, which differ once it has been written into."""
    found = []
    for name in (path, path.with_name(path.name + "-wal")) if path else ():
        try:
            status = name.stat()
        except OSError:
            continue
        found.append((status.st_mtime_ns, status.st_size))
    return tuple(found)


def _add(layer: QgsVectorLayer, feature: QgsFeature) -> QgsFeature:
    copy = QgsFeature(layer.fields())
    copy.setGeometry(feature.geometry())
    copy.setAttributes(feature.attributes())
    layer.addFeature(copy)
    return copy


def _change(layer: QgsVectorLayer, stored: QgsFeature, feature: QgsFeature) -> None:
    pairs = enumerate(zip(stored.attributes(), feature.attributes()))
    values = {index: new for index, (old, new) in pairs if not equal(old, new)}
    if values:
        layer.changeAttributeValues(stored.id(), values)
    if not stored.geometry().equals(feature.geometry()):
        layer.changeGeometry(stored.id(), feature.geometry())


def _match(added: list[QgsFeature], feature: QgsFeature, fid: int) -> int:
    """Return the new fid of `feature` among those that were added, each taken once."""
    for position, candidate in enumerate(added):
        if candidate.geometry().equals(feature.geometry()) and _without_fid(candidate) == _without_fid(feature):
            return added.pop(position).id()
    return fid


def _without_fid(feature: QgsFeature) -> list:
    keys = {feature.fields().indexFromName(name) for name in ("fid", *DERIVED)}
    values = enumerate(feature.attributes())
    return [None if isinstance(value, NULL_TYPE) else value for index, value in values if index not in keys]


def equal(one, other) -> bool:
    """Return whether two attribute values are equal; None is NULL."""
    if one is None or isinstance(one, NULL_TYPE):
        return other is None or isinstance(other, NULL_TYPE)
    return one == other
