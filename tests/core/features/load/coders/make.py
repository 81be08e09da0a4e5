#!/usr/bin/env python3
"""Makes the files beside this one: small random dictionaries in the formats that others publish, and
NAME.expected.safetensors with what the originals compute of them in float32: for each part i of a
set (0 where there is one) the inputs i.x0, ..., the latents i.f and the outputs i.y0, ...

Made with torch 2.15.0 on a CPU and, where a format has a library, with that library itself:
eai-sparsify 1.3.3, dictionary-learning 0.1.0, circuit-tracer 0.5.0, sae-lens 6.54.12 (its loaders of
other formats), llamascopium 2.0.0b34, codebook-features 0.1.2, eai-delphi 0.1.3. The files of OpenAI,
Goodfire, ckkissane's crosscoder, forks with a CrossCoder and checkpoints of dictionary_learning have
none on PyPI: their formulas are written out here, from features-and-steering.md 2.4 to 2.7.

No build step and no test runs this program.
  pip install --no-deps eai-sparsify dictionary-learning circuit-tracer sae-lens llamascopium \\
      codebook-features eai-delphi        (into an environment with torch and transformer-lens)
  python make.py [LIBRARY ...]            (writes into the folder it lies in)
"""

import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import shutil
import sys
from unittest.mock import MagicMock

import numpy as np
import torch
from safetensors.torch import load_file, save_file

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["SPARSIFY_DISABLE_TRITON"] = "1"
HERE = pathlib.Path(__file__).resolve().parent
D, N, TOKENS = 6, 12, 7
ABSENT = {  # imported by the libraries, not used by what is called here
    "schedulefree", "more_itertools", "sklearn", "faiss", "igraph", "leidenalg", "blobfile", "orjson",
    "pymongo", "pydantic_settings", "seaborn", "plotly", "openai", "nnsight", "greenlet", "zstandard",
    "bitsandbytes", "loguru", "fire", "matplotlib", "omegaconf", "hydra", "IPython", "json_repair",
    "termcolor", "sentence_transformers", "wordcloud", "evaluate", "bson", "gridfs", "ray", "pandera",
    "tensorboard", "streamlit", "cattrs", "asyncer"}


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__, module.__name__ = [], spec, spec.name
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Absent())


def rand(*shape, scale=0.7):
    return torch.randn(*shape) * scale


def tokens(d=D):
    return torch.randn(TOKENS, d) * torch.linspace(0.5, 3, TOKENS)[:, None] + 0.3


def filled(module):
    for name, p in module.named_parameters():
        p.data = rand(*p.shape).to(p.dtype)
        if "threshold" in name and "log" not in name:
            p.data = p.data.abs()
    return module


def folder(name):
    path = HERE / name
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def expect(name, *parts, dense=False):
    """Each part: its inputs, latents and outputs."""
    out = {}
    for i, (xs, f, ys) in enumerate(parts):
        assert (f != 0).any() and (dense or (f == 0).any()), name
        for kind, values in (("x", xs), ("y", ys)):
            for j, value in enumerate(values):
                out[f"{i}.{kind}{j}"] = value.detach().float().contiguous().clone()
        out[f"{i}.f"] = f.detach().float().contiguous().clone()
    save_file(out, HERE / f"{name}.expected.safetensors")


def write_json(path, form):
    path.write_text(json.dumps(form, indent=1))


# ---------------------------------------------------------------- sparsify


