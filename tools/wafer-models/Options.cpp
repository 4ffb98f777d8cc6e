//===- Options.cpp - the command line of wafer-models -----------*- C++ -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"
#include "Blocks.h"
#include "wafer/Executor/File/ModuleFile.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

namespace cl = llvm::cl;

namespace wafer::models {

static constexpr const char *kOverview =
    R"(writes GPT models, or layers of them, as ONNX

  wafer-models gpt-neox-20b --layers=1 --sequence=2048 -o layer.onnx
  wafer-models gpt3-13b --type=f16 -o gpt3-13b.onnx
  wafer-models gpt-j-6b --layers=2 --first-layer=10 --weights=external -o layers.onnx
  wafer-models gpt-neox-20b --part=model --layers=2 --hidden=96 --heads=4 --vocab=193 \
    --sequence=24 --weights-from=export.onnx -o small.onnx

Models: gpt3-xl, gpt3-13b, gpt-j-6b, gpt-neox-20b.
Exit codes: 0 fine, 2 bad usage or input, or a file that cannot be written.
)";

/// The operators that are used are those of these opsets; Gelu is from the
/// oldest.
static constexpr int64_t kOldestOpset = 20, kNewestOpset = 24;

int reportError(const llvm::Twine &message) {
  llvm::errs() << "wafer-models: error: " << message << "\n";
  return kBadInput;
}

namespace {

enum class Part { Default, Layer, Model };

/// The options as llvm::cl wants them.
struct CommandLine {
  cl::OptionCategory modelCategory{"wafer-models: what to write"};
  cl::OptionCategory sizeCategory{"wafer-models: other sizes than published"};
  cl::OptionCategory weightCategory{"wafer-models: weights"};

  cl::opt<std::string> model{
      cl::Positional, cl::Required, cl::cat(modelCategory),
      cl::desc("<gpt3-xl, gpt3-13b, gpt-j-6b or gpt-neox-20b>")};
  cl::opt<Part> part{
      "part", cl::cat(modelCategory), cl::init(Part::Default),
      cl::desc("Default: layer with --layers or --first-layer, else model"),
      cl::values(clEnumValN(Part::Layer, "layer",
                            "layers; hidden states in, hidden states out"),
                 clEnumValN(Part::Model, "model",
                            "token ids in, logits out; --layers is the depth "
                            "of the model"))};
  cl::opt<int64_t> layers{"layers", cl::value_desc("N"), cl::cat(modelCategory),
                          cl::desc("Layers to write (default: all)")};
  cl::opt<int64_t> firstLayer{"first-layer", cl::value_desc("N"),
                              cl::cat(modelCategory),
                              cl::desc("First of the layers (default: 0)")};
  cl::opt<int64_t> batch{"batch", cl::init(1), cl::value_desc("N"),
                         cl::cat(modelCategory), cl::desc("Default: 1")};
  cl::opt<int64_t> sequence{
      "sequence", cl::value_desc("N"), cl::cat(modelCategory),
      cl::desc("Tokens of each (default: the model's positions)")};
  cl::opt<std::string> type{"type", cl::init("f32"), cl::value_desc("TYPE"),
                            cl::cat(modelCategory),
                            cl::desc("f32 (default) or f16")};
  cl::opt<int64_t> opset{
      "opset", cl::init(kOldestOpset), cl::value_desc("N"),
      cl::cat(modelCategory),
      cl::desc("20 (default) to 24; from 23 on with the operators Attention "
               "and RotaryEmbedding")};
  cl::opt<std::string> output{
      "o", cl::value_desc("PATH"), cl::cat(modelCategory),
      cl::desc("FILE.onnx, or a folder for model.onnx (default: MODEL.onnx)")};

  cl::opt<int64_t> hidden{"hidden", cl::value_desc("N"), cl::cat(sizeCategory),
                          cl::desc("Elements of a hidden state")};
  cl::opt<int64_t> heads{"heads", cl::value_desc("N"), cl::cat(sizeCategory),
                         cl::desc("Attention heads")};
  cl::opt<int64_t> ffn{"ffn", cl::value_desc("N"), cl::cat(sizeCategory),
                       cl::desc("Elements within the FFN (default with "
                                "--hidden: four times as many)")};
  cl::opt<int64_t> vocabulary{"vocab", cl::value_desc("N"),
                              cl::cat(sizeCategory),
                              cl::desc("Size of the vocabulary")};
  cl::opt<int64_t> rotary{"rotary", cl::value_desc("N"), cl::cat(sizeCategory),
                          cl::desc("Rotated elements of a head (default with "
                                   "--hidden or --heads: a quarter)")};
  cl::opt<int64_t> positions{"positions", cl::value_desc("N"),
                             cl::cat(sizeCategory),
                             cl::desc("The longest sequence")};

