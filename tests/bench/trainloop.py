"""What bench_train races against: the same GPT-2 (4 layers of 128, vocabulary 1500), batch (32 rows
of 128 tokens) and optimiser in plain PyTorch with one thread. Prints predicted tokens/s of processor
time, so that other programs on the machine count less. Usage: python trainloop.py [STEPS]"""
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT, ROWS = 1500, 128, 4, 4, 128, 32


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.o = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (
            y.view(b, t, HEADS, d // HEADS).transpose(1, 2)
            for y in self.qkv(self.ln1(x)).split(d, 2)
        )
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.o(z.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ln2(x)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block() for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, ids):
        return self.norm(self.blocks(self.embed(ids) + self.places.weight)) @ self.embed.weight.t()


def main():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    model = Gpt2()
    optimiser = torch.optim.AdamW(
        model.parameters(), 1e-3, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    ids = torch.randint(0, VOCABULARY, (ROWS, CONTEXT + 1))
    for step in range(steps + 3):
        if step == 3:
            began = time.process_time()
        logits = model(ids[:, :-1]).view(-1, VOCABULARY)
        F.cross_entropy(logits, ids[:, 1:].reshape(-1)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
    print(f"{ROWS * CONTEXT * steps / (time.process_time() - began):.0f} tokens/s")


main()
