"""The second opinion on every network: transformers with forward hooks, and an independent float64
forward in numpy for networks that transformers does not know. Part of make.py."""

import numpy as np
import torch


def hf_run(model, tokens):
    """Logits and, by forward hooks, the intermediates that transformers can show."""
    seen, handles = {}, []

    def keep(key, module, pick=lambda out: out):
        handles.append(
            module.register_forward_hook(
                lambda m, i, out: seen.__setitem__(
                    key, pick(out if not isinstance(out, tuple) else out[0])[0]
                )
            )
        )

    def keep_input(key, module):
        handles.append(
            module.register_forward_pre_hook(lambda m, i: seen.__setitem__(key, i[0][0]))
        )

    kind = model.config.model_type
    body = {"gpt2": "transformer", "gpt_neox": "gpt_neox", "llama": "model"}[kind]
    layers = getattr(model, body).h if kind == "gpt2" else getattr(model, body).layers
    heads = model.config.num_attention_heads
    for n, block in enumerate(layers):
        p = f"blocks.{n}."
        attention = (
            block.self_attn
            if kind == "llama"
            else block.attention
            if kind == "gpt_neox"
            else block.attn
        )
        keep(p + "hook_attn_out", attention)
        keep(p + "hook_mlp_out", block.mlp)
        keep(p + "hook_resid_post", block)
        if kind == "llama":
            keep(p + "mlp.hook_pre", block.mlp.gate_proj)
            keep(p + "mlp.hook_pre_linear", block.mlp.up_proj)
            keep_input(p + "mlp.hook_post", block.mlp.down_proj)
            dh = attention.head_dim
            split = lambda out: out.unflatten(-1, (-1, dh))
            for x in "qkv":
                keep(p + f"attn.hook_{x}", getattr(attention, x + "_proj"), split)
            keep_input(p + "attn.hook_z", attention.o_proj)
            keep_input(p + "hook_mlp_in", block.post_attention_layernorm)
        else:
            up, down, out = (
                (block.mlp.c_fc, block.mlp.c_proj, attention.c_proj)
                if kind == "gpt2"
                else (block.mlp.dense_h_to_4h, block.mlp.dense_4h_to_h, attention.dense)
            )
            keep(p + "mlp.hook_pre", up)
            keep_input(p + "mlp.hook_post", down)
            keep_input(p + "attn.hook_z", out)
            keep_input(
                p + "hook_mlp_in", block.ln_2 if kind == "gpt2" else block.post_attention_layernorm
            )
    with torch.no_grad():
        out = model(tokens[None], output_attentions=True, use_cache=False)
    for n, a in enumerate(out.attentions):
        seen[f"blocks.{n}.attn.hook_pattern"] = a[0]
    for h in handles:
        h.remove()
    return out.logits[0], {
        k: v.unflatten(-1, (heads, -1)) if k.endswith("hook_z") else v for k, v in seen.items()
    }


def numpy_forward(k, w, tokens):
    """Independent float64 forward: the check for nets without a transformers twin."""
    w = {s: v.double().numpy() for s, v in w.items()}
    T, dh = len(tokens), k["d_head"]
    x = w["embed.W_E"][tokens]
    if k["positional_embedding_type"] == "standard":
        x = x + w["pos_embed.W_pos"][:T]

    def norm(x, p):
        kind = k["normalization_type"]
        if kind is None:
            return x
        if kind != "RMS":
            x = x - x.mean(-1, keepdims=True)
        y = x / np.sqrt((x * x).mean(-1, keepdims=True) + k.get("eps", 1e-5))
        return y * w.get(p + ".w", 1.0) + w.get(p + ".b", 0.0)

    def turn(x):
        if k["positional_embedding_type"] != "rotary":
            return x
        r = k["rotary_dim"]
        half = r // 2
        y = x.copy()
        for t in range(T):
            for i in range(half):
                a = t * k["rotary_base"] ** (-2.0 * i / r)
                y[t, :, i] = x[t, :, i] * np.cos(a) - x[t, :, i + half] * np.sin(a)
                y[t, :, i + half] = x[t, :, i + half] * np.cos(a) + x[t, :, i] * np.sin(a)
        return y

    for n in range(k["n_layers"]):
        p = f"blocks.{n}."
        u = "_" if k.get("n_key_value_heads") else ""
        y = norm(x, p + "ln1")
        proj = lambda s, b: np.stack([y @ m for m in w[p + s]], 1) + w[p + b]
        q = turn(proj("attn.W_Q", "attn.b_Q"))
        kk, v = turn(proj(f"attn.{u}W_K", f"attn.{u}b_K")), proj(f"attn.{u}W_V", f"attn.{u}b_V")
        out = np.zeros_like(x)
        for h in range(k["n_heads"]):
            g = h * kk.shape[1] // k["n_heads"]
            for t in range(T):
                s = (
                    kk[: t + 1, g]
                    @ q[t, h]
                    / (np.sqrt(dh) if k.get("use_attn_scale", True) else 1.0)
                )
                e = np.exp(s - s.max())
                out[t] += ((e / e.sum()) @ v[: t + 1, g]) @ w[p + "attn.W_O"][h]
        x = x + out + w[p + "attn.b_O"]
        if k.get("attn_only"):
            continue
        y = norm(x, p + "ln2")
        m = y @ w[p + "mlp.W_in"] + (0 if k.get("gated_mlp") else w[p + "mlp.b_in"])
        if k.get("gated_mlp"):
            gate = y @ w[p + "mlp.W_gate"]
            m = gate / (1 + np.exp(-gate)) * m + w[p + "mlp.b_in"]
        elif k["act_fn"] == "relu":
            m = np.maximum(m, 0)
        else:
            m = 0.5 * m * (1 + np.tanh(np.sqrt(2 / np.pi) * (m + 0.044715 * m**3)))
        x = x + m @ w[p + "mlp.W_out"] + w[p + "mlp.b_out"]
    return norm(x, "ln_final") @ w["unembed.W_U"] + w["unembed.b_U"]
