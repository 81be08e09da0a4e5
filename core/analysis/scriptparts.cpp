#include "core/analysis/scriptparts.h"

namespace microtome::script {

const char* const opening = R"(import torch
from transformer_lens.model_bridge import TransformerBridge
)";

const char* const machinery = R"(
torch.set_grad_enabled(False)
model = TransformerBridge.boot_transformers(MODEL, dtype=torch.float32)
model.enable_compatibility_mode(no_processing=True)  # names of hooks; weights stay raw
model.set_use_attn_result(any(e["site"].endswith("hook_result") for e in EDITS))
if any(e["site"].endswith(("attn_in", "q_input", "k_input", "v_input")) for e in EDITS):
    raise SystemExit("TransformerBridge has attn_in, q_input, k_input and v_input elsewhere: such edits cannot be repeated here.")
LAYERS, HEADS = model.cfg.n_layers, model.cfg.n_heads
BOS = getattr(model.tokenizer, "bos_token_id", None)
SQUARE = ("hook_pattern", "hook_attn_scores")


def show(token):
    return repr(model.tokenizer.decode([int(token)])) if model.tokenizer else str(int(token))


def touched(edit, ids):
    """Absolute positions that an edit changes."""
    where, n = edit["positions"], len(ids)
    if where in ("all", "prompt"):
        return list(range(1 if ids[0] == BOS and not edit["bos"] else 0, n))
    if where == "generated":
        return []
    if where == "last":
        return [n - 1]
    if "ids" in where:
        return [p for p in range(n) if ids[p] in where["ids"]]
    if "first" in where:
        return list(range(min(n, where["first"])))
    return list(range(min(n, where["from"]), min(n, where["to"])))


def name_of(site):
    """Where the bridge keeps a point: its own hook_mlp_in stands behind the norm."""
    return site.replace(".hook_mlp_in", ".ln2.hook_in")


def keep(name, seen):
    def look(h, hook):
        seen[name] = h

    return name, look


def at(site, change):
    """Hooks that put change(h, hook) in place of a point's value."""
    if not site.endswith("hook_resid_mid"):
        return [(name_of(site), change)]
    # The bridge's hook_resid_mid feeds the MLP alone: move the attention's output instead.
    seen, pre = {}, site.replace("resid_mid", "resid_pre")
    return [
        keep(pre, seen),
        (site.replace("resid_mid", "attn_out"), lambda h, hook: change(seen[pre] + h, hook) - seen[pre]),
    ]


def hook_of(edit, ids, plain, seen):
    """A hook that does (1 - s) h + s op(h), or h + s v for add."""
    site, op, s = edit["site"], edit["op"], edit["strength"]
    head, unit = edit["index"].get("head"), edit["index"].get("unit")
    square = site.endswith(SQUARE)

    def rows(tensor):  # [positions, ...] of the chosen head
        x = tensor[0].transpose(0, 1) if square else tensor[0]
        return x if head is None else x[:, head]

    def values(p, like):
        v = edit["value"]
        if not edit["given"]:
            return torch.full_like(like, float(v))
        if square and head is None:
            v = v.reshape(HEADS, -1, v.shape[-1]).transpose(0, 1)
            v = v if v.shape[0] == 1 else v[p]
        else:
            v = v if v.shape[0] == 1 else v[p]
            v = v.reshape(v.shape[0], *like.shape[1:-1], -1)
        return v.expand(len(p), *like.shape[1:-1], -1)

    def change(h, hook):
        h = h.clone()
        before = rows(h).clone()
        p = touched(edit, ids)
        if edit["given"]:
            count = edit["value"].shape[0]
            if square and head is None:
                count //= HEADS
            p = [q for q in p if count == 1 or q < count]
        if not p:
            return h
        old = before[p]
        part = slice(None) if unit is None else slice(unit, unit + 1)
        old = old[..., part]
        if op == "zero":
            new = torch.zeros_like(old)
        elif op == "scale":
            new = float(edit["value"]) * old
        elif op == "freeze":
            new = rows(plain[name_of(site)])[p][..., part]
        elif op == "skip":
            block = site.rsplit(".", 1)[0]
            new = seen[block + ".hook_resid_pre"][0][p][..., part] if "resid" in site else 0 * old
        elif op == "mean" and not edit["given"]:
            first = 1 if ids[0] == BOS and len(ids) > 1 else 0
            new = before[first:].mean(0, keepdim=True)[..., part].expand_as(old)
        else:
            new = values(p, old)
        width = min(new.shape[-1], old.shape[-1])
        new, old = new[..., :width], old[..., :width]
        result = old + s * new if op == "add" else new if s == 1 else (1 - s) * old + s * new
        first = unit or 0
        after = before.clone()
        after[p, ..., first : first + width] = result
        if square:  # masked cells stay masked
            n = len(ids)
            mask = torch.ones(n, n).tril().bool()
            after = torch.where(mask if head is not None else mask[:, None], after, before)
        rows(h).copy_(after)
        return h

    return site, change


def run(ids, edits):
    """Logits [tokens, vocabulary] and the cache of a run with edits."""
    tokens = torch.tensor([ids])
    plain = model.run_with_cache(tokens)[1] if any(e["op"] == "freeze" for e in edits) else None
    seen = {}
    hooks = []  # (order among hooks, (name, function)); resid_pre is edited before it is looked at
    for e in edits:
        site, change = hook_of(e, ids, plain, seen)
        if e["op"] == "skip":
            hooks.append((1, keep(site.rsplit(".", 1)[0] + ".hook_resid_pre", seen)))
        order = 0 if site.endswith("resid_pre") else 3 if site.endswith("resid_mid") else 2
        hooks += [(min(order, 1) if n.endswith("resid_pre") else order, (n, f)) for n, f in at(site, change)]
    hooks = [hook for _, hook in sorted(hooks, key=lambda pair: pair[0])]
    with model.hooks(fwd_hooks=hooks):
        logits, cache = model.run_with_cache(tokens)
    return logits[0], cache

)";

