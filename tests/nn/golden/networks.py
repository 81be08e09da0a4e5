"""The tiny random networks of this folder: their configurations, their weights, and how the two
reference implementations are given the same ones. Part of make.py."""

import json
import shutil
import zlib
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
)

from hooked import tl_net

HERE = Path(__file__).resolve().parent
LEGACY_DTYPE = "torch_dtype"


def gpt2(**kw):
    base = dict(
        vocab_size=61,
        n_positions=32,
        n_embd=24,
        n_layer=2,
        n_head=4,
        bos_token_id=0,
        eos_token_id=0,
        attn_pdrop=0.0,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
    )
    return GPT2LMHeadModel, GPT2Config(**(base | kw))


def neox(**kw):
    base = dict(
        vocab_size=59,
        max_position_embeddings=32,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=56,
        bos_token_id=0,
        eos_token_id=0,
    )
    return GPTNeoXForCausalLM, GPTNeoXConfig(**(base | kw))


def llama(**kw):
    base = dict(
        vocab_size=53,
        max_position_embeddings=32,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=44,
        bos_token_id=1,
        eos_token_id=2,
    )
    return LlamaForCausalLM, LlamaConfig(**(base | kw))


LLAMA3 = dict(
    rope_type="llama3",
    factor=8.0,
    low_freq_factor=1.0,
    high_freq_factor=4.0,
    original_max_position_embeddings=32,
)


def rope(theta, **kw):
    return dict(rope_parameters=dict(rope_type="default", rope_theta=theta) | kw)


# name: (maker, options). Options: dtype of the file, shard size, legacy rewrite of config.json,
# rename of tensors, buffers of old checkpoints, lengths of the two prompts, std of the matrices,
# full = per-head results, split inputs and gradients as well.
HF = {
    "gpt2-plain": (gpt2(), dict(full=True)),
    "gpt2-variant": (
        gpt2(
            activation_function="gelu",
            n_inner=40,
            tie_word_embeddings=False,
            n_layer=3,
            n_head=3,
            scale_attn_by_inverse_layer_idx=True,
            layer_norm_epsilon=1e-3,
        ),
        {},
    ),
    "gpt2-bare": (
        gpt2(activation_function="relu", n_embd=20, n_head=2, scale_attn_weights=False),
        dict(bare=True, buffers=True, legacy="gpt2", std=0.2),
    ),
    "gpt2-bf16": (gpt2(), dict(dtype=torch.bfloat16)),
    "gpt2-f16": (gpt2(n_embd=20, n_head=2), dict(dtype=torch.float16, legacy="gpt2")),
    "neox-plain": (
        neox(hidden_act="gelu", **rope(10000.0, partial_rotary_factor=0.25)),
        dict(full=True),
    ),
    "neox-serial": (
        neox(
            use_parallel_residual=False,
            attention_bias=False,
            hidden_act="gelu_fast",
            tie_word_embeddings=True,
            hidden_size=24,
            num_attention_heads=3,
            num_hidden_layers=3,
            layer_norm_eps=1e-3,
            **rope(300.0, partial_rotary_factor=1.0),
        ),
        {},
    ),
    "neox-legacy": (
        neox(
            hidden_act="gelu_new",
            hidden_size=24,
            num_attention_heads=3,
            **rope(500.0, partial_rotary_factor=0.5),
        ),
        dict(legacy="neox", buffers=True, head_name="lm_head.weight"),
    ),
    "llama-plain": (llama(rms_norm_eps=1e-5, **rope(10000.0)), dict(legacy="llama", full=True)),
    "llama-gqa": (
        llama(
            num_key_value_heads=2,
            head_dim=10,
            tie_word_embeddings=True,
            rms_norm_eps=1e-3,
            **rope(500000.0),
        ),
        dict(full=True),
    ),
    "llama-rope-llama3": (
        llama(
            num_key_value_heads=2,
            max_position_embeddings=64,
            hidden_size=32,
            intermediate_size=36,
            rope_parameters=LLAMA3 | dict(rope_theta=500.0),
        ),
        dict(legacy="llama", lengths=(7, 35)),
    ),
    "llama-rope-llama3-v5": (
        llama(
            max_position_embeddings=64,
            num_attention_heads=2,
            num_key_value_heads=2,
            hidden_act="relu",
            rope_parameters=LLAMA3 | dict(rope_theta=10000.0),
        ),
        dict(lengths=(7, 35)),
    ),
    "llama-rope-linear": (
        llama(
            attention_bias=True,
            hidden_act="gelu_pytorch_tanh",
            num_key_value_heads=4,
            rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=1000.0),
        ),
        dict(legacy="llama-type"),
    ),
    "llama-biases": (
        llama(
            attention_bias=True,
            mlp_bias=True,
            hidden_act="gelu",
            num_key_value_heads=1,
            num_hidden_layers=3,
            **rope(10000.0),
        ),
        {},
    ),
    "llama-sharded": (
        llama(hidden_act="quick_gelu", num_key_value_heads=2, **rope(10000.0)),
        dict(shard="20KB"),
    ),
    "llama-bf16": (llama(num_key_value_heads=2, **rope(10000.0)), dict(dtype=torch.bfloat16)),
    "llama-f16": (
        llama(num_key_value_heads=2, tie_word_embeddings=True, **rope(10000.0)),
        dict(dtype=torch.float16, legacy="llama"),
    ),
}

