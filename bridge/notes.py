"""The notes of the core as texts in the language of QGIS."""

from __future__ import annotations

from ..rsqi_core.notes import Note, message_of
from .i18n import tr


def error_message(error: Exception) -> str:
    """Return the message of an error of the core."""
    message = message_of(error)
    return note_text(message.as_mapping()) if isinstance(message, Note) else message


def note_text(note: dict) -> str:
    """Return the text of a note that came as JSON; of an unknown one, the core's English text."""
    text = note_templates().get(note.get("code"))
    if text is None:
        return str(note.get("text", ""))
    values = note.get("values") or {}
    return text.format(**{name: note_text(v) if isinstance(v, dict) else v for name, v in values.items()})


def note_templates() -> dict[str, str]:
    """Return the templates of the known notes, by code."""
    return {
        "scheme_unreadable": tr("{source}: cannot read the scoring scheme ({reason}); check the path"),
        "scheme_no_json": tr("{source}: the scoring scheme is not valid JSON ({reason}); correct the file"),
        "scheme_unwritable": tr("{path}: cannot write the scoring scheme ({reason}); check the folder"),
        "scheme_in": tr("{source}: scoring scheme, {key}: {problem}"),
        "scheme_at": "{key}: {problem}",
        "list_unreadable": tr("{source}: cannot read the checklist ({reason}); check the path"),
        "list_no_json": tr("{source}: the checklist is not valid JSON ({reason}); correct the file"),
        "list_unwritable": tr("{path}: cannot write the checklist ({reason}); check the folder"),
        "list_in": tr("{source}: checklist, {key}: {problem}"),
        "list_at": "{key}: {problem}",
        "code_twice": tr("two items have this code"),
        "no_code": tr("expected up to 40 small letters, digits and underscores"),
        "no_text_both": tr("expected a text in 'en' and one in 'zh'"),
        "no_bound_of": tr("expected an 'output' and one of {bounds}"),
        "check_no_output": tr("{id} has given no {output}"),
        "check_no_number": tr("{output} of {id} is no number: {found}"),
        "picture_kind": tr("{path}: is no PNG or JPEG picture; save it as one of these"),
        "picture_unreadable": tr("{path}: cannot read the picture ({reason}); check the path"),
        "picture_large": tr("{path}: the picture is larger than {limit} KiB; save it smaller"),
        "picture_broken": tr("{path}: the picture is damaged or not whole; save it again"),
        "picture_wide": tr(
            "{path}: the picture has {width} x {height} px, more than {limit} on a side; save it smaller"
        ),
        "table_unreadable": tr("{path}: its table {table} cannot be read ({reason}); check the file"),
        "table_unwritable": tr(
            "{path}: cannot store its table {table} ({reason}); end editing it elsewhere, see that it may be written"
        ),
        "no_number": tr("expected a number, found {found}"),
        "not_above": tr("{value} must be above {low}"),
        "under": tr("{value} must be at least {low}"),
        "no_object": tr("expected an object {{...}}"),
        "missing": tr("'{name}' is missing"),
        "unknown": tr("'{name}' is unknown; allowed are {allowed}"),
        "not_one_of": tr("{found} is not one of {allowed}"),
        "no_text": tr("expected a text"),
        "no_texts": tr("expected a list of texts"),
        "other_format": tr("{found} is not {format}, the format this program reads"),
        "no_version": tr('expected a text such as "1.0"'),
        "grade_order": tr("excellent > good > qualified is required"),
        "no_boolean": tr("expected true or false"),
        "no_list": tr("expected a list [...]"),
        "no_bound": tr("needs either 'above' or 'from'"),
        "nothing_to_score": tr("the image has no valid pixel, so there is nothing to score"),
        "odd_status": tr("error status '{status}' is not one of {allowed}"),
        "no_cuda": tr(
            "This environment cannot use the GPU: set it up for an NVIDIA GPU in the options of RSQI, or choose the "
            "processor as device."
        ),
        "gpu_refused": tr(
            "The GPU cannot be used ({reason}): choose the processor as device, or run the test in the options of RSQI."
        ),
        "no_directml": tr(
            "This environment has no DirectML: set it up for an AMD, Intel or other GPU in the options of RSQI, or "
            "choose the processor as device."
        ),
        "onnx_alone": tr("Models of Hugging Face cannot use DirectML: choose 'Automatic' as device."),
        "no_torch": tr(
            "{path}: a model of Hugging Face needs PyTorch, which this environment lacks ({reason}): repair it in the "
            "options of RSQI with 'Also for training' ticked."
        ),
        "no_libraries": tr(
            "This environment lacks {names}: repair it in the options of RSQI with 'Also for training' ticked."
        ),
        "other_model": tr("{path}: was inspected with {name}, not with the model whose thresholds are to be fitted"),
        "few_verdicts": tr("Only {count} verdicts, at least {least} are needed to fit thresholds: review more errors."),
        "no_valid_area": tr("{path}: notes no valid pixel, so there is nothing to score; inspect the raster again"),
        "odd_mode": tr("{path}: its score mode is '{found}'; it must be one of {allowed}"),
        "error_no_type": tr("{path}: error {number} has no type; give it one, or delete it"),
        "error_odd_type": tr("{path}: the type (category_id) of error {number} is {found}; it must be 1 to {count}"),
        "error_odd_status": tr("{path}: the status of error {number} is '{found}'; it must be one of {allowed}"),
        "edits_in_journal": tr(
            "{path}: its last edits lie in {journal}, which cannot be read here; copy both to where you may write"
        ),
        "lot_empty": tr("a lot has at least one unit, not {size}"),
        "lot_split": tr("a lot of {size} units is split: {parts}"),
        "lot_small": tr("{count} units cannot come from a lot of {size}"),
        "remark": "{path}: {remark}",
        "clash_input": tr("{output}: would overwrite {input}, which is read; choose another output"),
        "clash_output": tr("{output}: {other} would be written to the same place; give one of them another name"),
        "earlier_foreign": tr("{path}: exists and is no result of RSQI; choose another output"),
        "earlier_layers": tr("{path}: holds further layers ({layers}), which would be lost; choose another output"),
        "earlier_reviewed": tr(
            "{path}: holds a reviewed result (verdicts: {count}); choose another output, or allow to overwrite it"
        ),
        "earlier_other": tr(
            "{path}: holds the result of another image ({raster}); choose another output, or allow to overwrite it"
        ),
        "earlier_file": tr(
            "{path}: exists and is not as RSQI wrote it; choose another output, or allow to overwrite it"
        ),
        "name_bytes": tr("{path}: the name of this file or folder holds bytes that are no text; rename it"),
        "earlier_folder": tr("{path}: this is a folder; choose another output"),
        "earlier_pipe": tr("{path}: this is a pipe or a device; choose another output"),
        "second_unwritable": tr(
            "{path}: the second review cannot be written ({reason}); try again when no other program uses the file"
        ),
        "seamlines_empty": tr("{path}: {count} features without geometry are left out (number {numbers})"),
        "seamlines_nowhere": tr("{path}: {count} features whose coordinates are no places on the ground are left out"),
        "seamlines_no_crs": tr("{path}: has no coordinate system; its lines are taken to be in that of the raster"),
        "seamlines_reprojected": tr("{path}: its lines are reprojected from {source}"),
        "seamlines_beside": tr(
            "{path}: none of its lines ({count}) lies over the raster; check their coordinate system"
        ),
        "seamlines_outside": tr("{path}: {count} of {total} lines lie outside the raster and are left out"),
        "seamlines_short": tr("{path}: {count} lines shorter than {least} px are left out"),
        "seamlines_many": tr("{path}: {count} lines are measured"),
        "seamlines_none": tr("{path}: holds no lines and no polygons"),
        "seamlines_unreadable": tr("{path}: cannot be read as seamlines ({reason})"),
        "seamlines_apart": tr(
            "{path}: its polygons have no boundary in common; give lines, or polygons that meet along the seams"
        ),
        "seam_beside": tr("the line lies beside the image"),
        "seam_short": tr("a line shorter than {least} px cannot be measured"),
        "seams_bare": tr("lines without valid pixels on both sides, left out: {count}"),
        "earlier_kept": tr("the earlier result is kept as {path}"),
        "dataset_words": tr("the description '{text}' names no type or several (errors: {count}); see --words"),
        "dataset_empty": tr("no block with an error of known type in these records; nothing was written"),
        "dataset_twice": tr("{raster}: a second record of this raster; give only one of them"),
        "dataset_unclear": tr("{raster}: blocks left out, touched by errors unreviewed or of unknown type: {count}"),
        "dataset_negatives": tr("blocks without error that are missing for the wanted share: {count}"),
        "dataset_no_test": tr("no test part: too few blocks, or all overlap; give more images, or less overlap"),
        "dataset_few_scenes": tr(
            "few scenes ({count}): both parts hold blocks of the same ones, which flatters a model; give {enough}"
        ),
        "dataset_test_lacks": tr(
            "the test part holds no {types}: nothing can be measured of that; give more images with it"
        ),
        "dataset_exists": tr("{path} exists already; choose another folder"),
        "dataset_waiting": tr("{path}: not used because unreviewed: {count} of {total} errors"),
        "dataset_other_image": tr("{path}: {raster} is not the image that was inspected"),
        "dataset_gone": tr("{path}: its raster {raster} is gone; put {name} beside it"),
        "place_beside": tr("{count} of {total} polygons lie beside the image"),
        "place_crs": tr("their coordinate system is wrong; they are taken to be in the raster's"),
        "place_zone": tr("only the polygons carry zone {zone} before the easting; reconciled"),
        "place_raster_zone": tr("only the raster carries zone {zone} before the easting; reconciled"),
    }
