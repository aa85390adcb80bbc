"""The dataset of noise, with captions and questions as `rsqi dataset` writes them."""

import json

import cv2
from noise_dataset import write_dataset

from rsqi_core.dataset.layout import QUESTIONS, TABLE
from rsqi_core.describe import caption, question_answers, summarize_mask


def write_word_dataset(folder, parts=(("train", 24), ("test", 6)), languages=("zh", "en"), kinds=("any", "cloud")):
    """Blocks of `noise_dataset`; `kinds` of questions are asked."""
    write_dataset(folder, parts)
    for part, _ in parts:
        rows, asked = [], []
        for line in (folder / part / TABLE).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found = summarize_mask(cv2.imread(str(folder / part / row["mask_file_name"]), cv2.IMREAD_GRAYSCALE))
            for n, language in enumerate(languages):
                row[f"description_{language}" if n else "description"] = caption(found, language)
                pairs = [pair for pair in question_answers(found, language) if pair.type in kinds]
                asked += [
                    {"image": row["file_name"], "question": pair.question, "answer": pair.answer,
                     "language": language, "type": pair.type}
                    for pair in pairs
                ]  # fmt: skip
            rows.append(row)
        for name, values in ((TABLE, rows), (QUESTIONS, asked)):
            text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
            (folder / part / name).write_text(text, encoding="utf-8")
    return folder