const char* const lens = R"(
logits, cache = run(IDS, EDITS)
names = ["blocks.0.hook_resid_pre"] + [f"blocks.{l}.hook_resid_post" for l in range(LAYERS)]
for name in names:
    # The norm's statistics are recomputed from this row.
    log_p = model.unembed(model.ln_final(cache[name]))[0].log_softmax(-1)
    for p in range(len(IDS)) if POSITION is None else [POSITION]:
        top = log_p[p].topk(TOP)
        entropy = -(log_p[p].exp() * log_p[p]).sum()
        said = "  ".join(f"{show(i)} {v.exp():.3f}" for v, i in zip(top.values, top.indices))
        print(f"{name:28} {p:4} {show(IDS[p]):12} entropy {entropy:.3f}  {said}")
)";

const char* const attention = R"(
logits, cache = run(IDS, EDITS)
pattern = cache[f"blocks.{LAYER}.attn.hook_pattern"][0]  # [head, query, key]
for head in range(HEADS) if HEAD is None else [HEAD]:
    print(f"layer {LAYER} head {head}")
    for query in range(len(IDS)):
        row = " ".join(f"{x:.3f}" for x in pattern[head, query, : query + 1])
        print(f"  {query:4} {show(IDS[query]):12} {row}")
)";

const char* const heads = R"(
logits, cache = run(IDS, EDITS)
n = len(IDS)
same = torch.tensor([[float(a == b) for b in IDS] for a in IDS])
detection = {  # TransformerLens's head_detector
    "previous": torch.eye(n).roll(1, 0).tril(-1),
    "duplicate": same.tril(-1),
}
shifted = detection["duplicate"].new_zeros(n, n)
shifted[:, 1:] = (same.tril(-1))[:, :-1]
detection["induction"] = shifted.tril()
for layer in range(LAYERS):
    for head in range(HEADS):
        a = cache[f"blocks.{layer}.attn.hook_pattern"][0, head]
        scores = {k: (a * d).sum() / a.sum() for k, d in detection.items()}
        scores["sink"] = a[:, 0].mean()
        scores["self"] = a.diagonal().mean()
        scores["entropy"] = -torch.where(a > 0, a * a.log(), 0 * a).sum(-1).mean()
        print(f"L{layer}H{head}", "  ".join(f"{k} {v:.4f}" for k, v in scores.items()))
)";

const char* const dla = R"(
logits, cache = run(IDS, EDITS)
u = model.W_U[:, ANSWERS].mean(-1)
actual = logits[POSITION, ANSWERS].mean()
if WRONGS:
    u = u - model.W_U[:, WRONGS].mean(-1)
    actual = actual - logits[POSITION, WRONGS].mean()
w = model.ln_final.weight * u
if model.cfg.normalization_type.startswith("LN"):
    w = w - w.mean()  # centring
w = w / cache["ln_final.hook_scale"][0, POSITION]  # of the full residual stream

parts = {"embed": cache["hook_embed"][0, POSITION] @ w}
if "hook_pos_embed" in cache:
    parts["pos_embed"] = cache["hook_pos_embed"][0, POSITION] @ w
for layer in range(LAYERS):
    z = cache[f"blocks.{layer}.attn.hook_z"][0, POSITION]
    for head in range(HEADS):
        parts[f"L{layer}H{head}"] = z[head] @ model.W_O[layer, head] @ w
    parts[f"b_O {layer}"] = model.b_O[layer] @ w
    parts[f"mlp {layer}"] = cache[f"blocks.{layer}.hook_mlp_out"][0, POSITION] @ w
if getattr(model.ln_final, "bias", None) is not None:
    parts["ln_final.b"] = model.ln_final.bias @ u
b = model.b_U
parts["unembed.b_U"] = b[ANSWERS].mean() - (b[WRONGS].mean() if WRONGS else 0)
for name, value in parts.items():
    print(f"{name:12} {value:+.5f}")
total = sum(parts.values())
print(f"sum {total:.5f}  actual {actual:.5f}  remainder {actual - total:.2e}")
)";

const char* const patching = R"(

def metric(logits):
    row = logits[POSITION]
    return (row[ANSWERS].mean() - (row[WRONGS].mean() if WRONGS else 0)).item()


clean_logits, clean_cache = run(IDS, [])
corrupted_logits, corrupted_cache = run(CORRUPTED, [])
clean, corrupted = metric(clean_logits), metric(corrupted_logits)
source = clean_cache if DENOISING else corrupted_cache
target = torch.tensor([CORRUPTED if DENOISING else IDS])
square = SITE == "attn.hook_pattern"
print(f"clean {clean:.5f}  corrupted {corrupted:.5f}")
for layer in range(LAYERS):
    name = f"blocks.{layer}.{SITE}"
    values = source[name_of(name)]
    count = values.shape[1 if square else 2] if PER_HEAD else 1
    for position in range(len(IDS)) if BY_POSITION else [slice(None)]:
        row = []
        for head in range(count):

            def patch(h, hook):
                h = h.clone()
                where = (0, head, position) if square else (0, position, head)
                where = where if PER_HEAD else (0, position)
                h[where] = values[where]
                return h

            value = metric(model.run_with_hooks(target, fwd_hooks=at(name, patch))[0])
            row.append((value - corrupted) / (clean - corrupted))
        label = "" if not BY_POSITION else f" position {position}"
        print(f"layer {layer}{label}", " ".join(f"{v:+.4f}" for v in row))
)";

} // namespace microtome::script
