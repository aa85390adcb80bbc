"""Readable texts for what the core calls by stable codes, in the language of QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable

from ..rsqi_core.image_checks import MEANINGS, NAMES, Check
from ..rsqi_core.scoring import GRADE_NAMES, UNSCORED, lot
from ..rsqi_core.scoring.agreement import Agreement
from ..rsqi_core.taxonomy import ErrorType, by_code
from .i18n import language, tr
from .notes import note_text


def type_name(error_type: ErrorType) -> str:
    """Return the name of an error type."""
    return error_type.zh if language() == "zh" else error_type.en


def listed(words: Iterable[str]) -> str:
    """Return words joined by the commas of the language of QGIS."""
    return ("、" if language() == "zh" else ", ").join(words)


def grade_name(code: str) -> str:
    """Return the name of a grade of the score."""
    return GRADE_NAMES[code].get(language(), GRADE_NAMES[code]["en"])


def score_line(value: float | None, grade: str, count: int) -> str:
    """Return score, grade and number of errors in one line."""
    if grade == UNSCORED:
        return tr("No score: nothing was inspected.")
    return tr("Score {score:.1f} ({grade}), errors: {count}").format(score=value, grade=grade_name(grade), count=count)


def duration(seconds: float) -> str:
    """Return a rounded, readable time."""
    seconds = max(0, round(seconds))
    if seconds < 60:
        return tr("{n} s").format(n=seconds)
    if seconds < 3600:
        return tr("{n} min").format(n=round(seconds / 60))
    return tr("{h} h {m} min").format(h=seconds // 3600, m=seconds % 3600 // 60)


def progress_text(event: dict) -> str:
    """Return one line about a progress event, with counts and the time left."""
    texts = {
        "inspect": tr("Inspecting: block {done} of {total}"),
        "batch": tr("Images done: {done} of {total}"),
        "evidence": tr("Looking for seams: window {done} of {total}"),
        "lines": tr("Measuring seams: step {done} of {total}"),
        "read": tr("Reading the image: row {done} of {total}"),
        "seams": tr("Measuring seams: {done} of {total}"),
        "polygons": tr("Making polygons: {done} of {total}"),
        "write": tr("Writing: {done} of {total}"),
        "find": tr("Looking through the image: block {done} of {total}"),
        "memory": tr("Looking at clean images: block {done} of {total}"),
        "patches": tr("Choosing what to remember: patch {done} of {total}"),
        "report": tr("Composing the report: step {done} of {total}"),
        "dataset": tr("Cutting images: {done} of {total}"),
        "train": tr("Training: step {done} of {total}"),
        "thresholds": tr("Setting thresholds: block {done} of {total}"),
        "verdicts": tr("Reading verdicts: result {done} of {total}"),
        "compare": tr("Comparing the models: block {done} of {total}"),
        "evaluate": tr("Measuring the models: block {done} of {total}"),
    }
    text = texts.get(event.get("stage"), "{done} / {total}").format(done=event.get("done"), total=event.get("total"))
    if event.get("mpx_per_s"):
        text = tr("{text}, {speed:.1f} Mpx/s").format(text=text, speed=event["mpx_per_s"])
    if event.get("eta_s") is not None:
        return tr("{text}, {time} left").format(text=text, time=duration(event["eta_s"]))
    return text


def scene_text(event: dict) -> str:
    """Return one line about the end of one scene of a batch."""
    values = {"done": event["done"], "total": event["total"], "name": Path(event["raster"]).name}
    if event["status"] == "failed":
        return tr("[{done}/{total}] {name}: failed: {reason}").format(reason=event["reason"], **values)
    result = score_line(event["score"], event["grade"], event["errors"])
    if event["status"] == "skipped":
        return tr("[{done}/{total}] {name}: {result}, inspected before").format(result=result, **values)
    return "[{done}/{total}] {name}: {result}".format(result=result, **values)


def batch_text(answer: dict) -> str:
    """Return in a sentence what became of the scenes of a batch, and the verdict on their lot."""
    counts = tr("Inspected: {done}, done before: {skipped}, failed: {failed}.").format(
        done=answer["done"], skipped=answer["skipped"], failed=answer["failed"]
    )
    if answer["grade"] is None:
        return counts + " " + tr("No verdict on the lot yet.")
    return counts + " " + tr("Grade of the lot: {grade}").format(grade=grade_name(answer["grade"]))


def agreement_text(found: Agreement) -> str:
    """Return how far two people agree."""
    kappa = "–" if found.kappa is None else f"{found.kappa:.2f}"
    return tr("Judged by two: {count}, alike: {equal:.0%}, Cohen's kappa: {kappa}").format(
        count=found.count, equal=found.equal, kappa=kappa
    )


def lot_status(code: str) -> str:
    """Return what is the case with a scene of a lot."""
    return {"waiting": tr("not inspected"), "inspected": tr("inspected"), "failed": tr("Failed")}[code]


def lot_verdict(code: str) -> str:
    """Return the verdict on a scene of a lot."""
    return {"open": tr("open"), "passes": tr("passes"), "rejected": tr("does not pass")}[code]


def warning_text(event: dict) -> str:
    """Return the warning in the user's language where its code is known."""
    known = {
        "no_georeference": tr("The raster has no georeference: results are in pixels."),
        "gcp": tr("The raster is placed by control points: positions are approximate."),
        "no_crs": tr("The raster has no coordinate system: areas come from its own units."),
        "inverted": tr("The raster stores white as 0 and is inspected as it is meant."),
        "report_no_image": tr("The report has no pictures, as the inspected image was not found: give the image."),
        "report_no_scheme": tr("The scoring scheme of the inspection is gone: the report scores by RSQI's default."),
        "evidence_model": tr("The image was inspected with another model than the one whose evidence is shown."),
        "no_evidence": tr("This model does not say where in a block it sees an error."),
        "few_blocks": tr("There are too few blocks to set thresholds on: they stay as they were."),
        "nothing_to_learn": tr("No block has an outline to learn from: the segmenter stays as it is."),
        "scaled": tr("The raster is not 8-bit: its values were scaled for the inspection."),
        "one_colour": tr("All valid pixels are of one colour: there is nothing to inspect, and no score."),
    }
    code, message = event.get("code"), _message(event)
    if code == "not_inspected" and event.get("types"):
        names = listed(type_name(by_code(each)) for each in event["types"])
        return tr("Not inspected, as the model does not see these well enough: {types}.").format(types=names)
    if code == "nodata_found":
        return tr("A value that nobody has declared is left out as nodata: {reason}").format(reason=message)
    if code == "bands_guessed":
        return tr("The image does not say which bands to show, so the first are taken: {reason}").format(reason=message)
    if code == "outside_crs":
        return tr("The raster does not lie in its coordinate system, so areas are planar: {reason}").format(
            reason=message
        )
    if code == "device":
        return tr("The computing device was changed: {reason}").format(reason=message)
    if code == "batch":
        return tr("The device is short of memory, so fewer blocks are computed at a time: {reason}").format(
            reason=message
        )
    return known.get(code, message)


