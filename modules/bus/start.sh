# start FILE COMMAND...: a NATS server, if it may read all that its configuration FILE names.
# Else it says what is missing and who makes it, and exits with 78: to try again does not help.
set -euo pipefail

file=$1
shift
bad=0

need() { # PATH REMEDY
  if [[ -r $1 && ! -d $1 ]]; then
    return
  fi
  bad=78
  local path
  path=$(readlink -m -- "$1")
  if [[ -e $path ]]; then
    echo "<3>$path cannot be read by $(id -un): it needs the group nimmer-bus and the mode 0640" >&2
  else
    echo "<3>$path is missing, or $(id -un) may not look into its folder: $2" >&2
  fi
  return 1
}

scan() { # FILE
  local line included
  while IFS= read -r line; do
    if [[ $line =~ ^\ *include\ \"(.+)\"$ ]]; then
      included=${1%/*}/${BASH_REMATCH[1]}
      if need "$included" "run 'nimmer bus keys apply' and bring what it wrote for this server"; then
        scan "$included"
      fi
    elif [[ $line =~ ^\ *credentials:\ \"(.+)\"$ ]]; then
      need "${BASH_REMATCH[1]}" "bring the credentials of this leaf's links; 'nimmer bus keys apply --creds-path /etc/nimmer/nats/links' writes where they are" || true
    elif [[ $line =~ ^\ *(cert|key|ca)_file:\ \"(.+)\"$ ]]; then
      need "${BASH_REMATCH[2]}" "it is declared under tls" || true
    fi
  done <"$1"
}

scan "$file"
if ((bad)); then
  exit "$bad"
fi
exec "$@"