TL = {
    "tl-attn-only": (
        dict(
            n_layers=2,
            d_model=24,
            n_ctx=24,
            d_head=8,
            n_heads=3,
            d_vocab=50,
            attn_only=True,
            normalization_type=None,
            positional_embedding_type="standard",
        ),
        dict(full=True),
    ),
    "tl-ln": (
        dict(
            n_layers=2,
            d_model=24,
            n_ctx=24,
            d_head=10,
            n_heads=2,
            d_mlp=40,
            d_vocab=50,
            act_fn="gelu_new",
            normalization_type="LN",
            eps=1e-4,
            positional_embedding_type="standard",
        ),
        dict(buffers=True),
    ),
    "tl-rms-gated": (
        dict(
            n_layers=2,
            d_model=24,
            n_ctx=24,
            d_head=8,
            n_heads=4,
            n_key_value_heads=2,
            d_mlp=36,
            d_vocab=50,
            act_fn="silu",
            gated_mlp=True,
            normalization_type="RMS",
            eps=1e-3,
            positional_embedding_type="rotary",
            rotary_dim=4,
            rotary_base=200,
        ),
        {},
    ),
    "tl-lnpre": (
        dict(
            n_layers=2,
            d_model=24,
            n_ctx=24,
            d_head=8,
            n_heads=3,
            d_mlp=36,
            d_vocab=50,
            d_vocab_out=41,
            act_fn="relu",
            normalization_type="LNPre",
            positional_embedding_type="standard",
            use_attn_scale=False,
        ),
        dict(std=0.15),
    ),
}


def fill(named, generator, std):
    """Random values large enough that a mistake shows: matrices normal(std), gains 1 + 0.2 n."""
    for name, p in named:
        n = torch.randn(p.shape, generator=generator)
        last = name.rsplit(".", 1)[-1]
        norm = any(s in name for s in ("norm", "ln_", "ln1", "ln2"))
        with torch.no_grad():
            if norm and last in ("weight", "w"):
                p.copy_(1 + 0.2 * n)
            elif last == "bias" or last == "b" or ".b_" in name or "._b_" in name:
                p.copy_(0.25 * n)
            elif "wte" in name or "embed" in name and "unembed" not in name:
                p.copy_(0.35 * n)
            else:
                p.copy_(std * n)