def error_text(event: dict) -> str:
    """Return one line: what failed, in the user's language, and the worker's own message."""
    known = {
        "parameter": tr("A parameter does not fit"),
        "raster": tr("The raster cannot be inspected"),
        "model": tr("The model cannot be used"),
        "scheme": tr("The scoring scheme cannot be used"),
        "output": tr("The result cannot be written"),
        "memory": tr("Out of memory"),
        "library": tr("Training needs more libraries: open Set up and tick those for training"),
    }
    message = " ".join(_message(event).split())
    title = known.get(event.get("code"))
    return f"{title}: {message}" if title else message or tr("The worker failed without a message.")


def check_name(code: str) -> str:
    """Return the name of a check of the whole image."""
    return NAMES[code]["zh" if language() == "zh" else "en"]


def check_help(code: str) -> str:
    """Return how a check measures."""
    return MEANINGS[code]["zh" if language() == "zh" else "en"]


def check_result(check: Check) -> str:
    """Return whether a check passed."""
    return {True: tr("passed"), False: tr("failed"), None: tr("not measured")}[check.passed]


def lot_lines(verdict: lot.Verdict) -> list[str]:
    """Say in sentences how a lot was judged."""
    lines = [
        tr("Sample: {inspected} of {needed} images inspected.").format(
            inspected=verdict.inspected, needed=verdict.needed
        )
    ]
    if verdict.failed:
        names = ", ".join(verdict.failed)
        lines.append(tr("The lot fails, as these images fail: {names}.").format(names=names))
    elif verdict.mean is not None:
        lines.append(
            tr("Mean score {mean:.1f}; good or better {good:.0%}, excellent {excellent:.0%}.").format(
                mean=verdict.mean, good=verdict.good_share, excellent=verdict.excellent_share
            )
        )
    if verdict.grade is None:
        missing = verdict.needed - verdict.inspected
        lines.append(tr("No verdict yet: {count} more to inspect.").format(count=missing))
    else:
        lines.append(tr("Grade of the lot: {grade}").format(grade=grade_name(verdict.grade)))
    return lines


def comparison_text(comparison: dict) -> str:
    """Return in a sentence how old and new model compare."""
    text = tr(
        "Mean F1 over the types {old:.3f} → {new:.3f} on {blocks} blocks that training has not seen; "
        "clean blocks marked {before:.0%} → {after:.0%}."
    ).format(
        old=comparison["old_f1"],
        new=comparison["new_f1"],
        blocks=comparison["blocks"],
        before=comparison["old_alarms"],
        after=comparison["new_alarms"],
    )
    better = (
        tr("The new model is better.")
        if comparison["better"]
        else tr("The new model is not better: the old one stays.")
    )
    return f"{better}\n{text}"


def _message(event: dict) -> str:
    return note_text(event["note"]) if event.get("note") else str(event.get("message", ""))
