"""The page of models on a dataset in Chinese: its sentences, headings and cells, each by a table of phrases."""

from __future__ import annotations

import re

from ...taxonomy import TYPES

_LINES = (  # of whole lines
    (r"# (.+): its test part", r"# \1：测试部分"),
    (
        r"(\d+) blocks of (\d+) scenes, (\d+) of them with a mask, ([\d.]+) Mpx known\. Intervals hold 95 % of 1000 "
        r"resamples of the blocks; means are over the types that occur\.",
        r"\1 个影像块，来自 \2 景，其中 \3 个有掩膜，已知像素 \4 百万。区间为对影像块 1000 次重采样的 95 %；"
        r"均值只计出现的类型。",
    ),
    (
        r"\* (.+): `(\w+)`, (.+); classifier (\d+) ms, segmenter (\d+) ms a block",
        r"* \1：`\2`，\3；每块分类 \4 毫秒，分割 \5 毫秒",
    ),
    (r"  has no output for (.+)", r"  没有以下类型的输出：\1"),
    (
        r"No block of the test part shows (.+): nothing can be said of that\.",
        r"测试部分没有影像块含有以下类型，无从评价：\1。",
    ),
    (
        r"No block has a mask: there are no pixels for Tables 5 to 7, and no objects\.",
        "所有影像块都没有掩膜：表 5 至表 7 没有像素可算，也没有对象。",
    ),
    ("## Table 3: block classification", "## 表 3：影像块分类"),
    ("## Table 5: segmentation of regions", "## 表 5：面状错误分割"),
    ("## Table 6: pixel errors by rule", "## 表 6：按规则检出的像素错误"),
    ("## Table 7: one step against two", "## 表 7：一步法与两步法"),
    ("## Objects, as an inspection outlines them", "## 对象（按检查所勾绘）"),
    ("## Score error", "## 得分误差"),
    (
        "Each block judged as an image of its own, by regions and pixels: once by what is drawn in it, once by what is "
        r"found there\.",
        "每个影像块当作一幅影像，按面状和像素错误评分：一次按人工勾绘，一次按检出结果。",
    ),
    ("## Detection by type", "## 各类型的检出"),
    ("## Confusion", "## 混淆"),
    ("## Calibration", "## 校准"),
    ("## The worst blocks", "## 最差的影像块"),
    (
        r"Image, truth and what an inspection finds, the worst first\.",
        "依次为影像、真值、检查所得，最差的在前。",
    ),
    (r"(.+): no wrong labels\.", r"\1：没有错误的标签。"),
    (r"(.+): no wrong outlines\.", r"\1：没有错误的轮廓。"),
    (r"(.+), labels:", r"\1，标签："),
    (r"(.+), outlines:", r"\1，轮廓："),
    (r"!\[calibration\]\((.+)\)", r"![校准曲线](\1)"),
    (r"!\[labels of (.+)\]\((.+)\)", r"![\1 的标签](\2)"),
    (r"!\[outlines of (.+)\]\((.+)\)", r"![\1 的轮廓](\2)"),
    (r"([^|!]+):", r"\1："),
)
_CELLS = (  # of whole cells of a table
    *((re.escape(t.code), t.zh) for t in TYPES),
    ("blocks with", "含此类型的影像块"),
    ("pixels of", "像素属于"),
    ("train", "训练"),
    ("test", "测试"),
    ("type", "类型"),
    ("rule", "规则"),
    ("blocks", "影像块"),
    ("objects", "对象"),
    ("no error", "无错误"),
    ("nothing", "未标记"),
    ("background", "背景"),
    (r"accuracy \(all ten right\)", "准确率（十类全对）"),
    ("accuracy per label", "逐标签准确率"),
    (r"macro F1 \(95 %\)", "宏平均 F1（95 %）"),
    (r"mIoU \(95 %\)", "mIoU（95 %）"),
    (r"IoU \(95 %\)", "IoU（95 %）"),
    (r"the paper's (SwinV2|SegFormer), its own data", r"论文的 \1（论文数据）"),
    ("the paper's, its own data", "论文（论文数据）"),
    ("(.+), classifier", r"\1，分类器"),
    ("(.+), with the rules", r"\1，加规则"),
    ("(.+), one step", r"\1，一步法"),
    ("(.+), as inspected", r"\1，按检查"),
    ("pixel precision", "像素精确率"),
    ("pixel recall", "像素召回率"),
    ("clean area marked", "无错面积被标"),
    ("clean blocks marked", "无错影像块被标"),
    ("clean marked", "无错块被标"),
    ("hard negatives marked", "难负样本被标"),
    (r"(.+), gate of (.+)", r"\1，由 \2 把关"),
    ("otsu without saturation", "otsu（除去饱和）"),
    ("α, t or mode", "α、t 或模式"),
    (r"pixel precision \(95 %\)", "像素精确率（95 %）"),
    ("paper: mIoU", "论文：mIoU"),
    ("paper: precision", "论文：精确率"),
    ("one step", "一步法"),
    (r"\*\*as inspected\*\* \((.+), and evidence\)", r"**按检查**（\1，加证据）"),
    (r"(.+): recall at IoU ([\d.]+) \(95 %\)", r"\1：召回率，IoU \2（95 %）"),
    (r"at ([\d.]+)", r"IoU \1"),
    ("false for 100 Mpx", "每亿像素误检"),
    (r"mean error, points \(95 %\)", "平均误差，分（95 %）"),
    ("found less drawn", "检出减勾绘"),
    (r"within (\d+) points", r"相差 \1 分以内"),
    ("same grade", "等级相同"),
    ("pixel (AUROC|AP)", r"像素 \1"),
    ("probability", "概率"),
    ("(.+): labels", r"\1：标签数"),
    ("said", "所报"),
    ("true", "实际"),
    ("mean distance", "平均差距"),
)


def in_chinese(text: str) -> str:
    """Return a page that `page` has written in English; names, figures and modes of a constraint stay as they are."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if not line.startswith("| "):
        return _by(_LINES, line)
    return "| " + " | ".join(_by(_CELLS, cell) for cell in line[2:-2].split(" | ")) + " |"


def _by(phrases: tuple[tuple[str, str], ...], text: str) -> str:
    for pattern, translation in phrases:
        found = re.fullmatch(pattern, text)
        if found:
            return found.expand(translation)
    return text