def make_sparsify():
    from sparsify.config import SparseCoderConfig
    from sparsify.sparse_coder import SparseCoder

    def one(path, dtype=torch.float32, **kw):
        cfg = SparseCoderConfig(num_latents=N, **kw)
        sae = filled(SparseCoder(D, cfg, dtype=dtype))
        sae.save_to_disk(path)
        sae = sae.float()
        x = tokens()
        with torch.no_grad():
            values, indices, _ = sae.encode(x)
            f = torch.zeros(TOKENS, N).scatter_(-1, indices, values)
            y = sae.decode(values, indices)
            if sae.W_skip is not None:
                y = y + x @ sae.W_skip.mT
        return [x], f, [y]

    expect("sparsify-topk", one(folder("sparsify-topk"), k=3))
    expect("sparsify-groupmax", one(folder("sparsify-groupmax"), k=4, activation="groupmax"))
    expect("sparsify-bf16", one(folder("sparsify-bf16"), torch.bfloat16, k=3))
    expect("sparsify-skip", one(folder("sparsify-skip"), k=3, transcode=True, skip_connection=True))
    run = folder("sparsify-run")
    write_json(run / "config.json", {"model": "EleutherAI/pythia-70m", "dataset": "pile", "ctx_len": 64})
    expect("sparsify-run", *[one(run / m, k=3) for m in ("layers.0", "layers.1.mlp")])


# ---------------------------------------------------------------- dictionary_learning


def make_dictionary_learning():
    from dictionary_learning import dictionary
    from dictionary_learning.trainers.batch_top_k import BatchTopKSAE
    from dictionary_learning.trainers.matryoshka_batch_top_k import MatryoshkaBatchTopKSAE
    from dictionary_learning.trainers.top_k import AutoEncoderTopK

    def describe(path, cls, **kw):
        write_json(path / "config.json", {"trainer": {
            "trainer_class": "T", "dict_class": cls, "activation_dim": D, "dict_size": N, "layer": 3,
            "lm_name": "EleutherAI/pythia-70m-deduped", "submodule_name": "resid_post_layer_3", **kw},
            "buffer": {"ctx_len": 128}})

    def one(name, cls, ae, encode=None, **kw):
        path = folder(name)
        describe(path, cls, **kw)
        torch.save(filled(ae).state_dict(), path / "ae.pt")
        x = tokens()
        with torch.no_grad():
            if encode:
                y, f = encode(ae, x, path)
            else:
                y, f = ae(x, output_features=True)
        expect(name, ([x], f, [y]))

    def loaded(ae, x, path):  # its columns are given norm 1 when it is loaded
        return type(ae).from_pretrained(path / "ae.pt")(x, output_features=True)

    one("dl-standard", "AutoEncoder", dictionary.AutoEncoder(D, N), loaded)
    one("dl-new", "AutoEncoderNew", dictionary.AutoEncoderNew(D, N))
    one("dl-gated", "GatedAutoEncoder", dictionary.GatedAutoEncoder(D, N))
    one("dl-jumprelu", "JumpReluAutoEncoder", dictionary.JumpReluAutoEncoder(D, N))
    for name, cls in (("dl-topk", AutoEncoderTopK), ("dl-batchtopk", BatchTopKSAE)):
        ae = cls(D, N, 3)
        ae.threshold.fill_(0.6)
        one(name, cls.__name__, ae, k=3)
    ae = MatryoshkaBatchTopKSAE(D, N, 3, [4, 8])
    ae.threshold.fill_(0.6)
    one("dl-matryoshka", "MatryoshkaBatchTopKSAE", ae, k=3)

    # A checkpoint: the same formula on x / norm_factor, scaled back.
    path = folder("dl-checkpoint")
    describe(path, "AutoEncoderTopK", k=3)
    (path / "checkpoints").mkdir()
    ae, factor, x = filled(AutoEncoderTopK(D, N, 3)), 2.5, tokens()
    torch.save({"step": 100, "ae": ae.state_dict(), "norm_factor": factor}, path / "checkpoints" / "ae_100.pt")
    with torch.no_grad():
        f = ae.encode(x / factor)
        expect("dl-checkpoint", ([x], f, [ae.decode(f) * factor]))

    # Forks with a CrossCoder: f = relu(sum_l x_l W_l + b), y_l = f D_l + b_l.
    path = folder("dl-crosscoder")
    weights = {"encoder.weight": rand(2, D, N), "encoder.bias": rand(N),
               "decoder.weight": rand(2, N, D), "decoder.bias": rand(2, D)}
    torch.save(weights, path / "model_final.pt")
    xs = [tokens(), tokens()]
    f = torch.relu(sum(x @ w for x, w in zip(xs, weights["encoder.weight"])) + weights["encoder.bias"])
    expect("dl-crosscoder", (xs, f, [f @ w + b for w, b in zip(weights["decoder.weight"], weights["decoder.bias"])]))


