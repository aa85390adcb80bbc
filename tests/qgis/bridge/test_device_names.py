"""The devices that are offered, and what is said where one cannot be used."""

import pytest


@pytest.mark.parametrize("platform", ["win32", "linux", "darwin"])
def test_directml_is_offered_where_set_up_offers_it(application, platform):
    from rsqi.bridge.inspect_options import DEVICES, device_names
    from rsqi.ui.setup import build_options

    offered = dict(zip(DEVICES, device_names(platform)))
    assert list(offered)[:3] == ["auto", "cpu", "cuda"]
    assert ("directml" in offered) == (build_options.DIRECTML in build_options.kinds(platform))


def test_training_is_not_offered_what_cannot_train(application):
    from rsqi.bridge.inspect_options import training_device_names
    from rsqi.rsqi_core.limits import TRAINING_DEVICES

    assert len(training_device_names()) == len(TRAINING_DEVICES)


def test_nobody_in_qgis_is_sent_to_pip(application):
    from rsqi.bridge.notes import note_templates

    assert {code for code, text in note_templates().items() if "pip " in text} == set()
    for code in ("no_cuda", "no_directml", "gpu_refused", "no_torch", "no_libraries"):
        assert "options of RSQI" in note_templates()[code]
