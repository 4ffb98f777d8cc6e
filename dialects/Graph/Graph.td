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

// Element types. i1 is ONNX's bool, signless integers are ONNX's signed ones.
def Graph_Float : AnyTypeOf<[F16, BF16, F32, F64], "floating-point type">;
def Graph_Integer : AnyTypeOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64],
                              "integer type">;
def Graph_Number : AnyTypeOf<[Graph_Float, Graph_Integer], "number type">;
def Graph_Element : AnyTypeOf<[Graph_Number, I1], "number or bool type">;

def Graph_NumberTensor : StaticShapeTensorOf<[Graph_Number]>;
def Graph_Tensor : StaticShapeTensorOf<[Graph_Element]>;

#endif // WAFER_DIALECTS_GRAPH_GRAPH_TD
