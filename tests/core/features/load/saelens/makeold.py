#!/usr/bin/env python3
"""Makes the folders beside this file whose names begin with a version, with sae-lens 1.8.0, 3.23.4
and 5.11.0 (torch 2.15.0, CPU, float32): files as each of them saved them, and expected.safetensors
as make.py describes it.

No build step and no test runs this program; it documents how the numbers were made. For each
version V (into a place of its own, the other packages being those of make.py):
  pip install --no-deps --target sae-V sae-lens==V
  PYTHONPATH=sae-V python makeold.py            (writes into the folder it lies in)
"""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
import sae_lens
import torch
from safetensors.torch import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
D, N, TOKENS = 6, 12, 7
VERSION = int(sae_lens.__version__.split(".")[0])
torch.manual_seed(VERSION)


def finish(name, sae, heads=None):
    for key, parameter in sae.named_parameters():
        if "scaling_factor" in key:
            continue
        parameter.data = torch.randn(parameter.shape) * 0.7
        if key == "threshold":
            parameter.data = parameter.data.abs()
    folder = os.path.join(HERE, name)
    sae.save_model(folder, torch.log10(torch.linspace(0, 0.5, N) + 1e-10))
    x = torch.randn(TOKENS, D) * torch.linspace(0.5, 3, TOKENS)[:, None] + 0.3
    shown = x.reshape(TOKENS, heads, D // heads) if heads else x
    with torch.no_grad():
        f = sae.encode(shown)
        y = sae.decode(f).reshape(TOKENS, D)
    assert (f != 0).any() and (f == 0).any()
    save_file({"x": x, "f": f.contiguous(), "y": y.contiguous()},
              os.path.join(folder, "expected.safetensors"))


def one(**settings):
    from sae_lens.training.config import LanguageModelSAERunnerConfig
    from sae_lens.training.sparse_autoencoder import SparseAutoencoder
    cfg = LanguageModelSAERunnerConfig(
        model_name="gpt2-small", hook_point="blocks.3.hook_resid_pre", hook_point_layer=3,
        dataset_path="Skylion007/openwebtext", d_in=D, d_sae=N, expansion_factor=2,
        log_to_wandb=False, wandb_id="golden", checkpoint_path="checkpoints", device="cpu",
        dtype="torch.float32", **settings)
    return SparseAutoencoder(cfg)


def later(**settings):
    from sae_lens import SAE
    from sae_lens.sae import SAEConfig
    said = dict(
        architecture="standard", d_in=D, d_sae=N, activation_fn_str="relu",
        apply_b_dec_to_input=True, finetuning_scaling_factor=False, context_size=64,
        model_name="gpt2-small", hook_name="blocks.3.hook_resid_pre", hook_layer=3,
        hook_head_index=None, prepend_bos=True, dataset_path="Skylion007/openwebtext",
        dataset_trust_remote_code=True, normalize_activations="none",
        dtype="torch.float32" if VERSION == 3 else "float32", device="cpu",
        sae_lens_training_version=sae_lens.__version__)
    said.update(settings)
    return SAE(SAEConfig(**said))


if VERSION == 1:
    finish("1-standard", one())
    tuned = one(finetuning_method="scale", apply_b_dec_to_input=False)
    tuned.scaling_factor.data = torch.linspace(0.6, 1.7, N)
    finish("1-tuned", tuned)
else:
    finish(f"{VERSION}-standard", later(normalize_activations="constant_norm_rescale"))
    finish(f"{VERSION}-gated", later(architecture="gated"))
    finish(f"{VERSION}-jumprelu", later(architecture="jumprelu", apply_b_dec_to_input=False))
    finish(f"{VERSION}-topk-called-standard",
           later(activation_fn_str="topk", activation_fn_kwargs={"k": 3}))
    finish(f"{VERSION}-hook-z", later(hook_name="blocks.3.attn.hook_z"), heads=2)
    tuned = later(finetuning_scaling_factor=True, normalize_activations="layer_norm")
    tuned.finetuning_scaling_factor.data = torch.linspace(0.6, 1.7, N)
    finish(f"{VERSION}-tuned", tuned)