# ---------------------------------------------------------------- formulas: OpenAI, Goodfire, ckkissane


def make_formulas():
    def openai(name, topk):
        path, w = folder(name), {}
        w = {"pre_bias": rand(D), "encoder.weight": rand(N, D), "latent_bias": rand(N), "decoder.weight": rand(D, N),
             "stats_last_nonzero": torch.zeros(N, dtype=torch.long),
             "activation": "TopK" if topk else "ReLU",
             "activation_state_dict": {"k": 3, "postact_fn": "ReLU"} if topk else {}}
        torch.save(w, path / "5.pt")
        x = tokens()
        mean, std = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)  # unbiased
        seen = (x - mean) / (std + 1e-5) if topk else x
        pre = (seen - w["pre_bias"]) @ w["encoder.weight"].T + w["latent_bias"]
        f = torch.relu(pre)
        if topk:
            f = f * torch.zeros_like(f).scatter_(-1, pre.topk(3, dim=-1).indices, 1)
        y = f @ w["decoder.weight"].T + w["pre_bias"]
        expect(name, ([x], f, [y * std + mean if topk else y]))

    openai("openai-topk", True)
    openai("openai-relu", False)

    path = folder("linear-pair")
    w = {"encoder_linear.weight": rand(N, D), "encoder_linear.bias": rand(N),
         "decoder_linear.weight": rand(D, N), "decoder_linear.bias": rand(D)}
    torch.save(w, path / "l19.pth")
    x = tokens()
    f = torch.relu(x @ w["encoder_linear.weight"].T + w["encoder_linear.bias"])
    expect("linear-pair", ([x], f, [f @ w["decoder_linear.weight"].T + w["decoder_linear.bias"]]))

    path = folder("model-diff")
    w = {"W_enc": rand(2, D, N), "b_enc": rand(N), "W_dec": rand(N, 2, D), "b_dec": rand(2, D)}
    torch.save(w, path / "cc_weights.pt")
    write_json(path / "cfg.json", {"hook_point": "blocks.14.hook_resid_pre", "dict_size": N, "model_name": "gemma-2-2b"})
    xs = [tokens(), tokens()]
    f = torch.relu(sum(x @ m for x, m in zip(xs, w["W_enc"])) + w["b_enc"])
    expect("model-diff", (xs, f, [f @ w["W_dec"][:, m] + w["b_dec"][m] for m in range(2)]))


# ---------------------------------------------------------------- what sae-lens converts


