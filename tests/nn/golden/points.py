"""TransformerLens's points of one network, runs with edits, and gradients. Part of make.py."""

import torch

PLUS, MINUS = 5, 11  # gradients: logits[last, PLUS] - logits[last, MINUS]

UNWANTED = ("unembed.hook_in", "unembed.hook_out")
SPLIT = ("hook_q_input", "hook_k_input", "hook_v_input")


def mode(net, kind):
    """plain: per-head results and MLP input exposed; split and attn_in: these inputs as well."""
    net.cfg.use_attn_result = True
    net.cfg.use_hook_mlp_in = not net.cfg.attn_only
    net.cfg.use_split_qkv_input = kind == "split"
    net.cfg.use_attn_in = kind == "attn_in"


def kind_of(site):
    return (
        "split" if site.endswith(SPLIT) else "attn_in" if site.endswith("hook_attn_in") else "plain"
    )


def run(net, tokens, hooks=()):
    """Logits [T,V] and every point that TransformerLens names in this mode, without batch axis."""
    got = {}
    keep = [(lambda s: True, lambda x, hook: got.__setitem__(hook.name, x))]
    logits = net.run_with_hooks(tokens[None], fwd_hooks=list(hooks) + keep, return_type="logits")[0]
    return logits, {s: v for s, v in got.items() if s not in UNWANTED}


def points(net, tokens, inputs):
    """Plain points, and with inputs the split ones; norms are taken from the plain run."""
    mode(net, "plain")
    with torch.no_grad():
        logits, p = run(net, tokens)
        if inputs:
            for kind in ("split", "attn_in"):
                if kind == "attn_in" and net.cfg.n_key_value_heads is not None:
                    continue
                mode(net, kind)
                again, more = run(net, tokens)
                assert (again - logits).abs().max() < 1e-5
                p |= {s: v for s, v in more.items() if kind_of(s) == kind}
    mode(net, "plain")
    return logits, {s: v[0] for s, v in p.items()}


def touched(where, tokens):
    """The positions an edit names: all, the last, a range (one past its end), the first n, or those
    whose token is one of some ids."""
    T = len(tokens)
    if where == "all":
        return list(range(T))
    if where == "last":
        return [T - 1]
    if "from" in where:
        return list(range(where["from"], where["to"]))
    if "first" in where:
        return list(range(where["first"]))
    return [p for p in range(T) if int(tokens[p]) in where["ids"]]


def apply(x, edit, tokens, tensors, clean):
    """One edit on one TransformerLens activation [1, ...]: README.md, section edits."""
    site, op, s = edit["site"], edit["op"], edit.get("strength", 1.0)
    square = site.endswith(("hook_pattern", "hook_attn_scores"))
    rows = x[0].transpose(0, 1) if square else x[0]  # positions first
    ids = touched(edit.get("positions", "all"), tokens)
    index = edit.get("index", {})

    def pick(whole, positions):  # [positions, ...] -> the chosen head and unit
        for name in ("head", "unit"):
            if name in index:
                n = index[name]
                whole = whole[:, n] if name == "head" else whole[..., n]
        return whole[positions]

    h = pick(rows, ids)
    value = edit.get("value")
    if isinstance(value, str):
        value = tensors[value.split("#")[1]].to(x.dtype)
        if value.dim() == 2:  # row p is for position p
            value = value[ids]
    if op == "freeze":
        value = pick(clean[site].transpose(0, 1) if square else clean[site], ids).to(x.dtype)
    if op == "mean" and value is None:
        value = pick(rows, slice(None)).mean(0)
    if op == "skip" and site.endswith("hook_resid_post"):  # as long as nothing before is edited
        value = clean[site.replace("resid_post", "resid_pre")][ids].to(x.dtype)
    if op == "add":
        new = h + s * value
    elif op == "scale":
        new = h * value
    else:
        new = torch.zeros_like(h) + (0 if value is None else value)
    if op != "add" and s != 1.0:
        new = (1 - s) * h + s * new
    at = [torch.tensor(ids)]
    if "head" in index:
        at.append(torch.full((len(ids),), index["head"]))
    if "unit" in index:
        at += [slice(None)] * (rows.dim() - 1 - len(at))
        at.append(index["unit"])
    rows = rows.clone()
    rows[tuple(at)] = new
    return (rows.transpose(0, 1) if square else rows)[None]


