"""export-transformers.py FOLDER: models of one layer of Hugging Face's classes, as torch.onnx writes them: NAME.onnx, its
inputs NAME.x.npy (and NAME.mask.npy), and NAME.y.npy, what PyTorch gives in f64."""
import copy
import sys

import numpy
import torch
from transformers import (GPT2Config, GPT2LMHeadModel, GPTJConfig, GPTJForCausalLM, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig,
                          LlamaForCausalLM, MistralConfig, MistralForCausalLM)

folder = sys.argv[1]
TOKENS = 21
common = {"vocab_size": 97, "use_cache": False, "bos_token_id": 0, "eos_token_id": 0}
grouped = {"hidden_size": 128, "num_attention_heads": 8, "num_key_value_heads": 2, "intermediate_size": 352, "num_hidden_layers": 1}
old = {"n_embd": 128, "n_head": 4, "n_layer": 1, "n_positions": 64}
MODELS = {
    "gptneox": (GPTNeoXForCausalLM, GPTNeoXConfig(hidden_size=96, num_attention_heads=4, intermediate_size=384, num_hidden_layers=1, rotary_pct=0.25, **common)),
    "gptj": (GPTJForCausalLM, GPTJConfig(rotary_dim=16, **old, **common)),
    "gpt2": (GPT2LMHeadModel, GPT2Config(**old, **common)),
    "llama": (LlamaForCausalLM, LlamaConfig(**grouped, **common)),
    "mistral": (MistralForCausalLM, MistralConfig(sliding_window=8, **grouped, **common)),
}


class Logits(torch.nn.Module):
    """Ids, and perhaps an attention mask, to logits; `mask` is one that is no input."""

    def __init__(self, model, mask=None):
        super().__init__()
        self.model, self.mask = model, mask

    def forward(self, ids, mask=None):
        given = self.mask.clone() if self.mask is not None else mask
        return self.model(input_ids=ids, attention_mask=given, return_dict=False)[0]


def make_model(name, attention):
    """With norms and biases that show."""
    kind, config = MODELS[name]
    torch.manual_seed(3)
    model = kind._from_config(copy.deepcopy(config), attn_implementation=attention).eval()
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.data += 0.1 * torch.randn(parameter.shape)
    return model


def export(name, kind, batch=1, attention="sdpa", mask=None, is_input=False, **options):
    model = make_model(name, attention)
    ids = torch.randint(0, 97, (batch, TOKENS))
    inputs = (ids, mask) if is_input else (ids,)
    logits = Logits(model, None if is_input else mask)
    path = f"{folder}/{name}-{kind}"
    numpy.save(path + ".x.npy", ids.numpy())
    if is_input:
        numpy.save(path + ".mask.npy", mask.numpy())
    # First, in case an exporter changes the model.
    expected = Logits(copy.deepcopy(model).double(), logits.mask)(ids, *inputs[1:])
    torch.onnx.export(logits, inputs, path + ".onnx", input_names=["ids", "mask"][:len(inputs)], output_names=["logits"], **options)
    numpy.save(path + ".y.npy", expected.numpy().astype(numpy.float32))


def pad_left(batch):
    """Sequence b begins with 3 + 2·b tokens that nobody sees."""
    mask = torch.ones(batch, TOKENS, dtype=torch.int64)
    for b in range(batch):
        mask[b, :3 + 2 * b] = 0
    return mask


with torch.no_grad():
    for name in MODELS:
        export(name, "dynamo", dynamo=True)
        export(name, "opset23", dynamo=True, opset_version=23)
        # This exporter writes no causal mask for a model that is given none.
        export(name, "torchscript", mask=torch.ones(1, TOKENS, dtype=torch.int64), dynamo=False)
    export("gptneox", "eager", attention="eager", dynamo=True)
    dynamic = ({0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens")},)
    export("gptneox", "dynamic", batch=2, dynamo=True, dynamic_shapes=dynamic)
    export("llama", "dynamic", batch=2, dynamo=True, dynamic_shapes=dynamic)
    export("gptneox", "mask", batch=2, mask=pad_left(2), is_input=True, dynamo=True)