def make_saelens():
    from sae_lens.loading import pretrained_sae_loaders as loaders

    def local(path):
        def download(repo_id, filename, subfolder=None, **_):
            found = path / filename if not subfolder else path / "/".join(
                subfolder.split("/")[1:]) / filename
            return str(found if found.exists() else path / pathlib.Path(filename).name)
        loaders.hf_hub_download = download

    def forward(cfg, w, x, s=1.0):
        """SAELens's order of things, with fold_activation_norm_scaling_factor(s)."""
        w = {k: v.float() for k, v in w.items()}
        w_enc, w_dec, b_dec = w["W_enc"] * s, w["W_dec"] / s, w["b_dec"] / s
        pre = (x - b_dec if cfg["apply_b_dec_to_input"] else x) @ w_enc + w["b_enc"]
        f = torch.relu(pre) * (pre > w["threshold"]) if "threshold" in w else torch.relu(pre)
        return [x], f, [f @ w_dec + b_dec]

    path = folder("hook-z")
    w = {"W_enc": rand(D, N), "b_enc": rand(N), "W_dec": rand(N, D), "b_dec": rand(D)}
    torch.save(w, path / "gpt2-small_L5_Hcat_z.pt")
    write_json(path / "gpt2-small_L5_Hcat_z_cfg.json", {
        "act_size": D, "dict_size": N, "act_name": "blocks.5.attn.hook_z", "model_name": "gpt2-small"})
    local(path)
    cfg, state, _ = loaders.connor_rob_hook_z_huggingface_loader("r", "gpt2-small_L5_Hcat_z.pt")
    expect("hook-z", forward(cfg, state, tokens()))

    def llama(name, reads, writes):
        path = folder(name)
        (path / "checkpoints").mkdir()
        save_file({"encoder.weight": rand(N, D), "encoder.bias": rand(N), "decoder.weight": rand(D, N),
                   "decoder.bias": rand(D)}, path / "checkpoints" / "final.safetensors")
        norms = {"in": 4.0, "out": 4.0 if reads == writes else 9.0}
        write_json(path / "hyperparams.json", {
            "d_model": D, "d_sae": N, "expansion_factor": N // D, "act_fn": "jumprelu",
            "jump_relu_threshold": 0.6, "dataset_average_activation_norm": norms,
            "norm_activation": "dataset-wise", "sparsity_include_decoder_norm": True,
            "hook_point_in": reads, "hook_point_out": writes})
        local(path)
        cfg, state, _ = loaders.llama_scope_sae_huggingface_loader(
            "r", "x", cfg_overrides={"dtype": "float32", "device": "cpu"})
        xs, f, ys = forward(cfg, state, tokens(), s=D ** 0.5 / norms["in"])
        # SAELens knows no other norm for what a transcoder writes; Llama Scope divides by its own.
        expect(name, (xs, f, [y * norms["out"] / norms["in"] for y in ys]))

    llama("llama-scope", "blocks.3.hook_resid_post", "blocks.3.hook_resid_post")
    llama("llama-scope-transcoder", "blocks.3.ln2.hook_normalized", "blocks.3.hook_mlp_out")

    def gemma(name, extra=(), lower=False):
        base = folder(name.split("/")[0])
        path = HERE / name
        path.mkdir(parents=True, exist_ok=True)
        w = {"W_enc": rand(D, N), "W_dec": rand(N, D), "b_enc": rand(N), "b_dec": rand(D), "threshold": rand(N).abs()}
        w |= dict(extra)
        np.savez(path / "params.npz", **{(k.lower() if lower and k[0] == "W" else k): v.numpy() for k, v in w.items()})
        local(path)
        loaders.get_gemma_2_config_from_hf = lambda *a, **k: {
            "apply_b_dec_to_input": False, "finetuning_scaling_factor": "scaling_factor" in w, "d_in": D}
        cfg, state, _ = loaders.gemma_2_sae_huggingface_loader("r", name)
        xs, f, _ = forward(cfg, state, tokens())
        factor = state.get("finetuning_scaling_factor", torch.ones(N))
        expect(base.name, (xs, f, [(f * factor) @ state["W_dec"] + state["b_dec"]]))

    gemma("gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71")
    gemma("gemma-plain", lower=True)
    gemma("gemma-scaled", [("scaling_factor", rand(N).abs() + 0.5)])
    gemma("gemma-scope-2b-pt-res-embedding/embedding/width_4k")


# ---------------------------------------------------------------- circuit-tracer


