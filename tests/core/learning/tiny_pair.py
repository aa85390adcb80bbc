"""A SwinV2 and a SegFormer of a few thousand random weights, as folders of Hugging Face checkpoints."""

import json

import torch
from transformers import (
    SegformerConfig,
    SegformerForSemanticSegmentation,
    Swinv2Config,
    Swinv2ForImageClassification,
)

from rsqi_core.models.checkpoints import CLASSIFIER, SEGMENTER, label_names
from rsqi_core.models.preprocessing import PREPROCESSOR

SIDE = 32
CLASSES, REGIONS = label_names(CLASSIFIER), label_names(SEGMENTER)


def write_pair(folder, classes=CLASSES, regions=REGIONS):
    """Write both into subfolders; other names of their outputs make them starting points that know no errors."""
    torch.manual_seed(0)
    shape = {"image_size": SIDE, "window_size": 4, "embed_dim": 16, "depths": [1, 1], "num_heads": [1, 2]}
    swin = Swinv2ForImageClassification(Swinv2Config(**shape, **_named(classes)))
    shape = {"depths": [1] * 4, "hidden_sizes": [16] * 4, "num_attention_heads": [1] * 4, "decoder_hidden_size": 16}
    segformer = SegformerForSemanticSegmentation(SegformerConfig(**shape, **_named(regions)))
    for network, name, kind in ((swin, "swin", "ViT"), (segformer, "segformer", "Segformer")):
        network.save_pretrained(folder / name)
        asked = {"image_processor_type": f"{kind}ImageProcessor", "size": {"height": SIDE, "width": SIDE}}
        (folder / name / PREPROCESSOR).write_text(json.dumps(asked | {"resample": 2, "do_normalize": True}))
    return folder


def _named(names):
    return {"id2label": dict(enumerate(names)), "label2id": {name: n for n, name in enumerate(names)}}
