"""A worker that speaks the protocol without any model; FAKE_WORKER says how it behaves.

``result`` (default) writes two errors and four blocks; ``slow`` works for a minute but obeys a cancel; ``deaf`` never
listens; ``killed`` dies by a signal; ``garbage`` prints what is no protocol; ``error`` reports one; ``chatty`` mixes
library output into stdout and floods stderr before it answers; ``nothing`` had nothing to inspect. Asked for
``seams``, it writes three measured lines as well. Asked for a ``batch``, it inspects the images of the folder as
``rsqi_core.batch`` would; one whose name begins with ``broken`` fails.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from osgeo import ogr, osr

sys.path.insert(0, os.environ["PYTHONPATH"])
from rsqi_core import taxonomy

FIELDS = (
    ("category_id", ogr.OFTInteger),
    ("label", ogr.OFTString),
    ("label_en", ogr.OFTString),
    ("confidence", ogr.OFTReal),
    ("area_m2", ogr.OFTReal),
    ("severity", ogr.OFTString),
    ("penalty", ogr.OFTReal),
    ("status", ogr.OFTString),
    ("source", ogr.OFTString),
    ("block_size", ogr.OFTInteger),
    ("comment", ogr.OFTString),
    ("edited_at", ogr.OFTDateTime),
    ("edited_by", ogr.OFTString),
)


def say(**event):
    print(json.dumps(event, ensure_ascii=False), flush=True)


def wait_for_cancel():
    for line in sys.stdin:
        if json.loads(line).get("command") == "cancel":
            break
    say(event="error", code="cancelled", message="cancelled")
    os._exit(130)


def square(x0, y0, x1, y1):
    return ogr.CreateGeometryFromWkt(f"MULTIPOLYGON((({x0} {y0},{x1} {y0},{x1} {y1},{x0} {y1},{x0} {y0})))")


def grid(path):
    from osgeo import gdal

    dataset = gdal.Open(path)
    left, dx, _, top, _, dy = dataset.GetGeoTransform()
    return left, top, left + dx * dataset.RasterXSize, top + dy * dataset.RasterYSize, dataset.GetSpatialRef()


def asked(request):
    if request["command"] == "seams":
        return [t for t in taxonomy.TYPES if t.code.startswith("stitching_")]
    return [taxonomy.by_code(code) for code in request["parameters"].get("types", taxonomy.CODES)]


def outline(request, t):
    """The square of a type, on the diagonal of the image."""
    left, top, right, bottom, _ = grid(request["raster"])
    w, h = (right - left) / 10, (bottom - top) / 10
    x, y = left + (t.id - 1) * w, top + (t.id - 1) * h
    return square(x + w * 0.1, y + h * 0.1, x + w * 0.9, y + h * 0.9)


def preview(request, t):
    wkb = bytes(outline(request, t).ExportToWkb()).hex()
    say(event="errors", errors=[{"category_id": t.id, "confidence": 0.7, "area_m2": 100.0 * t.id, "wkb": wkb}])


def footprint(path):
    from osgeo import gdal

    left, top, right, bottom, crs = grid(path)
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    for system in (crs, degrees):
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    move = osr.CoordinateTransformation(crs, degrees)
    gdal.UseExceptions()
    return [move.TransformPoint(x, y)[:2] for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))]


def inspect_batch(request, mode):
    """Inspect what is not done yet, in the order of names; the state is noted after each scene."""
    folder = Path(request["output"])
    folder.mkdir(parents=True, exist_ok=True)
    scenes = sorted(str(path) for text in request["scenes"] for path in Path(text).glob("*.tif"))
    state = folder / "lot.json"
    known = json.loads(state.read_text(encoding="utf-8"))["scenes"] if state.exists() else {}
    for scene in scenes:
        known.setdefault(scene, {"name": Path(scene).stem})
    counts = dict.fromkeys(("done", "skipped", "failed"), 0)
    for number, scene in enumerate(scenes):
        state.write_text(json.dumps({"rsqi_batch": 1, "scenes": known}), encoding="utf-8")
        share, left = number / len(scenes), 3.0 * (len(scenes) - number)
        say(event="progress", stage="batch", done=number, total=len(scenes), share=share, eta_s=left)
        output = folder / f"{Path(scene).stem}.gpkg"
        values = {"raster": scene, "output": str(output), "reason": "", "score": None, "grade": "unscored"}
        if known[scene].get("status") == "done":
            values.update(status="skipped", **{name: known[scene][name] for name in ("score", "grade")}, errors=2)
        elif Path(scene).stem.startswith("broken"):
            values.update(status="failed", reason="it is truncated; copy it again", errors=0)
            known[scene].update(status="failed", reason=values["reason"], footprint=footprint(scene))
        else:
            time.sleep(3 if mode == "slow" and number else 0.01)
            verdict = {"score": 95.0 - 20 * number, "grade": ("excellent", "good", "rejected")[min(number, 2)]}
            one = {"command": "inspect", "raster": scene, "output": str(output), "extras": str(folder)}
            write({**request, **one, "mask": False, "report": False}, verdict)
            values.update(status="done", errors=2, **verdict)
            known[scene].update(status="done", marker="m", footprint=footprint(scene), **verdict)
        counts[values["status"]] += 1
        say(event="scene", done=number + 1, total=len(scenes), **values)
    state.write_text(json.dumps({"rsqi_batch": 1, "scenes": known}), encoding="utf-8")
    outputs = {kind: str(folder / f"lot.{kind}") for kind in ("csv", "xlsx", "html")}
    for path in outputs.values():
        Path(path).write_text("a report", encoding="utf-8")
    say(event="result", outputs=outputs, score=85.0, grade=None if counts["failed"] else "good", **counts)


def write(request, verdict=None):
    """Write one square of each asked type along the diagonal, four blocks, and a summary."""
    left, top, right, bottom, crs = grid(request["raster"])
    types = asked(request)
    data = ogr.GetDriverByName("GPKG").CreateDataSource(request["output"])
    errors = data.CreateLayer("errors", crs or osr.SpatialReference(), ogr.wkbMultiPolygon)
    for name, kind in FIELDS:
        errors.CreateField(ogr.FieldDefn(name, kind))
    for t in types:
        feature = ogr.Feature(errors.GetLayerDefn())
        feature.SetGeometry(outline(request, t))
        values = {"category_id": t.id, "label": t.zh, "label_en": t.en, "confidence": 0.5 + t.id / 20}
        values.update(area_m2=100.0 * t.id, severity="D", penalty=1.0, status="unreviewed", source="model")
        values["block_size"] = 512
        for name, value in values.items():
            feature.SetField(name, value)
        errors.CreateFeature(feature)
    blocks = data.CreateLayer("blocks", crs or osr.SpatialReference(), ogr.wkbMultiPolygon)
    for name in ("block_size", "row", "col"):
        blocks.CreateField(ogr.FieldDefn(name, ogr.OFTInteger))
    for code in taxonomy.CODES:
        blocks.CreateField(ogr.FieldDefn(f"p_{code}", ogr.OFTReal))
    w, h = (right - left) / 2, (bottom - top) / 2
    for row in range(2):
        for col in range(2):
            feature = ogr.Feature(blocks.GetLayerDefn())
            x, y = left + col * w, top + row * h
            feature.SetGeometry(square(x, y, x + w, y + h))
            feature.SetField("block_size", 512)
            feature.SetField("row", row)
            feature.SetField("col", col)
            feature.SetField("p_cloud", 0.3 * (row + col))
            blocks.CreateFeature(feature)
    summary = data.CreateLayer("summary", None, ogr.wkbNone)
    summary.CreateField(ogr.FieldDefn("raster", ogr.OFTString))
    for name, kind in (("score", ogr.OFTReal), ("grade", ogr.OFTString)) if verdict else ():
        summary.CreateField(ogr.FieldDefn(name, kind))
    row = ogr.Feature(summary.GetLayerDefn())
    for name, value in {"raster": request["raster"], **(verdict or {})}.items():
        row.SetField(name, value)
    summary.CreateFeature(row)
    if request["command"] == "seams":
        write_seams(data, request, crs)
    outputs = {"errors": request["output"]}
    stem = str(Path(request["extras"]) / Path(request["output"]).stem)
    if request.get("mask"):
        outputs["mask"] = shutil.copy(request["raster"], stem + "_mask.tif")
    if request.get("report"):
        outputs["report"] = stem + ".html"
        Path(outputs["report"]).write_text("<html>report</html>", encoding="utf-8")
    return outputs, len(types)


def write_seams(data, request, crs):
    """Write a line through the square of each asked type, the first of them twice: once without an error."""
    layer = data.CreateLayer("seams", crs or osr.SpatialReference(), ogr.wkbLineString)
    layer.CreateField(ogr.FieldDefn("category_id", ogr.OFTInteger))
    for name in ("step_dn_r", "step_dn_g", "step_dn_b", "delta_e", "sharpness_ratio", "offset_px",
                 "offset_significance", "length_m", "visible_share"):  # fmt: skip
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTReal))
    layer.CreateField(ogr.FieldDefn("error_id", ogr.OFTInteger64))
    types = asked(request)
    for number, t in ((0, types[0]), *enumerate(types, 1)):
        left, right, top, bottom = outline(request, t).GetEnvelope()
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(ogr.CreateGeometryFromWkt(f"LINESTRING({left} {bottom},{right} {top})"))
        values = {"category_id": t.id, "step_dn_r": 10.0 * number, "step_dn_g": -20.0 * number, "delta_e": 5.0}
        values |= {"step_dn_b": 0.0, "sharpness_ratio": 1.0, "length_m": 50.0, "visible_share": 1.0}
        values |= {"offset_px": 3.0, "offset_significance": 2.0} if t.id == 8 else {}
        values |= {"error_id": number} if number else {}
        for name, value in values.items():
            feature.SetField(name, value)
        layer.CreateFeature(feature)


def main():
    mode = os.environ.get("FAKE_WORKER", "result")
    request = json.loads(sys.stdin.readline())
    if "FAKE_WORKER_SEEN" in os.environ:
        seen = {"request": request, "environment": dict(os.environ), "folder": str(Path.cwd())}
        Path(os.environ["FAKE_WORKER_SEEN"]).write_text(json.dumps(seen), encoding="utf-8")
    if request["command"] == "probe":
        answer = {"versions": {"python": "3", "numpy": "0"}, "providers": ["CPUExecutionProvider"], "model": "fake 1"}
        answer.update(provider="CPUExecutionProvider", milliseconds=12.3, warnings=[], report=["runs on  fake"])
        say(event="result", **answer)
        return 0
    if mode == "garbage":
        print("this is no JSON", flush=True)
        print("Segment not found in the library", file=sys.stderr, flush=True)
        return 3
    if mode == "deaf":
        time.sleep(60)
    threading.Thread(target=wait_for_cancel, daemon=True).start()
    if request["command"] == "batch":
        inspect_batch(request, mode)
        return 0
    say(event="started", raster=request["raster"], width=200, height=100)
    if mode == "error":
        say(event="error", code="raster", message=f"{request['raster']}: it is\ntruncated; copy it again")
        return 1
    if mode == "chatty":
        print("library says hello", flush=True)
        sys.stderr.write("noise " * 20000 + "\n")
    say(event="warning", code="scaled", message="values were scaled")
    for done in range(1, 21):
        time.sleep(3 if mode == "slow" else 0.01)
        say(event="progress", stage="inspect", done=done, total=20, eta_s=(20 - done) * 3.0, mpx_per_s=2.5)
        if request.get("preview") and done <= len(asked(request)):
            preview(request, asked(request)[done - 1])
        if mode == "killed" and done == 5:
            print("Out of memory: tensor of 9 GB", file=sys.stderr, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    outputs, count = write(request)
    say(event="progress", stage="write", done=1, total=1, eta_s=None)
    verdict = {"score": None, "grade": "unscored"} if mode == "nothing" else {"score": 100.0 - count, "grade": "good"}
    seams = {"count": count + 1, "displaced": 1, "visible": count} if request["command"] == "seams" else None
    say(event="result", outputs=outputs, summary={**verdict, "error_count": count}, seams=seams)
    return 0


if __name__ == "__main__":
    sys.exit(main())
