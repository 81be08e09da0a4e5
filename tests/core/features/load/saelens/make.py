#!/usr/bin/env python3
"""Makes the folders beside this file with sae-lens 6.54.12 (torch 2.15.0, CPU, float32); makeold.py
makes those of older versions.

Each holds what SAELens itself saves of a small random dictionary (cfg.json,
sae_weights.safetensors) and expected.safetensors: x [tokens, d_in], the latents f and the
reconstruction y that SAELens gives, all in float32.

No build step and no test runs this program; it documents how the numbers were made.
  pip install "sae-lens==6.54.*"
  python make.py            (writes into the folder it lies in)
"""

import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import sae_lens
import torch
from safetensors.torch import load_file, save_file

HERE = os.path.dirname(os.path.abspath(__file__))
D, N, OUT, TOKENS = 6, 12, 5, 7
torch.manual_seed(20)
META = sae_lens.saes.sae.SAEMetadata(
    model_name="gpt2", hook_name="blocks.1.hook_resid_pre", context_size=64, prepend_bos=True,
    dataset_path="wikitext")


def filled(sae, scale=0.7):
    for name, parameter in sae.named_parameters():
        parameter.data = (torch.randn(parameter.shape) * scale).to(parameter.dtype)
        if name == "threshold":
            parameter.data = parameter.data.abs()
    return sae


def expect(name, sae, skip_sae=False, heads=None):
    """Encodes and decodes with weights as they are stored, in float32."""
    sae = sae.to(dtype=torch.float32)
    x = torch.randn(TOKENS, D) * torch.linspace(0.5, 3, TOKENS)[:, None] + 0.3
    shown = x.reshape(TOKENS, heads, D // heads) if heads else x
    with torch.no_grad():
        f = sae.encode(shown)
        y = sae(shown) if skip_sae else sae.decode(f)
    assert (f != 0).any() and (f == 0).any()
    save_file({"x": x, "f": f.contiguous(), "y": y.reshape(TOKENS, -1).contiguous()},
              os.path.join(HERE, name, "expected.safetensors"))


def make(name, architecture, dtype="float32", heads=None, meta=META, **config):
    cls, cfg_cls = sae_lens.registry.get_sae_class(architecture)
    cfg = cfg_cls(d_in=D, d_sae=N, dtype=dtype, metadata=meta, **config)
    sae = filled(cls(cfg))
    sae.save_model(os.path.join(HERE, name))
    expect(name, sae, skip_sae="skip" in architecture, heads=heads)
    return sae


make("standard", "standard")
make("bias-kept", "standard", apply_b_dec_to_input=False)
make("bf16", "standard", dtype="bfloat16")
make("f16", "standard", dtype="float16")
make("constant-norm", "standard", normalize_activations="constant_norm_rescale")
make("layer-norm", "topk", k=3, normalize_activations="layer_norm")
make("gated", "gated")
make("jumprelu", "jumprelu")
make("topk", "topk", k=3)
make("topk-rescaled", "topk", k=3, rescale_acts_by_decoder_norm=True)
make("abstopk", "abstopk", k=3)
Z = sae_lens.saes.sae.SAEMetadata(
    model_name="gpt2", hook_name="blocks.1.attn.hook_z", context_size=64, prepend_bos=False)
make("hook-z", "standard", heads=2, meta=Z, reshape_activations="hook_z")

T = sae_lens.saes.sae.SAEMetadata(
    model_name="gpt2", hook_name="blocks.1.ln2.hook_normalized",
    hook_name_out="blocks.1.hook_mlp_out",
    model_from_pretrained_kwargs={"fold_ln": True, "center_writing_weights": False})
for architecture in ["transcoder", "skip_transcoder", "jumprelu_transcoder",
                     "jumprelu_skip_transcoder"]:
    make(architecture.replace("_", "-"), architecture, d_out=OUT, apply_b_dec_to_input=False, meta=T)

# Matching pursuit has decoder rows of norm 1. The residual ends some tokens, the repeated row others.
for name, settings in {
        "matching-pursuit": {"residual_threshold": 0.5},
        "matching-pursuit-repeating": {"residual_threshold": 0.05, "max_iterations": 9,
                                       "stop_on_duplicate_support": False},
        "matching-pursuit-untied": {"residual_threshold": 0.2, "apply_b_dec_to_input": False}}.items():
    cls, cfg_cls = sae_lens.registry.get_sae_class("matching_pursuit")
    sae = filled(cls(cfg_cls(d_in=D, d_sae=N, metadata=META, **settings)))
    sae.W_dec.data /= sae.W_dec.data.norm(dim=1, keepdim=True)
    sae.save_model(os.path.join(HERE, name))
    expect(name, sae)

# A training checkpoint beside the finished dictionary that SAELens makes of it: both compute the same.
SCALE = 1.75
for architecture, extra in {"batchtopk": {}, "matryoshka_batchtopk": {"matryoshka_widths": [4, N]}}.items():
    cls, cfg_cls = sae_lens.registry.get_sae_training_class(architecture)
    sae = filled(cls(cfg_cls(d_in=D, d_sae=N, k=3, metadata=META, rescale_acts_by_decoder_norm=True,
                             normalize_activations="expected_average_only_in", **extra)))
    sae.topk_threshold = torch.tensor(0.6, dtype=torch.double)
    base = architecture.replace("_", "-")
    sae.save_model(os.path.join(HERE, base + "-checkpoint"))
    with open(os.path.join(HERE, base + "-checkpoint", "activation_scaler.json"), "w") as file:
        json.dump({"scaling_factor": SCALE}, file)
    sae.fold_activation_norm_scaling_factor(SCALE)
    sae.save_inference_model(os.path.join(HERE, base))
    done = sae_lens.SAE.load_from_disk(os.path.join(HERE, base))
    expect(base, done)
    expect(base + "-checkpoint", done)

# expected_average_only_in: as it is saved before the scale is folded in, with and without the file
# that tells the scale.
for name, architecture, extra in [("average", "standard", {}),
                                  ("average-topk", "topk",
                                   {"k": 3, "rescale_acts_by_decoder_norm": True}),
                                  ("average-pursuit", "matching_pursuit",
                                   {"residual_threshold": 0.8})]:
    cls, cfg_cls = sae_lens.registry.get_sae_class(architecture)
    cfg = cfg_cls(d_in=D, d_sae=N, metadata=META,
                  normalize_activations="expected_average_only_in", **extra)
    sae = filled(cls(cfg))
    if architecture == "matching_pursuit":
        sae.W_dec.data /= sae.W_dec.data.norm(dim=1, keepdim=True)
    sae.save_model(os.path.join(HERE, name))
    with open(os.path.join(HERE, name, "activation_scaler.json"), "w") as file:
        json.dump({"scaling_factor": SCALE}, file)
    sae.fold_activation_norm_scaling_factor(SCALE)
    expect(name, sae)

# Checkpoints of JumpReLU's training before 6.34 hold the logarithm of the thresholds.
sae = make("log-threshold", "jumprelu")
path = os.path.join(HERE, "log-threshold", "sae_weights.safetensors")
tensors = load_file(path)
tensors["log_threshold"] = tensors.pop("threshold").log()
save_file(tensors, path)
