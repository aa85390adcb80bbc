"""A report as PDF: every kind of block, on A4."""

import pytest
from qgis.core import (
    QgsProcessingException,
)
from qgis.PyQt.QtCore import QSizeF


def test_it_prints_every_kind_of_block_on_a4(application, tmp_path):
    from rsqi.bridge.report_pdf import print_pdf
    from rsqi.rsqi_core.report import content as c

    figure = c.Figure(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 6"><path d="M0 0L9 6"/></svg>', 9, 6, ("图",)
    )
    rows = tuple(c.Row((c.Cell(("云", "Cloud"), "#00c8ff"), c.Cell((str(n),)))) for n in range(120))
    blocks = (
        c.Heading(("得分",)), c.Paragraph(("字" * 300,)), c.Paragraph(("100 − 4 = 96",), "formula"), figure,
        c.Legend((("#00c8ff", ("云 1",)),)), c.Table((c.Column(("类型",), 3), c.Column(("数",), 1, True)), rows),
        c.Facts(((("影像",), ("a" * 300,)),)), c.Gallery((c.Card(figure, "#ffffff", ("1 云",), ("C",)),) * 4),
        c.Signatures(((("检查者",), "王"),)),
    )  # fmt: skip
    report = c.Report("zh", ("报告",), "影像.tif", (), "96.0", "excellent", ("优",), blocks, "RSQI")
    path = tmp_path / "报告.pdf"
    print_pdf(report, path)
    data = path.read_bytes()
    assert data.count(b"/Type /Page\n") >= 4
    assert [file.name for file in tmp_path.iterdir()] == ["报告.pdf"]
    assert (
        QSizeF(595, 842).toSize()
        == QSizeF(*map(float, data.split(b"/MediaBox [0 0 ")[1].split(b"]")[0].split())).toSize()
    )


def test_a_pdf_that_cannot_be_written(application, tmp_path):
    from rsqi.bridge.report_pdf import print_pdf
    from rsqi.rsqi_core.report import content as c

    report = c.Report("zh", ("报告",), "影像.tif", (), "96.0", "excellent", ("优",), (), "RSQI")
    with pytest.raises(QgsProcessingException, match="cannot be written"):
        print_pdf(report, tmp_path / "none" / "a.pdf")
