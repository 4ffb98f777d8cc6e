# layers.sh: compiles a layer of each published model for the WSE-2 in the working directory, and says what of it counts.
for model in gpt3-xl gpt-j-6b gpt3-13b gpt-neox-20b; do
  wafer-models $model --part=layer --layers=1 --sequence=2048 -o layer.onnx > models.txt || exit 1
  waferc layer.onnx --machine=wse2 -o layer.wafer --report=report.txt 2> progress.txt || exit 1
  grep warning progress.txt
  grep '^pe module' report.txt | sed "s/^/$model: /"
  [ "$(wc -c < layer.wafer)" -lt 2000000 ] && echo "$model: below 2 MB"
done
