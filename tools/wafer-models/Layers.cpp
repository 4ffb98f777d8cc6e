//===- Layers.cpp - the layers of each family, and whole models -*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"

using llvm::Twine;

namespace wafer::models {

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// x + attention(norm(x)) =: y, y + FFN(norm(y))
Value BlockBuilder::gpt2Layer(const Value &x, int64_t index) {
  std::string name = "transformer.h." + std::to_string(index);
  int64_t hidden = architecture.hidden, ffn = architecture.ffn;
  Value qkv = conv1d(layerNorm(x, name + ".ln_1"), name + ".attn.c_attn",
                     hidden, 3 * hidden, kWeightScale);
  auto parts = b.split(qkv, 2, {hidden, hidden, hidden});
  Value context = attention(splitHeads(parts[0]), splitHeads(parts[1]),
                            splitHeads(parts[2]), name + ".attn");
  Value attended = conv1d(context, name + ".attn.c_proj", hidden, hidden,
                          getResidualScale());
  Value y = b.create("Add", {attended, x});
  Value up = conv1d(layerNorm(y, name + ".ln_2"), name + ".mlp.c_fc", hidden,
                    ffn, kWeightScale);
  Value down = conv1d(gelu(up, /*isExact=*/false), name + ".mlp.c_proj", ffn,
                      hidden, getResidualScale());
  return b.create("Add", {y, down});
}

/// x + attention(norm(x)) + FFN(norm(x)) with one norm
Value BlockBuilder::gptJLayer(const Value &x, int64_t index) {
  std::string name = "transformer.h." + std::to_string(index);
  int64_t hidden = architecture.hidden, ffn = architecture.ffn;
  Value normed = layerNorm(x, name + ".ln_1");
  auto project = [&](const char *part) {
    return splitHeads(linear(normed, name + ".attn." + part, hidden, hidden,
                             kWeightScale,
                             /*hasBias=*/false));
  };
  Value query = rotary(project("q_proj"));
  Value key = rotary(project("k_proj"));
  Value value = project("v_proj");
  Value context = attention(query, key, value, name + ".attn");
  Value attended = linear(context, name + ".attn.out_proj", hidden, hidden,
                          getResidualScale(), /*hasBias=*/false);
  Value up = linear(normed, name + ".mlp.fc_in", hidden, ffn, kWeightScale);
  Value down = linear(gelu(up, /*isExact=*/false), name + ".mlp.fc_out", ffn,
                      hidden, getResidualScale());
  b.enter(name);
  return b.create("Add", {b.create("Add", {attended, down}), x});
}

/// x + attention(norm(x)) + FFN(other norm(x)). Query, key and value of a head
/// are next to each other in one projection.
Value BlockBuilder::gptNeoXLayer(const Value &x, int64_t index) {
  std::string name = "gpt_neox.layers." + std::to_string(index);
  int64_t hidden = architecture.hidden, ffn = architecture.ffn,
          size = architecture.getHeadSize();
  Value qkv = linear(layerNorm(x, name + ".input_layernorm"),
                     name + ".attention.query_key_value", hidden, 3 * hidden,
                     kWeightScale);
  Value heads = b.reshape(
      qkv, {selection.batch, selection.sequence, architecture.heads, 3 * size});
  auto parts = b.split(b.transpose(heads, {0, 2, 1, 3}), 3, {size, size, size});
  Value context = attention(rotary(parts[0]), rotary(parts[1]), parts[2],
                            name + ".attention");
  Value attended = linear(context, name + ".attention.dense", hidden, hidden,
                          getResidualScale());
  Value up = linear(layerNorm(x, name + ".post_attention_layernorm"),
                    name + ".mlp.dense_h_to_4h", hidden, ffn, kWeightScale);
  Value down = linear(gelu(up, /*isExact=*/true), name + ".mlp.dense_4h_to_h",
                      ffn, hidden, getResidualScale());
  b.enter(name);
  return b.create("Add", {b.create("Add", {down, attended}), x});
}

Value BlockBuilder::layer(const Value &x, int64_t index) {
  switch (architecture.family) {
  case Family::Gpt2:
    return gpt2Layer(x, index);
  case Family::GptJ:
    return gptJLayer(x, index);
  case Family::GptNeoX:
    return gptNeoXLayer(x, index);
  }
  llvm_unreachable("families are listed above");
}

//===----------------------------------------------------------------------===//
// Whole models
//===----------------------------------------------------------------------===//

static const char *getEmbeddingName(Family family) {
  return family == Family::GptNeoX ? "gpt_neox.embed_in.weight"
                                   : "transformer.wte.weight";
}

Value BlockBuilder::embedding(const Value &ids) {
  int64_t hidden = architecture.hidden;
  Value table = weight(getEmbeddingName(architecture.family),
                       {architecture.vocabulary, hidden}, kWeightScale);
  b.enter("embedding");
  Value tokens = b.create("Gather", {table, ids});
  if (architecture.family != Family::Gpt2)
    return tokens;
  Value positions = weight("transformer.wpe.weight",
                           {architecture.positions, hidden}, kWeightScale);
  if (selection.sequence < architecture.positions)
    positions = b.slice(positions, 0, 0, selection.sequence);
  return b.create("Add", {tokens, positions});
}

Value BlockBuilder::head(const Value &x) {
  Family family = architecture.family;
  Value normed =
      layerNorm(x, family == Family::GptNeoX ? "gpt_neox.final_layer_norm"
                                             : "transformer.ln_f");
  if (family != Family::Gpt2)
    return linear(normed, "lm_head", architecture.hidden,
                  architecture.vocabulary, kWeightScale,
                  /*hasBias=*/family == Family::GptJ);
  b.enter("lm_head");
  Value table = b.transpose(getEmbeddingName(family), {1, 0});
  return b.create("MatMul", {normed, table});
}

void BlockBuilder::build() {
  int64_t batch = selection.batch, sequence = selection.sequence;
  Value x = selection.isWhole ? "input_ids" : "hidden_states";
  if (selection.isWhole) {
    b.addInput(x, onnx::TensorProto::INT64, {batch, sequence});
    x = embedding(x);
  } else {
    b.addInput(x, selection.type, {batch, sequence, architecture.hidden});
  }
  for (int64_t i = 0; i < selection.numLayers; ++i)
    x = layer(x, selection.firstLayer + i);
  if (selection.isWhole)
    b.addOutput("logits", head(x), {batch, sequence, architecture.vocabulary});
  else
    b.addOutput("output_states", x, {batch, sequence, architecture.hidden});
}

} // namespace wafer::models
