"""The sentences of answers, in Chinese and English."""

from __future__ import annotations

WORDS = {
    "zh": {
        "comma": "、", "apart": "；", "gap": "", "end": "。", "errors": "质量问题", "yes": "有。",
        "what_at": "{place}的{what}", "at": "{place}{count}处",
        "score": "得分{score:.1f}分，等级：{grade}。", "no_score": "没有得分：这幅影像没有检查任何类型。",
        "no_deduction": "{what}没有扣分。", "why": "扣分来自：{told}。",
        "charge": "{name}扣{points:.1f}分（{classes}）",
        "worst": "最严重的是：{told}。", "largest": "面积最大的是：{told}。",
        "one": "{place}的{name}（编号{fid}，{area}{bears}）", "class": "，{severity}类，扣{points:.1f}分",
        "area": "{what}的总面积为{area}，占有效影像的{share:.2%}。",
        "count": "{what}共{count}处", "of_these": "：{told}",
        "where": "{what}位于：{told}。", "which": "存在以下问题：{told}。",
        "type": "{name}{count}处，共{area}，最大的一处在{place}",
        "unreviewed": "{total}处错误中还有{count}处未审核。",
        "not_inspected": "未检查：{names}。", "all_inspected": "十种错误类型都检查过。", "none": "没有发现{what}。",
        "not_measured": "没有测量结果可以回答：{what}。",
        "picture": "图1是整幅卫星影像，其余是它的局部原图：{places}。", "whole": "整幅影像",
        "described": "该模型不回答问题，只描述影像：{text}", "colon": "：",
        "unknown": (
            "这个问题没有测量结果可以回答。可以问：有哪些质量问题；有没有云；云有几处、面积多大、在哪里；左上角有什么问题；"
            "哪处最严重；得分多少、为什么扣分；还有多少未审核；哪些类型没有检查。"
        ),
    },
    "en": {
        "comma": ", ", "apart": "; ", "gap": " ", "end": ".", "errors": "errors", "yes": "Yes: ",
        "what_at": "{what} {place}", "at": "{count} {place}",
        "score": "The score is {score:.1f}, grade {grade}.",
        "no_score": "There is no score: no type was inspected in this image.",
        "no_deduction": "No points are deducted for {what}.", "why": "Points are deducted for {told}.",
        "charge": "{name} {points:.1f} ({classes})",
        "worst": "The worst: {told}.", "largest": "The largest: {told}.",
        "one": "{name} {place} (number {fid}, {area}{bears})", "class": ", class {severity}, {points:.1f} points",
        "area": "{what}: {area} in all, {share:.2%} of the valid image.",
        "count": "{what}: {count}", "of_these": " ({told})",
        "where": "{what}: {told}.", "which": "There is {told}.",
        "type": "{name} ({count}, {area} in all, the largest {place})",
        "unreviewed": "{count} of {total} errors are not reviewed yet.",
        "not_inspected": "Not inspected: {names}.", "all_inspected": "All ten types were inspected.",
        "none": "Nothing was found of: {what}.",
        "not_measured": "No measurement answers this: {what}.",
        "picture": "Picture 1 is the whole satellite image, the others are parts of it in full: {places}.",
        "whole": "the whole image", "described": "The model takes no questions; it describes the image. {text}",
        "colon": ": ",
        "unknown": (
            "No measurement answers this. You can ask: which errors are there; is there any cloud; how many clouds, "
            "how large, where; what errors are in the upper left; which is the worst; what is the score and why; "
            "how many are not reviewed; which types were not inspected."
        ),
    },
}  # fmt: skip