  cl::opt<std::string> weights{
      "weights", cl::init("seeded"), cl::value_desc("KIND"),
      cl::cat(weightCategory),
      cl::desc("seeded: the file names seeds (default); external: the same "
               "elements in a file beside it")};
  cl::opt<std::string> weightsFrom{
      "weights-from", cl::value_desc("FILE"), cl::cat(weightCategory),
      cl::desc("External weights with the elements of this ONNX model's "
               "initializers of the same names")};
  cl::opt<uint64_t> seed{"seed", cl::init(0), cl::value_desc("N"),
                         cl::cat(weightCategory), cl::desc("Default: 0")};
};

} // namespace

/// The published sizes with those of the command line in their place.
static void overrideSizes(const CommandLine &line, Architecture &a) {
  auto take = [](const cl::opt<int64_t> &option, int64_t &size) {
    if (option.getNumOccurrences())
      size = option;
  };
  take(line.hidden, a.hidden);
  take(line.heads, a.heads);
  take(line.vocabulary, a.vocabulary);
  take(line.positions, a.positions);
  if (line.hidden.getNumOccurrences())
    a.ffn = a.hidden > INT64_MAX / 4 ? a.hidden : 4 * a.hidden;
  take(line.ffn, a.ffn);
  bool isOtherHead =
      line.hidden.getNumOccurrences() || line.heads.getNumOccurrences();
  if (isOtherHead && a.rotary != 0 && a.heads > 0)
    a.rotary = std::max<int64_t>(2, a.getHeadSize() / 8 * 2);
  take(line.rotary, a.rotary);
}

static bool parseSelection(const CommandLine &line, Selection &selection) {
  const Architecture *found =
      llvm::find_if(getArchitectures(), [&](const Architecture &a) {
        return a.name == line.model;
      });
  if (found == getArchitectures().end()) {
    reportError("\"" + line.model +
                "\" is no model: expected gpt3-xl, gpt3-13b, gpt-j-6b or "
                "gpt-neox-20b");
    return false;
  }
  Architecture &a = selection.architecture = *found;
  overrideSizes(line, a);
  bool hasLayers = line.layers.getNumOccurrences();
  selection.isWhole =
      line.part == Part::Model || (line.part == Part::Default && !hasLayers &&
                                   !line.firstLayer.getNumOccurrences());
  if (selection.isWhole && hasLayers)
    a.layers = line.layers;
  selection.firstLayer = line.firstLayer;
  selection.numLayers =
      hasLayers ? line.layers : a.layers - selection.firstLayer;
  selection.batch = line.batch;
  selection.sequence =
      line.sequence.getNumOccurrences() ? line.sequence : a.positions;
  selection.opset = line.opset;
  if (selection.isWhole && selection.firstLayer != 0) {
    reportError("a whole model begins with layer 0, found --first-layer=" +
                llvm::Twine(selection.firstLayer));
    return false;
  }
  if (line.type != "f32" && line.type != "f16") {
    reportError("--type=" + line.type + ": expected f32 or f16");
    return false;
  }
  selection.type = line.type == "f32" ? onnx::TensorProto::FLOAT
                                      : onnx::TensorProto::FLOAT16;
  if (line.opset < kOldestOpset || line.opset > kNewestOpset) {
    reportError("--opset=" + llvm::Twine(line.opset) + ": expected " +
                llvm::Twine(kOldestOpset) + " to " + llvm::Twine(kNewestOpset));
    return false;
  }
  if (llvm::Error error = selection.check()) {
    reportError(llvm::toString(std::move(error)));
    return false;
  }
  return true;
}

static std::string chooseOutput(const CommandLine &line) {
  if (line.output.empty())
    return line.model + ".onnx";
  llvm::SmallString<128> path(line.output);
  if (llvm::sys::path::extension(path) != ".onnx")
    llvm::sys::path::append(path, "model.onnx");
  return std::string(path);
}

std::optional<Options> parseOptions(int argc, char **argv) {
  // Libraries register options of their own, some under names of ours.
  cl::ResetCommandLineParser();
  CommandLine line;
  cl::SetVersionPrinter(
      [](llvm::raw_ostream &os) { os << exec::kProducer << "\n"; });
  cl::HideUnrelatedOptions(
      {&line.modelCategory, &line.sizeCategory, &line.weightCategory});
  // With a stream for errors it returns instead of exiting with code 1.
  if (!cl::ParseCommandLineOptions(argc, argv, kOverview, &llvm::errs()))
    return std::nullopt;
  Options options;
  if (!parseSelection(line, options.selection))
    return std::nullopt;
  options.seed = line.seed;
  options.output = chooseOutput(line);
  options.weightsFrom = line.weightsFrom;
  if (line.weights != "seeded" && line.weights != "external") {
    reportError("--weights=" + line.weights + ": expected seeded or external");
    return std::nullopt;
  }
  options.storesWeights =
      line.weights == "external" || !options.weightsFrom.empty();
  if (!options.weightsFrom.empty() && line.weights.getNumOccurrences() &&
      line.weights == "seeded") {
    reportError("--weights=seeded draws the weights, --weights-from takes them "
                "from a model: expected one of both");
    return std::nullopt;
  }
  return options;
}

} // namespace wafer::models
