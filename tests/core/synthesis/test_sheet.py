import cv2
import numpy as np
import pytest

from rsqi_core.errors import OutputError
from rsqi_core.synthesis import sheet
from rsqi_core.synthesis.landscape import landscape


@pytest.fixture(scope="module")
def material():
    return sheet.Material([landscape(320, seed=5)])


def test_an_outline_surrounds_the_error_and_leaves_it_visible():
    image = np.full((20, 20, 3), 90, np.uint8)
    mask = np.zeros((20, 20), np.uint8)
    mask[8:12, 8:12], mask[0, 0] = 1, 255
    drawn = sheet.outline(image, mask, "#ff8000")
    red = (drawn == (255, 128, 0)).all(-1)
    assert red.sum() == 6 * 6 - 4 * 4
    assert red[7, 7:13].all() and not red[8:12, 8:12].any()
    assert (drawn[~red] == 90).all() and (image == 90).all()


def test_an_outline_takes_a_bool_mask_and_a_width():
    mask = np.zeros((20, 20), bool)
    mask[10, 10] = True
    drawn = sheet.outline(np.zeros((20, 20, 3), np.uint8), mask, "#ffffff", width=2)
    assert (drawn[..., 0] == 255).sum() == 24


def test_a_contact_sheet_holds_every_picture_and_a_caption():
    pictures = [[np.full((30, 40, 3), value, np.uint8) for value in row] for row in ((60, 120), (180,))]
    plain, captioned = sheet.contact_sheet(pictures), sheet.contact_sheet(pictures, [["", "medium"], [""]])
    for value in (60, 120, 180):
        assert (plain == value).all(-1).sum() == 30 * 40
    assert captioned.shape[0] > plain.shape[0] and captioned.shape[1] == plain.shape[1]
    assert captioned.max() > 200 > plain.max(), "the caption is written in light ink"


def test_sheets_of_a_type_of_several_and_of_clean_crops_are_written(material, tmp_path):
    names = ("stripe_noise", sheet.SEVERAL, sheet.CLEAN)
    paths = list(sheet.write_sheets(tmp_path / "sheets", names, material, seed=1))
    assert [path.name for path in paths] == ["stripe_noise.png", "several.png", "clean.png"]
    for path in paths:
        picture = cv2.imread(str(path))
        assert picture.shape[0] > sheet.ROWS * sheet.SIDE and picture.shape[1] > 2 * sheet.COLUMNS * sheet.SIDE
        assert picture.std() > 20


def test_a_folder_that_cannot_be_made_is_named(material, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="file"):
        list(sheet.write_sheets(tmp_path / "file", ("cloud",), material))


def test_a_seed_gives_the_same_sheet(material):
    first, second = (
        sheet.make_sheet(sheet.SEVERAL, material, np.random.default_rng(3), rows=2, columns=3) for _ in range(2)
    )
    assert np.array_equal(first, second)
