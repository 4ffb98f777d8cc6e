# exits.sh CODE COMMAND...: succeeds if the command ends with that exit code.
expected=$1
shift
"$@"
found=$?
[ "$found" -eq "$expected" ] && exit 0
echo "exit code $found, expected $expected: $*" >&2
exit 1