def edited(net, tokens, edits, tensors, clean):
    kinds = {kind_of(e["site"]) for e in edits} - {"plain"}
    assert len(kinds) < 2
    mode(net, kinds.pop() if kinds else "plain")
    hooks = [(e["site"], lambda x, hook, e=e: apply(x, e, tokens, tensors, clean)) for e in edits]
    with torch.no_grad():
        logits = net.run_with_hooks(tokens[None], fwd_hooks=hooks, return_type="logits")[0]
    mode(net, "plain")
    return logits


def cases(net, tokens, clean, g):
    """The edits that this network can have: (name, edits, tensors)."""
    T, cfg = len(tokens), net.cfg
    d, dh, kv = cfg.d_model, cfg.d_head, cfg.n_key_value_heads or cfg.n_heads
    r = lambda *shape: torch.randn(*shape, generator=g)
    row = torch.zeros(T)
    row[:5] = torch.softmax(r(5), 0)
    t = dict(add=r(d), input=r(d), k=r(dh), row=row, mean=r(d), z=r(T, dh))
    t = {"edit/value/" + n: v for n, v in t.items()}
    v = lambda n: "golden.safetensors#edit/value/" + n
    E = lambda site, op, **kw: dict(site=site, op=op) | kw
    span = lambda a, b: {"from": a, "to": b}
    one = lambda p: span(p, p + 1)
    at3 = dict(positions=one(3))
    out = {
        "zero_z_head": [E("blocks.0.attn.hook_z", "zero", index={"head": 1})],
        "zero_result_head": [E("blocks.1.attn.hook_result", "zero", index={"head": 0})],
        "add_resid_post": [
            E("blocks.0.hook_resid_post", "add", value=v("add"), strength=1.5, **at3)
        ],
        "set_resid_pre": [
            E("blocks.1.hook_resid_pre", "set", value=v("add"), positions=span(1, 4))
        ],
        "patch_resid_pre": [
            E(
                "blocks.1.hook_resid_pre",
                "patch",
                positions=one(2),
                value="golden.safetensors#b/blocks.1.hook_resid_pre",
            )
        ],
        "set_pattern_row": [
            E(
                "blocks.1.attn.hook_pattern",
                "set",
                index={"head": 1},
                positions=one(4),
                value=v("row"),
            )
        ],
        "scale_scores_head": [
            E("blocks.0.attn.hook_attn_scores", "scale", index={"head": 0}, value=0.5)
        ],
        "set_k_head": [
            E("blocks.0.attn.hook_k", "set", index={"head": kv - 1}, positions=one(2), value=v("k"))
        ],
        "scale_q_head": [E("blocks.1.attn.hook_q", "scale", index={"head": 1}, value=-0.5)],
        "zero_v_half": [E("blocks.1.attn.hook_v", "zero", index={"head": 0}, strength=0.5)],
        "set_z_rows": [
            E("blocks.1.attn.hook_z", "set", index={"head": 0}, positions=span(1, 5), value=v("z"))
        ],
        "zero_embed_first": [E("hook_embed", "zero", positions=one(0))],
        "mean_attn_out": [E("blocks.1.hook_attn_out", "mean", value=v("mean"))],
        "mean_z_head_own": [E("blocks.1.attn.hook_z", "mean", index={"head": 1})],
        "zero_resid_by_token": [
            E(
                "blocks.1.hook_resid_pre",
                "zero",
                positions={"ids": [int(tokens[2]), int(tokens[4])]},
            )
        ],
        "zero_z_first": [E("blocks.0.attn.hook_z", "zero", positions={"first": 2})],
        "skip_block": [E("blocks.0.hook_resid_post", "skip")],
        "skip_attn": [E("blocks.0.hook_attn_out", "skip")],
        "scale_then_add": [
            E("blocks.0.hook_resid_post", "scale", value=0.5, **at3),
            E("blocks.0.hook_resid_post", "add", value=v("add"), **at3),
        ],
        "add_then_scale": [
            E("blocks.0.hook_resid_post", "add", value=v("add"), **at3),
            E("blocks.0.hook_resid_post", "scale", value=0.5, **at3),
        ],
        "freeze_pattern": [
            E("blocks.0.hook_resid_pre", "add", value=v("add"), **at3),
            E("blocks.1.attn.hook_pattern", "freeze"),
        ],
        "freeze_head_z_half": [
            E("hook_embed", "scale", value=2.0),
            E("blocks.1.attn.hook_z", "freeze", index={"head": 1}, strength=0.5),
        ],
        "add_q_input_head": [
            E("blocks.1.hook_q_input", "add", index={"head": 1}, positions=one(4), value=v("input"))
        ],
        "add_k_input_head": [
            E(
                "blocks.1.hook_k_input",
                "add",
                index={"head": kv - 1},
                positions=one(2),
                value=v("input"),
            )
        ],
        "zero_v_input_head": [E("blocks.0.hook_v_input", "zero", index={"head": 0})],
        "zero_resid_post_last": [
            E("blocks.0.hook_resid_post", "zero", positions="last", strength=0.25)
        ],
    }
    if cfg.n_key_value_heads is None:
        out["add_attn_in_head"] = [
            E("blocks.1.hook_attn_in", "add", index={"head": 1}, value=v("input"), **at3)
        ]
    if cfg.positional_embedding_type == "standard":
        out["zero_pos_embed"] = [E("hook_pos_embed", "zero")]
    else:
        out["scale_rot_q_head"] = [
            E("blocks.0.attn.hook_rot_q", "scale", index={"head": 0}, value=1.7)
        ]
        out["zero_rot_k_head"] = [
            E("blocks.1.attn.hook_rot_k", "zero", index={"head": kv - 1}, **at3)
        ]
    if cfg.normalization_type is not None:
        out |= {
            "scale_ln1_scale": [E("blocks.1.ln1.hook_scale", "scale", value=1.5)],
            "set_ln_final_scale": [E("ln_final.hook_scale", "set", value=2.0, positions="last")],
            "zero_ln1_normalized_unit": [
                E("blocks.0.ln1.hook_normalized", "zero", index={"unit": 3})
            ],
        }
    if not cfg.attn_only:
        unit = int(clean["blocks.0.mlp.hook_post"].abs().amax(0).argmax())  # one that is active
        out |= {
            "scale_mlp_unit": [
                E("blocks.0.mlp.hook_post", "scale", index={"unit": unit}, value=2.5)
            ],
            "set_mlp_pre_unit": [
                E(
                    "blocks.1.mlp.hook_pre",
                    "set",
                    index={"unit": 5},
                    value=1.25,
                    positions=span(2, 6),
                )
            ],
            "add_mlp_in": [E("blocks.0.hook_mlp_in", "add", value=v("input"), **at3)],
            "zero_mlp_out_half": [E("blocks.1.hook_mlp_out", "zero", strength=0.5)],
            "set_ln2_scale": [E("blocks.0.ln2.hook_scale", "set", value=1.75, **at3)],
        }
        if not cfg.parallel_attn_mlp:
            out["add_resid_mid"] = [E("blocks.1.hook_resid_mid", "add", value=v("add"), **at3)]
    if cfg.gated_mlp:
        out["zero_mlp_pre_linear_unit"] = [
            E("blocks.0.mlp.hook_pre_linear", "zero", index={"unit": unit})
        ]
    return out, t


