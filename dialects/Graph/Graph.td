//===- Graph.td - the graph dialect, its attributes and types -*- tablegen -*-===//
//
// Part of wafer-mlir, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WAFER_DIALECTS_GRAPH_GRAPH_TD
#define WAFER_DIALECTS_GRAPH_GRAPH_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/DialectBase.td"
include "mlir/IR/EnumAttr.td"

def Graph_Dialect : Dialect {
  let name = "graph";
  let cppNamespace = "::wafer::graph";
  let summary = "tensor graphs: ONNX operators on ranked, static tensors";
  let description = [{
    A model as its exporter meant it: values, static shapes, ONNX's operator
    names in lower snake case with ONNX's semantics. There are no side effects,
    no memory and no layout. A location carries the name of the ONNX node that
    an op came from.

    A model is a `func.func` whose arguments and results carry their ONNX names
    in the attribute `graph.name`:

    ```mlir
    func.func @main(%x: tensor<8x16xf32> {graph.name = "images"})
        -> (tensor<8x24xf32> {graph.name = "logits"}) {
      %w = graph.constant @fc1.weight #graph.external<"fc1.bin", offset = 0,
           size = 1536, hash = "99aa06d3014798d8"> : tensor<16x24xf32>
      %0 = graph.matmul %x, %w
         : (tensor<8x16xf32>, tensor<16x24xf32>) -> tensor<8x24xf32>
      return %0 : tensor<8x24xf32>
    }
    ```
  }];
  let dependentDialects = [];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
}

class Graph_Attr<string name, string mnemonicName, list<Trait> traits = []>
    : AttrDef<Graph_Dialect, name, traits> {
  let mnemonic = mnemonicName;
}

def Graph_ExternalAttr : Graph_Attr<"External", "external", [TypedAttrInterface]> {
  let summary = "the value of a constant as a range of bytes in a file";
  let description = [{
    Little-endian elements in row-major order at `offset` in the file `path`;
    bool is one byte an element. `path` is relative to the folder of the file
    that holds this IR (standard input and output: the working directory).
    `hash` is the 16-digit hexadecimal xxh3 of the bytes; of a range above
    64 MiB only the first 4 KiB of every MiB and the last 4 KiB are hashed, so
    that large models are imported and checked without being read.

    Constraints
    - (C1) the type is a ranked tensor of static shape with an element type of
      this dialect.
    - (C2) `size` is the element count times the bytes of an element.
    - (C3) `offset` is not negative and `path` is not empty.
    - (C4) `hash` is 16 hexadecimal digits in lower case.
  }];
  let parameters = (ins
    StringRefParameter<"file, relative to this IR's folder">:$path,
    "int64_t":$offset,
    "int64_t":$size,
    StringRefParameter<"xxh3, see above">:$hash,
    AttributeSelfTypeParameter<"">:$type
  );
  let assemblyFormat = [{
    `<` $path `,` `offset` `=` $offset `,` `size` `=` $size `,` `hash` `=` $hash `>`
  }];
  let genVerifyDecl = 1;
}

def Graph_Distribution : I32EnumAttr<"Distribution", "what elements are drawn from", [
    I32EnumAttrCase<"Uniform", 0, "uniform">, I32EnumAttrCase<"Normal", 1, "normal">]> {
  let cppNamespace = "::wafer::graph";
  let genSpecializedAttr = 0;
}

def Graph_SeededAttr : Graph_Attr<"Seeded", "seeded", [TypedAttrInterface]> {
  let summary = "the value of a constant as a seed";
  let description = [{
    Element i (row-major) is a function of the parameters and of i, so that
    models of any size need no file. With z the output number base + i of
    SplitMix64 seeded with `seed`, v the integer

      uniform: 2·(z >> 40) + 1 - 2^24
      normal:  the sum of the four 16-bit parts of z, minus 131070

    and c = scale/2^24 or scale/37837.2265625, the element is v·c + mean in f32,
    each operation rounded once; an element of another type is that number
    rounded to it. Uniform elements lie within `scale` of `mean`; normal ones
    have the standard deviation `scale`.

    Constraints
    - (C1) the type is a ranked tensor of static shape of floats.
    - (C2) `seed`, `base` and `base` plus the element count are not negative in
      64 bits.
    - (C3) `scale` and `mean` are finite f32 numbers, `scale` is not negative.
  }];
  let parameters = (ins
    EnumParameter<Graph_Distribution>:$distribution,
    "int64_t":$seed,
    "int64_t":$base,
    "::mlir::FloatAttr":$scale,
    "::mlir::FloatAttr":$mean,
    AttributeSelfTypeParameter<"">:$type
  );
  let assemblyFormat = [{
    `<` $distribution `,` `seed` `=` $seed `,` `base` `=` $base `,` `scale` `=` $scale `,` `mean` `=` $mean `>`
  }];
  let genVerifyDecl = 1;
}

// Element types. i1 is ONNX's bool, signless integers are ONNX's signed ones.
def Graph_Float : AnyTypeOf<[F16, BF16, F32, F64], "floating-point type">;
def Graph_Integer : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64],
                              "integer type">;
def Graph_Number : AnyTypeOf<[Graph_Float, Graph_Integer], "number type">;
def Graph_Element : AnyTypeOf<[Graph_Number, I1], "number or bool type">;

def Graph_NumberTensor : StaticShapeTensorOf<[Graph_Number]>;
def Graph_Tensor : StaticShapeTensorOf<[Graph_Element]>;

#endif // WAFER_DIALECTS_GRAPH_GRAPH_TD