def legacy_config(folder, how, config):
    """Rewrites config.json with the keys that checkpoints of transformers 4 carry."""
    path = folder / "config.json"
    c = json.loads(path.read_text())
    c[LEGACY_DTYPE] = c.pop("dtype")
    rp = c.pop("rope_parameters", None)
    if how == "neox":
        c["rotary_pct"], c["rotary_emb_base"] = rp["partial_rotary_factor"], int(rp["rope_theta"])
    if how.startswith("llama"):
        c["rope_theta"] = rp.pop("rope_theta")
        kind = rp.pop("rope_type")
        c["rope_scaling"] = None
        if kind != "default":
            c["rope_scaling"] = {"type" if how == "llama-type" else "rope_type": kind} | rp
        if c.get("num_key_value_heads") == c["num_attention_heads"]:
            del c["num_key_value_heads"]
        c.pop("head_dim", None)
    c["transformers_version"] = "4.36.0"
    path.write_text(json.dumps(c, indent=2) + "\n")


def old_tensors(folder, o, config):
    """Tensor names and buffers as old checkpoints have them."""
    path = folder / "model.safetensors"
    t = load_file(path)
    if o.get("bare"):
        t = {k.removeprefix("transformer."): v for k, v in t.items()}
    if "head_name" in o:
        t = {
            o["head_name"] if k in ("embed_out.weight", "lm_head.weight") else k: v
            for k, v in t.items()
        }
    if o.get("buffers"):
        n = config.max_position_embeddings
        mask = torch.tril(torch.ones(n, n)).view(1, 1, n, n)
        for layer in range(config.num_hidden_layers):
            if config.model_type == "gpt2":
                t[f"h.{layer}.attn.bias"] = mask.clone()
                t[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
            else:
                p = f"gpt_neox.layers.{layer}.attention."
                t[p + "bias"] = mask.bool()
                t[p + "masked_bias"] = torch.tensor(-1e9)
                t[p + "rotary_emb.inv_freq"] = torch.full(
                    (2,), 7.0
                )  # a wrong value: must not be read
    save_file(t, path, metadata={"format": "pt"})


def make_hf(name, maker, o):
    cls, config = maker
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    model = cls(config).eval()
    fill(model.named_parameters(), g, o.get("std", 1.2 / config.hidden_size**0.5))
    model.to(o.get("dtype", torch.float32))
    model.save_pretrained(folder, max_shard_size=o.get("shard", "1GB"))
    (folder / "generation_config.json").unlink(missing_ok=True)
    if "legacy" in o:
        legacy_config(folder, o["legacy"], config)
    if {"bare", "buffers", "head_name"} & o.keys():
        old_tensors(folder, o, config)
    loaded = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    )
    # What comes back from the folder is what was made, bit for bit.
    for (k, a), (_, b) in zip(model.named_parameters(), loaded.named_parameters(), strict=True):
        assert torch.equal(a.float(), b), (name, k)
    return folder, loaded.eval()


def make_tl(name, k, o):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    net = tl_net(k, torch.float32)
    fill(net.named_parameters(), g, o.get("std", 0.3))
    state = {
        s: v.detach().clone().contiguous()
        for s, v in net.state_dict().items()
        if o.get("buffers")
        or s.rsplit(".", 1)[-1] not in ("mask", "IGNORE", "rotary_sin", "rotary_cos")
    }
    save_file(state, folder / "model.safetensors")
    c = (
        dict(
            model_name="custom",
            d_vocab_out=k.get("d_vocab_out", k["d_vocab"]),
            act_fn=None,
            d_mlp=None,
            eps=1e-5,
            gated_mlp=False,
            attn_only=False,
            n_key_value_heads=None,
            rotary_dim=None,
            use_attn_scale=True,
            attention_dir="causal",
            parallel_attn_mlp=False,
            final_rms=False,
            dtype="torch.float32",
        )
        | k
    )
    (folder / "config.json").write_text(json.dumps(c, indent=2) + "\n")
    return folder, net