def gradients(net, tokens, edits=(), tensors=None, clean=None):
    """d(logits[last, PLUS] - logits[last, MINUS]) / d(point) for every point. ln1 runs three times on
    the same input, for q, k and v; the derivative by its points is the sum over the three."""
    got = {}
    for kind in ("plain", "split", "attn_in"):
        if edits and kind != "plain" or kind == "attn_in" and net.cfg.n_key_value_heads is not None:
            continue
        mode(net, kind)
        hooks = [
            (e["site"], lambda x, hook, e=e: apply(x, e, tokens, tensors, clean)) for e in edits
        ]
        calls = []
        keep = [(lambda s: True, lambda x, hook: calls.append((hook.name, x)))]
        logits = net.run_with_hooks(tokens[None], fwd_hooks=hooks + keep, return_type="logits")[0]
        calls = [(s, v) for s, v in calls if s not in UNWANTED and kind_of(s) == kind]
        metric = logits[-1, PLUS] - logits[-1, MINUS]
        grads = torch.autograd.grad(metric, [v for s, v in calls], allow_unused=True)
        for (s, v), x in zip(calls, grads, strict=True):
            x = torch.zeros_like(v)[0] if x is None else x[0]
            got[s] = got[s] + x if s in got else x
        if kind == "plain":
            got["metric"] = metric.detach().reshape(1)
    mode(net, "plain")
    assert all(torch.isfinite(v).all() for v in got.values())
    return got
