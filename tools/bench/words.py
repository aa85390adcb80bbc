"""A search by words with a CLIPSeg of the published size: random weights cost what trained ones do."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from watch import peak

from rsqi_core.jobs.find import FindJob, run
from rsqi_core.text_search import Search

SIDE = 352  # px, of the pictures that the network takes
_WORDS = ("<pad>", "<start>", "<end>", "<unk>", "smoke", "over", "a", "forest")
_TEXT = "smoke over a forest"


def find(path: str, folder: Path) -> dict[str, Any]:
    """Make the model, and look for one phrase in a raster."""
    model = folder / "clipseg"
    weights = write_model(model)
    search = Search((_TEXT,), 0.9)
    cpu = time.process_time()
    done = run(FindJob(path, folder / "found.gpkg", str(model), search))
    return {
        "raster": Path(path).stem,
        "weights": weights,
        "block": search.block,
        "cpu": time.process_time() - cpu,
        "peak": peak(),
        "places": done["count"],
    }


def write_model(folder: Path) -> int:
    """Write a CLIPSeg with the shape of `CIDAS/clipseg-rd64-refined`; return how many weights it has."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import CLIPSegConfig, CLIPSegForImageSegmentation, PreTrainedTokenizerFast

    torch.manual_seed(0)
    config = CLIPSegConfig(vision_config={"image_size": SIDE, "patch_size": 16}, text_config={"eos_token_id": 2})
    network = CLIPSegForImageSegmentation(config).eval()
    with torch.no_grad():
        for weight in network.decoder.transposed_convolution.parameters():
            weight *= 0.001  # no place is sure: noise would make thousands of them, which nobody searches for
    network.save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(_WORDS)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("<start>", 1), ("<end>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing("<start> $A <end>", special_tokens=ends)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<end>", unk_token="<unk>")
    fast.save_pretrained(folder)
    asked = {"do_resize": True, "do_rescale": True, "do_normalize": True, "size": {"height": SIDE, "width": SIDE}}
    asked |= {"resample": 2, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    (folder / "preprocessor_config.json").write_text(json.dumps(asked), encoding="utf-8")
    return sum(weight.numel() for weight in network.parameters())
