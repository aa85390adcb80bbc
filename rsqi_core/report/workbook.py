"""Tables as a workbook (.xlsx) that knows whether anybody has saved it since."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Union

from ..errors import OutputError
from ..files.atomic import write_whole
from ..particulars import picture_size

_SIGN = b"RSQI"  # comment of a workbook's archive; a spreadsheet program leaves it out when it saves
_HIGH = 64  # px of a picture

Value = Union[str, float, None]


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes
    ----------
    title : str
    heads : sequence of str
    rows : sequence of sequences
        Texts, numbers, and None for an empty cell.
    widths : sequence of float
        Of the columns, in characters.
    middle : frozenset of int
        Columns whose values stand in the middle.
    pictures : tuple of bytes
        PNG or JPEG, side by side below the table.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Value]]
    widths: Sequence[float]
    middle: frozenset[int] = frozenset()
    pictures: tuple[bytes, ...] = ()


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write an .xlsx; it appears whole or not at all. A text never becomes a formula or an address.

    Raises
    ------
    OutputError
    """
    try:
        import xlsxwriter
    except ImportError as error:  # an environment of an earlier version
        raise OutputError(
            f"{path}: the environment has no xlsxwriter; repair it in Set up, or pip install it"
        ) from error
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    plain = {"font_name": "宋体", "font_size": 10, "border": 1, "border_color": "#93a1af", "valign": "vcenter"}
    text = book.add_format(plain | {"text_wrap": True})
    middle = book.add_format(plain | {"align": "center"})
    head = book.add_format(plain | {"bold": True, "align": "center", "bg_color": "#e4ebf1", "text_wrap": True})
    for table in sheets:
        sheet = book.add_worksheet(table.title)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 24)
        for column, (name, width) in enumerate(zip(table.heads, table.widths)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        for n, row in enumerate(table.rows, 1):
            for column, value in enumerate(row):
                style = middle if column in table.middle else text
                if value is None:
                    sheet.write_blank(n, column, None, style)
                elif isinstance(value, str):
                    sheet.write_string(n, column, value, style)
                else:
                    sheet.write_number(n, column, value, style)
        for n, picture in enumerate(table.pictures):
            scale = _HIGH / (picture_size(picture) or (1, _HIGH))[1]
            options = {"image_data": io.BytesIO(picture), "x_scale": scale, "y_scale": scale, "object_position": 3}
            sheet.insert_image(len(table.rows) + 2, n, f"{n}.img", options)
    book.close()
    with zipfile.ZipFile(memory, "a") as archive:
        archive.comment = _SIGN
    write_whole(path, memory.getvalue())


def is_own_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook of :func:`write_workbook` that no spreadsheet program has saved since."""
    try:
        with zipfile.ZipFile(path) as book:
            return book.comment == _SIGN
    except (OSError, zipfile.BadZipFile):
        return False
