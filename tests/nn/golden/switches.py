"""Which switches of the architecture are on in a folder. Part of make.py."""

import json

import torch
from safetensors.torch import load_file


def switches_hf(c, o, folder):
    kind = c.model_type
    cfg = json.loads((folder / "config.json").read_text())
    act = c.activation_function if kind == "gpt2" else c.hidden_act
    gated, rp = kind == "llama", getattr(c, "rope_parameters", None) or {}
    s = {
        f"family {kind}",
        f"activation {act}",
        "mlp gated" if gated else "mlp plain",
        "norm rms" if gated else "norm layernorm",
        "head tied" if c.tie_word_embeddings else "head untied",
        "positions learned" if kind == "gpt2" else "positions rotary",
        "weights hugging face names",
        "weights " + {torch.bfloat16: "bf16", torch.float16: "f16"}.get(o.get("dtype"), "f32"),
        "weights sharded" if "shard" in o else "weights one file",
    }
    eps = getattr(
        c,
        {"gpt2": "layer_norm_epsilon", "gpt_neox": "layer_norm_eps", "llama": "rms_norm_eps"}[kind],
    )
    s.add("norm epsilon default" if eps <= 1e-5 else "norm epsilon other")
    s.add("config dtype key torch_dtype" if "torch_dtype" in cfg else "config dtype key dtype")
    if o.get("buffers"):
        s.add("weights with buffers to ignore")
    bias_attention = kind == "gpt2" or c.attention_bias
    s.add("bias qkv on" if bias_attention else "bias qkv off")
    s.add("bias attention out on" if bias_attention else "bias attention out off")
    s.add("bias mlp on" if kind != "llama" or c.mlp_bias else "bias mlp off")
    s.add("bias head off")
    if kind == "gpt2":
        s.add(
            "scale by inverse layer" if c.scale_attn_by_inverse_layer_idx else "scale not by layer"
        )
        s.add("scale by head size" if c.scale_attn_weights else "scale none")
        s.add("mlp width explicit" if c.n_inner else "mlp width 4 d")
        s.add("prefix transformer. absent" if o.get("bare") else "prefix transformer. present")
    else:
        s |= {
            "scale by head size",
            "rope scaling " + rp["rope_type"],
            "rope theta 10000" if rp["rope_theta"] == 10000 else "rope theta other",
            "rope keys rope_parameters" if "rope_parameters" in cfg else "rope keys legacy",
            "mlp width explicit",
        }
        if cfg.get("rope_scaling"):
            s.add(
                "rope keys rope_scaling."
                + ("type" if "type" in cfg["rope_scaling"] else "rope_type")
            )
    if kind == "gpt_neox":
        s |= {
            "residual parallel" if c.use_parallel_residual else "residual serial",
            "rotary partial" if rp["partial_rotary_factor"] < 1 else "rotary full",
        }
        if not c.tie_word_embeddings:
            names = load_file(folder / "model.safetensors").keys()
            s.add("head name " + ("embed_out" if "embed_out.weight" in names else "lm_head"))
    else:
        s.add("residual serial")
    if kind == "llama":
        ratio = c.num_attention_heads // c.num_key_value_heads
        s |= {
            "rotary full",
            "heads as many kv"
            if ratio == 1
            else "heads multi query"
            if c.num_key_value_heads == 1
            else "heads grouped query",
        }
        s.add(
            "head size explicit"
            if c.head_dim * c.num_attention_heads != c.hidden_size
            else "head size d / heads"
        )
        if "num_key_value_heads" not in cfg:
            s.add("config without num_key_value_heads")
        if "head_dim" not in cfg:
            s.add("config without head_dim")
    else:
        s |= {"heads as many kv", "head size d / heads"}
    return s


def switches_tl(k, o):
    s = {
        "family transformer_lens",
        "weights transformer lens names",
        "head untied",
        "bias head on",
        "bias qkv on",
        "bias attention out on",
        "weights f32",
        "weights one file",
        "residual serial",
        "norm "
        + {None: "none", "LN": "layernorm", "RMS": "rms", "LNPre": "layernorm without weights"}[
            k["normalization_type"]
        ],
        "positions rotary" if k["positional_embedding_type"] == "rotary" else "positions learned",
        "scale by head size" if k.get("use_attn_scale", True) else "scale none",
        "heads grouped query" if k.get("n_key_value_heads") else "heads as many kv",
        "head size explicit"
        if k["d_head"] * k["n_heads"] != k["d_model"]
        else "head size d / heads",
    }
    if k.get("attn_only"):
        s.add("attention only")
    else:
        s |= {
            "activation " + k["act_fn"],
            "mlp gated" if k.get("gated_mlp") else "mlp plain",
            "bias mlp on",
            "mlp width explicit",
        }
    if k.get("gated_mlp"):
        s.add("bias mlp after product")
    if k["normalization_type"] is None:
        s.add("final norm none")
    else:
        s.add("norm epsilon default" if k.get("eps", 1e-5) <= 1e-5 else "norm epsilon other")
    if k.get("rotary_dim"):
        s |= {"rotary partial", "rope theta other", "rope scaling default"}
    if o.get("buffers"):
        s.add("weights with buffers to ignore")
    if k.get("d_vocab_out", k["d_vocab"]) != k["d_vocab"]:
        s.add("output vocabulary other")
    return s
