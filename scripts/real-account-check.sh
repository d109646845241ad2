#!/usr/bin/env bash
# Walks the life of a class on a real AWS account, and times each part. See docs/real-account.md.
# It deploys, costs money, and removes everything again.
set -uo pipefail
cd "$(dirname "$0")/.."

die() { printf '%s\n' "$*" >&2; exit 2; }

[[ ${LAB_REAL_ACCOUNT:-} =~ ^[0-9]{12}$ ]] || die 'Refused: set LAB_REAL_ACCOUNT to the twelve digits of the account that this may use.'
command -v aws >/dev/null || die 'Refused: the AWS CLI is needed, here and for kubectl.'
command -v kubectl >/dev/null || die 'Refused: kubectl is needed.'

account=$(aws sts get-caller-identity --query Account --output text) || die 'Refused: there are no valid credentials.'
[[ $account == "$LAB_REAL_ACCOUNT" ]] || die "Refused: your credentials are of account $account, not of $LAB_REAL_ACCOUNT."

npm run --silent build || exit 1
lab() { node --enable-source-maps dist/lab.js "$@"; }

# A kubeconfig of its own, so that yours stays as it is.
kubeconfig=$(mktemp)
trap 'rm -f "$kubeconfig"' EXIT
export KUBECONFIG=$kubeconfig

# All verbs read this one assembly: what lab.yaml says now, with the overrides that were given.
if (($# == 0)); then npm run --silent synth || exit 1; fi
lab plan "$@" || exit 1
cat <<TEXT

This deploys the lab into account $account, runs the exercise once and removes everything.
It takes half an hour to an hour and costs about 0.30 USD, at the hourly price above.
TEXT
if [[ ${LAB_REAL_ACCOUNT_YES:-} != 1 ]]; then
  read -r -p "Go on? [y/N] " answer || answer=
  [[ $answer == y || $answer == yes ]] || die 'Nothing was deployed.'
fi

failed=()
times=()
# Runs a part, keeps its time, and remembers that it failed.
part() {
  local name=$1 began=$SECONDS code=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || code=$?
  times+=("$(printf '%-10s %5d s  exit code %d' "$name" $((SECONDS - began)) "$code")")
  ((code == 0)) || failed+=("$name")
  return "$code"
}

if part preflight lab preflight; then
  if part deploy lab deploy --yes --assembly cdk.out --update-kubeconfig; then
    part scale lab scale 5 --wait
    part verify lab verify
  fi
  # Also after a failure: what was made is billed.
  part teardown lab teardown --yes
fi

printf '\n'
printf '%s\n' "${times[@]}"
if ((${#failed[@]} > 0)); then
  printf 'Failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
