"""HookedTransformer on the raw weights of a network: nothing folded, nothing centred. Part of
make.py."""

import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import (
    convert_gpt2_weights,
    convert_llama_weights,
    convert_neox_weights,
)
from transformers.activations import ACT2FN


def tl_from_hf(model, dtype):
    """HookedTransformer on the raw weights: nothing folded, nothing centred."""
    c = model.config
    act = {"gpt2": lambda: c.activation_function}.get(c.model_type, lambda: c.hidden_act)()
    own_act = act not in ("relu", "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "silu")
    k = dict(
        n_layers=c.num_hidden_layers,
        d_model=c.hidden_size,
        n_ctx=c.max_position_embeddings,
        n_heads=c.num_attention_heads,
        d_head=c.hidden_size // c.num_attention_heads,
        d_vocab=c.vocab_size,
        act_fn="silu" if own_act else act,
        init_weights=False,
        device="cpu",
        dtype=dtype,
        tokenizer_name=None,
        use_hook_tokens=False,
    )
    rp = getattr(c, "rope_parameters", None) or {}
    if c.model_type == "gpt2":
        k |= dict(
            d_mlp=c.n_inner or 4 * c.n_embd,
            eps=c.layer_norm_epsilon,
            normalization_type="LN",
            positional_embedding_type="standard",
            use_attn_scale=c.scale_attn_weights,
            scale_attn_by_inverse_layer_idx=c.scale_attn_by_inverse_layer_idx,
        )
    else:
        k |= dict(
            d_mlp=c.intermediate_size,
            positional_embedding_type="rotary",
            rotary_base=rp["rope_theta"],
            rotary_adjacent_pairs=False,
        )
    if c.model_type == "gpt_neox":
        k |= dict(
            eps=c.layer_norm_eps,
            normalization_type="LN",
            parallel_attn_mlp=c.use_parallel_residual,
            rotary_dim=int(k["d_head"] * rp["partial_rotary_factor"]),
        )
    if c.model_type == "llama":
        k |= dict(
            eps=c.rms_norm_eps,
            normalization_type="RMS",
            gated_mlp=True,
            final_rms=True,
            d_head=c.head_dim,
            rotary_dim=c.head_dim,
        )
        if c.num_key_value_heads != c.num_attention_heads:
            k["n_key_value_heads"] = c.num_key_value_heads
        if rp["rope_type"] == "linear":
            k["rotary_scaling_factor"] = rp["factor"]
        if rp["rope_type"] == "llama3":
            k |= dict(
                use_NTK_by_parts_rope=True,
                NTK_by_parts_factor=rp["factor"],
                NTK_by_parts_low_freq_factor=rp["low_freq_factor"],
                NTK_by_parts_high_freq_factor=rp["high_freq_factor"],
                NTK_original_ctx_len=rp["original_max_position_embeddings"],
            )
    cfg = HookedTransformerConfig(**k)
    net = HookedTransformer(cfg)
    if c.model_type == "gpt2":
        state = convert_gpt2_weights(model, cfg)
    elif c.model_type == "gpt_neox":
        model.embed_out = (
            model.lm_head
        )  # the name before transformers 5.14, which TransformerLens reads
        for block in model.gpt_neox.layers:
            if block.attention.query_key_value.bias is None:
                block.attention.query_key_value.bias = torch.nn.Parameter(
                    torch.zeros(3 * c.hidden_size)
                )
                block.attention.dense.bias = torch.nn.Parameter(torch.zeros(c.hidden_size))
        state = convert_neox_weights(model, cfg)
    else:
        state = convert_llama_weights(model, cfg)
        for n, block in enumerate(model.model.layers):
            a, u = block.self_attn, "_" if cfg.n_key_value_heads else ""
            if c.attention_bias:  # TransformerLens's Llama has no biases; its attention takes them
                for x, y in (("Q", a.q_proj), (u + "K", a.k_proj), (u + "V", a.v_proj)):
                    key = f"blocks.{n}.attn." + (x if x == "Q" else x).replace(x[-1], "b_" + x[-1])
                    state[key] = y.bias.view(-1, cfg.d_head)
                state[f"blocks.{n}.attn.b_O"] = a.o_proj.bias
            if c.mlp_bias:
                state[f"blocks.{n}.mlp.b_out"] = block.mlp.down_proj.bias
    state = {s: v.detach().to(dtype).clone() for s, v in state.items()}
    missing, unexpected = net.load_state_dict(state, strict=False)
    assert not unexpected, unexpected
    assert all(
        s.rsplit(".", 1)[-1] in ("mask", "IGNORE", "rotary_sin", "rotary_cos", "b_U")
        for s in missing
    ), missing
    for n, block in enumerate(net.blocks):
        if own_act:
            block.mlp.act_fn = ACT2FN[act]
        if c.model_type == "llama" and c.mlp_bias:
            give_biases(block.mlp, model.model.layers[n].mlp, dtype)
    return net.eval()


def give_biases(mlp, source, dtype):
    """A gated MLP with biases on gate and up (Llama's mlp_bias), which TransformerLens lacks."""
    gate, up = (x.bias.detach().to(dtype) for x in (source.gate_proj, source.up_proj))

    def forward(x):
        pre = mlp.hook_pre(x @ mlp.W_gate + gate)
        linear = mlp.hook_pre_linear(x @ mlp.W_in + up)
        return mlp.hook_post(mlp.act_fn(pre) * linear) @ mlp.W_out + mlp.b_out

    mlp.forward = forward


def tl_net(k, dtype):
    return HookedTransformer(
        HookedTransformerConfig(
            **(dict(act_fn="relu", init_weights=False, device="cpu", dtype=dtype) | k)
        )
    ).eval()