def make_circuit_tracer():
    from circuit_tracer.transcoder import cross_layer_transcoder as cross
    from circuit_tracer.transcoder import single_layer_transcoder as single
    from circuit_tracer.transcoder.activation_functions import JumpReLU

    cpu = torch.device("cpu")

    def layer(t, x):
        f = t.encode(x)
        return [x], f, [t.decode(f, x)]

    def plt(name, activation, skip, yaml, files=None):
        path = folder(name)
        parts = []
        for i in range(2):
            t = filled(single.SingleLayerTranscoder(D, N, activation(), i, skip_connection=skip, device=cpu,
                                                    dtype=torch.float32, lazy_encoder=False, lazy_decoder=False))
            t.to_safetensors(str(path / f"layer_{i}.safetensors"))
            with torch.no_grad():
                parts.append(layer(t, tokens()))
        for file, text in yaml.items():
            (path / file).write_text(text)
        expect(name, *parts)

    config = ('model_name: "google/gemma-2-2b"  # whose\nmodel_kind: transcoder_set\n'
              "feature_input_hook: ln2.hook_normalized\nfeature_output_hook: hook_mlp_out\n")
    plt("plt-jumprelu-skip", lambda: JumpReLU(rand(N).abs()), True, {"config.yaml": config})
    plt("plt-mwhanna", lambda: torch.relu, False, {
        "wanb-config.yaml": "wandb_version: 1\n\nd_model:\n  desc: null\n  value: 6\nd_feature:\n  value: 12\n",
        "config.yaml": "model_name: Qwen/Qwen3-0.6B\n"})

    path = folder("clt-mntss")
    clt = filled(cross.CrossLayerTranscoder(3, N, D, activation_function="jump_relu", lazy_decoder=False,
                                            device=cpu, dtype=torch.float32))
    clt.to_safetensors(str(path))
    (path / "config.yaml").write_text(
        "model_name: google/gemma-2-2b\nmodel_kind: cross_layer_transcoder\n"
        "feature_input_hook: hook_resid_mid\nfeature_output_hook: hook_mlp_out\n")

    def expect_clt(name, clt, dec, skip=None):
        """Parts, and their sum against what the library decodes."""
        xs = torch.stack([tokens() for _ in range(clt.n_layers)])
        with torch.no_grad():
            f = clt.encode(xs)
            whole = clt.decode(f.to_sparse(), xs)
            parts = []
            for i in range(clt.n_layers):
                ys = [f[i] @ dec[i][:, j] for j in range(clt.n_layers - i)]
                ys[0] = ys[0] + clt.b_dec[i]
                if skip is not None:
                    ys[0] = ys[0] + xs[i] @ skip[i]
                parts.append(([xs[i]], f[i], ys))
        for j in range(clt.n_layers):
            total = sum(parts[i][2][j - i] for i in range(j + 1))
            assert torch.allclose(total, whole[j], atol=1e-4), (total - whole[j]).abs().max()
        expect(name, *parts)

    expect_clt("clt-mntss", clt, clt.W_dec)

    path = folder("clt-gemma2")
    for i in range(3):
        save_file({"w_enc": rand(D, N), "w_dec": rand(N, 3, D), "b_enc": rand(N), "b_dec": rand(D),
                   "threshold": rand(N).abs(), "affine_skip_connection": rand(D, D)},
                  path / f"layer_{i}.safetensors")
    paths = {i: path / f"layer_{min(i, 2)}.safetensors" for i in range(4)}  # it reads all but the last
    clt = cross.load_gemma_scope_2_clt(paths, device=cpu, dtype=torch.float32)
    expect_clt("clt-gemma2", clt, clt.W_dec, clt.W_skip)

    path = folder("gemma2-transcoder")
    save_file({"w_enc": rand(D, N), "w_dec": rand(N, D), "b_enc": rand(N), "b_dec": rand(D),
               "threshold": rand(N).abs(), "affine_skip_connection": rand(D, D)}, path / "params.safetensors")
    write_json(path / "config.json", {
        "architecture": "jump_relu", "model_name": "google/gemma-3-1b-pt", "width": N, "l0": 20,
        "hf_hook_point_in": "model.layers.7.pre_feedforward_layernorm.output",
        "hf_hook_point_out": "model.layers.7.post_feedforward_layernorm.output", "affine_connection": True})
    t = single.load_gemma_scope_2_transcoder(str(path / "params.safetensors"), 7, device=cpu)
    with torch.no_grad():
        expect("gemma2-transcoder", layer(t, tokens()))


