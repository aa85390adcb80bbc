"""`rsqi:pixelmissing` and `rsqi:stripenoise` in QGIS."""

import json

import pytest
from runner import run


@pytest.mark.parametrize(
    "name, types, rule",
    [
        ("pixelmissing", ["pixel_missing"], {"missing_rule": "threshold"}),
        ("stripenoise", ["stripe_noise"], {"stripe_rule": "otsu"}),
    ],
)
def test_pixel_rules(application, fake, raster, tmp_path, monkeypatch, name, types, rule):
    monkeypatch.setenv("FAKE_WORKER_SEEN", str(tmp_path / "seen.json"))
    results, context = run(application, name, {"INPUT": str(raster), "RULE": 1, "OUTPUT": "memory:"})
    request = json.loads((tmp_path / "seen.json").read_text())["request"]["parameters"]
    assert request["types"] == types and request["stages"] == ["rules"] and rule.items() <= request.items()
    assert "model" not in request
    assert results["ERROR_COUNT"] == 1 and context.getMapLayer(results["OUTPUT"]).featureCount() == 1
