# causal-onnx.sh PYTHON SCRIPT FOLDER: each kind and place, compiled to a graph, which must be small and mean the same.
python=$1 script=$2
cd "$3" || exit 1
for kind in lowest infinite kept hidden cut; do
  for place in raw floats node external; do
    [ $place = floats ] && [ $kind != lowest ] && [ $kind != infinite ] && continue
    "$python" "$script" . 48 $kind $place && waferc model.onnx --emit=graph -o graph.mlir || exit 1
    wafer-run model.onnx --mode=reference --random-inputs --output y.npy > run.txt || exit 1
    wafer-run graph.mlir --mode=reference --random-inputs --expect y.npy > run.txt || exit 1
    [ "$(wc -c < graph.mlir)" -lt 2000 ] && verdict=causal || verdict=lost
    echo "$verdict: $kind $place $(grep -o '{causal = 0 : i64}' graph.mlir)"
  done
done