# ---------------------------------------------------------------- llamascopium


def make_llamascopium():
    from llamascopium.models.clt import CLTConfig, CrossLayerTranscoder
    from llamascopium.models.crosscoder import Crosscoder, CrosscoderConfig
    from llamascopium.models.sae import SAEConfig, SparseAutoEncoder

    def saved(path, model, cfg, norms):
        if norms:
            model.set_dataset_average_activation_norm(norms)
        path.mkdir(parents=True, exist_ok=True)
        state = {k: v.detach().clone().contiguous() for k, v in model.full_state_dict().items()}
        save_file(state, path / "sae_weights.safetensors")
        form = cfg.model_dump(mode="json")
        form.pop("dtype", None)
        write_json(path / "config.json", form)

    def filled_all(model):
        filled(model)
        for name, p in model.named_parameters():
            if "log_jumprelu" in name:
                p.data = rand(*p.shape, scale=0.5) - 0.5
        return model

    base = dict(d_model=D, expansion_factor=2, device="cpu", dtype=torch.float32)

    def sae(name, norms=None, writes="blocks.1.hook_resid_post", **kw):
        cfg = SAEConfig(sae_type="sae", hook_point_in="blocks.1.hook_resid_post", hook_point_out=writes, **base, **kw)
        model = filled_all(SparseAutoEncoder(cfg))
        saved(folder(name), model, cfg, norms)
        x = tokens()
        with torch.no_grad():
            batch = {cfg.hook_point_in: x, cfg.hook_point_out: x}
            seen, scales = model.normalize_activations(batch, return_scale_factor=True)
            f = model.encode(seen[cfg.hook_point_in])
            y = model.decode(f) / scales[cfg.hook_point_out]
            if "topk" in kw["act_fn"]:  # here latents are times their decoder's norm
                f = f * model.decoder_norm()
        expect(name, ([x], f, [y]))

    norms = {"blocks.1.hook_resid_post": 3.0, "blocks.1.hook_mlp_out": 5.0}
    one = {"blocks.1.hook_resid_post": 3.0}
    sae("llamascopium-jumprelu", one, act_fn="jumprelu", norm_activation="dataset-wise")
    sae("llamascopium-transcoder", norms, "blocks.1.hook_mlp_out", act_fn="jumprelu",
        norm_activation="dataset-wise", sparsity_include_decoder_norm=False)
    sae("llamascopium-topk", one, act_fn="topk", top_k=3, norm_activation="dataset-wise")
    sae("llamascopium-glu", act_fn="jumprelu", use_glu_encoder=True, norm_activation="inference")
    sae("llamascopium-token", act_fn="relu", norm_activation="token-wise")

    points = [f"blocks.{i}.hook_resid_post" for i in range(2)]
    for act in ("relu", "jumprelu"):
        name = f"llamascopium-crosscoder-{act}"
        cfg = CrosscoderConfig(hook_points=points, act_fn=act, norm_activation="dataset-wise", **base)
        model = filled_all(Crosscoder(cfg))
        saved(folder(name), model, cfg, {points[0]: 3.0, points[1]: 7.0})
        xs = [tokens(), tokens()]
        with torch.no_grad():
            seen, scales = model.normalize_activations(dict(zip(points, xs)), return_scale_factor=True)
            f = model.encode(torch.stack([seen[p] for p in points], dim=-2))
            y = model.decode(f)
            ys = [y[:, h] / scales[p] for h, p in enumerate(points)]
        if act == "relu":
            expect(name, (xs, f[:, 0], ys))
        else:
            expect(name, *[(xs, f[:, h], [ys[h]]) for h in range(2)])

    name = "llamascopium-clt"
    ins, outs = [f"blocks.{i}.ln2" for i in range(3)], [f"blocks.{i}.mlp" for i in range(3)]
    cfg = CLTConfig(hook_points_in=ins, hook_points_out=outs, act_fn="jumprelu", norm_activation="dataset-wise", **base)
    model = filled_all(CrossLayerTranscoder(cfg))
    saved(folder(name), model, cfg, {p: 2.0 + i for i, p in enumerate(ins + outs)})
    xs = {p: tokens() for p in ins}
    with torch.no_grad():
        seen, _ = model.normalize_activations(xs, return_scale_factor=True)
        f = model.encode(torch.stack([seen[p] for p in ins], dim=-2))
        scale = {p: D ** 0.5 / (5.0 + i) for i, p in enumerate(outs)}
        whole, parts = model.decode(f), []
        for i, p in enumerate(ins):
            ys = [f[:, i] @ model.W_D[j][i] + (model.b_D[j] if i == j else 0) for j in range(i, 3)]
            parts.append(([xs[p]], f[:, i], [y / scale[outs[i + k]] for k, y in enumerate(ys)]))
        for j in range(3):
            total = sum(parts[i][2][j - i] for i in range(j + 1)) * scale[outs[j]]
            assert torch.allclose(total, whole[j], atol=1e-4)
    expect(name, *parts)


