"""Makes tiny checkpoints that take words, by configuration, with random weights and a tokenizer of a few words.

`python tests/tiny_text_models.py FOLDER` makes one of each kind. Nothing is fetched.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForQuestionAnswering,
    CLIPConfig,
    CLIPModel,
    CLIPSegConfig,
    CLIPSegForImageSegmentation,
    GroupViTConfig,
    GroupViTModel,
    PreTrainedTokenizerFast,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    SiglipConfig,
    SiglipModel,
)

WORDS = (
    "a an and the of on in seen from above cloud white haze shadow dark smoke water photo satellite image is there any"
)
PAD, START, END, UNKNOWN = "<pad>", "<start>", "<end>", "<unk>"
IMAGENET = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}


def write_tokenizer(folder):
    """Save a tokenizer of `WORDS`; others are unknown."""
    known = [PAD, START, END, UNKNOWN, *WORDS.split()]
    vocabulary = {word: number for number, word in enumerate(known)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(f"{START} $A {END}", special_tokens=[(START, 1), (END, 2)])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=PAD, bos_token=START, eos_token=END, unk_token=UNKNOWN
    )
    fast.save_pretrained(folder)
    return len(vocabulary)


def text_config(**more):
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "max_position_embeddings": 24}
    return {"vocab_size": 64, **shape, **ids, **more}


def vision_config(side, **more):
    shape = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2}
    return {"image_size": side, "patch_size": 16, **shape, **more}


def _save(network, folder, side):
    network.eval().save_pretrained(folder)
    write_tokenizer(folder)
    size = {"height": side, "width": side}
    asked = {"do_resize": True, "do_rescale": True, "do_normalize": True, "size": size, "resample": 2}
    (Path(folder) / "preprocessor_config.json").write_text(json.dumps(asked | IMAGENET))


def write_clipseg(folder, side=64, seed=0):
    torch.manual_seed(seed)
    config = CLIPSegConfig(
        text_config=text_config(eos_token_id=2), vision_config=vision_config(side), projection_dim=16, reduce_dim=8,
        extract_layers=[0, 1, 2], decoder_num_attention_heads=2, decoder_intermediate_size=16,
    )  # fmt: skip
    _save(CLIPSegForImageSegmentation(config), folder, side)


def write_groupvit(folder, side=64, seed=0):
    torch.manual_seed(seed)
    vision = {
        "image_size": side, "patch_size": 16, "hidden_size": 16, "intermediate_size": 16, "num_attention_heads": 2,
        "depths": [1, 1, 1], "num_group_tokens": [4, 2, 0], "num_output_groups": [4, 2, 0], "num_hidden_layers": 3,
    }  # fmt: skip
    config = GroupViTConfig(
        text_config=text_config(), vision_config=vision, projection_dim=16, projection_intermediate_dim=16
    )
    _save(GroupViTModel(config), folder, side)


def write_clip(folder, side=32, seed=0):
    torch.manual_seed(seed)
    vision = vision_config(side, projection_dim=16)
    config = CLIPConfig(text_config=text_config(projection_dim=16), vision_config=vision, projection_dim=16)
    _save(CLIPModel(config), folder, side)


def write_siglip(folder, side=32, seed=0):
    torch.manual_seed(seed)
    config = SiglipConfig(
        text_config=text_config(projection_size=16), vision_config=vision_config(side, num_hidden_layers=1)
    )
    _save(SiglipModel(config), folder, side)


def write_blip(folder, side=32, seed=0, network=BlipForQuestionAnswering):
    torch.manual_seed(seed)
    text = text_config(encoder_hidden_size=16, is_decoder=True, max_position_embeddings=128, sep_token_id=2)
    vision = vision_config(side, num_hidden_layers=1)
    config = BlipConfig(text_config=text, vision_config=vision, projection_dim=16, image_text_hidden_size=16)
    _save(network(config), folder, side)


def write_captioner(folder, side=32, seed=0):
    write_blip(folder, side, seed, BlipForConditionalGeneration)


MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
         "<|video_pad|>")  # fmt: skip
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{% for c in m['content'] %}{% if c['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ c['text'] }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def write_qwen(folder, layers=4, seed=0):
    """A Qwen2.5-VL whose tokens are bytes, so that it knows every language."""
    torch.manual_seed(seed)
    known = {word: number for number, word in enumerate([*MARKS, *sorted(pre_tokenizers.ByteLevel.alphabet())])}
    tokenizer = Tokenizer(models.BPE(known, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=MARKS[0], eos_token=MARKS[2], additional_special_tokens=list(MARKS)
    )
    fast.save_pretrained(folder)
    turns = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
    text = {
        "vocab_size": len(known), "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": layers,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 1024, "rope_parameters": turns,
        "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0,
    }  # fmt: skip
    vision = {
        "depth": 2, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": 16,
        "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2, "window_size": 56,
        "fullatt_block_indexes": [1],
    }  # fmt: skip
    marks = {"vision_start_token_id": 3, "vision_end_token_id": 4, "image_token_id": 5, "video_token_id": 6}
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **marks)
    Qwen2_5_VLForConditionalGeneration(config).eval().save_pretrained(folder)
    asked = {
        "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor", "patch_size": 14,
        "merge_size": 2, "temporal_patch_size": 2, "min_pixels": 784, "max_pixels": 3136,
    }  # fmt: skip
    (Path(folder) / "preprocessor_config.json").write_text(json.dumps(asked | IMAGENET))
    (Path(folder) / "chat_template.jinja").write_text(TEMPLATE)


MAKERS = {
    "clipseg": write_clipseg, "groupvit": write_groupvit, "clip": write_clip, "siglip": write_siglip,
    "blip": write_blip, "captioner": write_captioner, "qwen": write_qwen,
}  # fmt: skip

if __name__ == "__main__":
    for name, make in MAKERS.items():
        make(Path(sys.argv[1]) / name)
        print(Path(sys.argv[1]) / name)
