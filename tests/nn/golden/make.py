#!/usr/bin/env python3
"""Makes the folders beside this file: tiny random networks and golden numbers from the reference
implementations (transformers 5.23.0, transformer-lens 3.2.1, torch 2.15.0, CPU, float32).

No build step and no test runs this program; it documents how the numbers were made.
  pip install "transformer-lens==3.2.*" transformers safetensors numpy
  HF_HUB_OFFLINE=1 python make.py            (writes into the folder it lies in)
README.md says what the names mean.
"""

import json
import os
import sys
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from safetensors.torch import load_file, save_file

from hooked import tl_from_hf, tl_net
from networks import HERE, HF, TL, make_hf, make_tl
from peers import hf_run, numpy_forward
from points import MINUS, PLUS, cases, edited, gradients, points
from switches import switches_hf, switches_tl

torch.set_num_threads(1)
SHORT = (  # what is kept of the longer prompt
    "hook_embed",
    "hook_resid_pre",
    "hook_resid_post",
    "hook_scale",
    "hook_rot_k",
    "hook_pattern",
    "hook_z",
    "hook_mlp_out",
)


def far(a, b):
    assert a.shape == b.shape, (a.shape, b.shape)
    assert torch.equal(torch.isinf(a), torch.isinf(b))
    ok = ~torch.isinf(a)
    return (a.double() - b.double())[ok].abs().max().item() if ok.any() else 0.0


def golden(name, folder, net, net64, check, o, vocab):
    """Computes, checks and writes golden.safetensors and edits.json of one folder."""
    g = torch.Generator().manual_seed(zlib.crc32(name.encode()) ^ 1)
    out, peer, peer_points, drift, biggest = {}, 0.0, 0.0, 0.0, 0.0
    lengths = dict(zip("ab", o.get("lengths", (7, 11)), strict=True))
    tokens, got = {}, {}
    for prompt, T in lengths.items():
        t = tokens[prompt] = torch.randint(0, vocab, (T,), generator=g)
        inputs = prompt == "a" and o.get("full", False)
        logits, p = points(net, t, inputs)
        exact, p64 = points(net64, t, inputs)
        one, many = check(t, logits, p)
        peer, peer_points = max(peer, one), max(peer_points, many)
        drift = max([drift, far(logits, exact)] + [far(p[s], p64[s]) for s in p])
        biggest = max(biggest, logits.abs().max().item())
        got[prompt] = p
        if prompt == "b":
            p = {s: v for s, v in p.items() if s.rsplit(".", 1)[-1] in SHORT}
        elif not o.get("full"):
            p = {s: v for s, v in p.items() if not s.endswith("hook_result")}
        out |= {f"{prompt}/tokens": t, f"{prompt}/logits": logits}
        out |= {f"{prompt}/{s}": v for s, v in p.items()}
    small = "dtype" in o or "shard" in o
    if not small:
        what, tensors = cases(net, tokens["a"], got["a"], g)
        tensors |= {"b/" + s: v for s, v in got["b"].items()}
        listed = []
        base = out["a/logits"]
        for case, edits in what.items():
            logits = edited(net, tokens["a"], edits, tensors, got["a"])
            drift = max(drift, far(logits, edited(net64, tokens["a"], edits, tensors, got["a"])))
            assert far(logits, base) > 3e-3, (name, case, "changes too little", far(logits, base))
            out[f"a/edit/{case}"] = logits
            listed.append(dict(name=case, prompt="a", edits=edits))
        out |= {s: v for s, v in tensors.items() if s.startswith("edit/")}
        text = ",\n".join(" " + json.dumps(c) for c in listed)
        (folder / "edits.json").write_text('{"cases": [\n' + text + "\n]}\n")
        grads = {"a/grad/": ()} if o.get("full") else {}
        if o.get("full"):
            grads["a/edit_grad/scale_q_head/"] = what["scale_q_head"]
        for prefix, edits in grads.items():
            one = gradients(net, tokens["a"], edits, tensors, got["a"])
            two = gradients(net64, tokens["a"], edits, tensors, got["a"])
            drift = max([drift] + [far(one[s], two[s]) for s in one])
            if edits:
                one = {
                    s: v
                    for s, v in one.items()
                    if s.endswith(("resid_pre", "hook_z", "hook_q", "metric"))
                }
            out |= {prefix + s: v for s, v in one.items()}
        if grads:
            out["a/grad/ids"] = torch.tensor([PLUS, MINUS])
    out = {s: v.detach().contiguous().clone() for s, v in out.items()}
    assert all(v.dtype in (torch.float32, torch.int64) for v in out.values())
    assert not any(torch.isnan(v).any() for v in out.values() if v.is_floating_point())
    save_file(
        out,
        folder / "golden.safetensors",
        metadata={
            "made_with": f"torch {torch.__version__}, transformers {transformers.__version__}, "
            "transformer-lens 3.2.1"
        },
    )
    size = sum(f.stat().st_size for f in folder.iterdir()) // 1024
    print(
        f"{name:22} tensors {len(out):4}  peer {peer:.1e} {peer_points:.1e}"
        f"  f64 {drift:.1e}  |logit| {biggest:5.1f}  {size} KiB",
        flush=True,
    )
    assert peer < 1e-5 and peer_points < 2e-5 and drift < 2e-5, name


def main():
    on = {}
    for name, (maker, o) in HF.items():
        folder, model = make_hf(name, maker, o)
        # Checked before the TransformerLens conversion touches the modules.
        reference = {}

        def check(t, logits, p, model=model):
            want, seen = hf_run(model, t)
            shared = {s: far(p[s], v) for s, v in seen.items() if s in p}
            reference.update(shared)
            return far(logits, want), max(shared.values())

        net, net64 = tl_from_hf(model, torch.float32), tl_from_hf(model, torch.float64)
        golden(name, folder, net, net64, check, o, model.config.vocab_size)
        assert len(reference) >= 6 * model.config.num_hidden_layers, sorted(reference)
        for s in switches_hf(model.config, o, folder):
            on.setdefault(s, []).append(name)
    for name, (k, o) in TL.items():
        folder, net = make_tl(name, k, o)
        net64 = tl_net(k, torch.float64)
        net64.load_state_dict(
            {
                s: v.double() if v.is_floating_point() else v
                for s, v in net.state_dict().items()
                if "rotary" not in s
            },
            strict=False,
        )
        weights = load_file(folder / "model.safetensors")

        def check(t, logits, p, k=k, weights=weights):
            return far(logits, torch.from_numpy(numpy_forward(k, weights, t.numpy()))), 0.0

        golden(name, folder, net, net64, check, o, k["d_vocab"])
        for s in switches_tl(k, o):
            on.setdefault(s, []).append(name)
    text = ",\n".join(f"  {json.dumps(s)}: {json.dumps(on[s])}" for s in sorted(on))
    (HERE / "switches.json").write_text('{"switches": {\n' + text + "\n}}\n")
    total = sum(f.stat().st_size for f in HERE.rglob("*") if f.is_file())
    print(f"{len(HF) + len(TL)} folders, {len(on)} switches, {total / 1e6:.2f} MB")


if __name__ == "__main__":
    sys.exit(main())