# ---------------------------------------------------------------- codebook-features


def make_codebooks():
    from codebook_features import models

    def one(name, metric, groups):
        path = folder(name)
        snap = models.InnerProductSnapFunction if metric == "inner_product" else models.EuclideanSnapFunction
        kw = dict(dim=D, num_codes=5, key="k", snap_fn=snap, kcodes=2)
        layer = models.GroupCodebookLayer(num_codebooks=groups, **kw) if groups > 1 else models.CodebookLayer(**kw)
        layer = filled(layer).eval()
        for p_name, p in layer.named_parameters():
            if p_name.endswith("ln.weight"):
                p.data = p.data.abs() + 0.5
        prefix = "base_model.transformer.h.3.mlp.codebook_layer."
        weights = {prefix + k: v for k, v in layer.state_dict().items()}
        weights["base_model.transformer.ln_f.weight"] = torch.ones(D)
        torch.save(weights, path / "pytorch_model.bin")
        write_json(path / "config.json", {
            "codebook_at": ["mlp"], "codebook_type": ["group" if groups > 1 else "vanilla"], "num_codes": [5],
            "num_codebooks": [groups], "k_codebook": [2], "layers_to_snap": [3], "similarity_metric": metric})
        x = tokens()
        with torch.no_grad():
            y = layer(x[None])[0]
            parts = layer.codebook if groups > 1 else [layer]
            chunks = x.chunk(groups, -1)
            f = []
            for part, chunk in zip(parts, chunks):
                _, ids = snap.apply(part.ln(chunk[None]), part.codebook.weight, 2, part.hook_kwargs)
                f.append(torch.zeros(TOKENS, 5).scatter_(-1, ids[0], 0.5))
        expect(name, ([x], torch.cat(f, -1), [y]))

    one("codebook-inner", "inner_product", 1)
    one("codebook-euclidean", "euclidean", 1)
    one("codebook-groups", "inner_product", 2)
    one("codebook-groups-euclidean", "euclidean", 2)


# ---------------------------------------------------------------- delphi


def make_delphi():
    from delphi.latents.cache import InMemoryCache, LatentCache

    path = folder("delphi-cache")
    latents = torch.relu(rand(4, 5, N) - 0.4).half().float()
    ids = torch.randint(0, 70000, (4, 5))
    cache = InMemoryCache(batch_size=4)
    cache.add(latents, ids, 0, "layers.3")
    cache.save()
    whole = object.__new__(LatentCache)
    whole.cache, whole.width = cache, N
    whole.save_splits(3, path)
    save_file({"dense": latents.reshape(20, N), "tokens": ids}, HERE / "delphi-cache.expected.safetensors")


if __name__ == "__main__":
    made = {name[5:]: function for name, function in globals().items() if name.startswith("make_")}
    for name in sys.argv[1:] or made:
        torch.manual_seed(sorted(made).index(name))
        made[name]()
        print(name, "made")
