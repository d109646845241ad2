#!/usr/bin/env bash
# Walks the life of a class on a real AWS account, and times each part. See docs/real-account.md.
# It deploys, costs money, and removes everything again.
set -uo pipefail
cd "$(dirname "$0")/.."

die() { printf '%s\n' "$*" >&2; exit 2; }

end=${LAB_REAL_ACCOUNT_END:-teardown}
[[ ${LAB_REAL_ACCOUNT:-} =~ ^[0-9]{12}$ ]] || die 'Refused: set LAB_REAL_ACCOUNT to the twelve digits of the account that this may use.'
[[ $end == teardown || $end == destroy ]] || die "Refused: LAB_REAL_ACCOUNT_END is teardown or destroy, not $end."
command -v aws >/dev/null || die 'Refused: the AWS CLI is needed, here and for kubectl.'
command -v kubectl >/dev/null || die 'Refused: kubectl is needed.'

account=$(aws sts get-caller-identity --query Account --output text) || die 'Refused: there are no valid credentials.'
[[ $account == "$LAB_REAL_ACCOUNT" ]] || die "Refused: your credentials are of account $account, not of $LAB_REAL_ACCOUNT."

npm run --silent build || exit 1
lab() { node --enable-source-maps dist/lab.js "$@"; }

# A kubeconfig of its own, so that yours stays as it is. It is not there until the deployment has succeeded: the teardown of a
# lab that is half made leaves the draining to the guard in the stack.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export KUBECONFIG=$folder/kubeconfig

# All verbs read this one assembly: what lab.yaml says now, with the overrides that were given. Whatever becomes of this
# script, AWS deletes the lab at its deadline, four hours from now, if nobody set another.
deadline=$(node -p 'new Date(Date.now() + 4 * 3600_000).toISOString().slice(0, 16) + "Z"')
lab plan --assembly cdk.out -c "expiresAt=$deadline" "$@" || exit 1

# A deployment succeeds whether or not anybody can use the lab. This needs to use it, from here, as who it is.
access=$(lab preflight --assembly cdk.out --json | node -p '
  const { checks = [], error = {} } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const { outcome, evidence, remedy } = checks.find(({ name }) => name === "Access") ?? { evidence: error.message, remedy: error.remedy };
  outcome === "pass" ? "pass" : [evidence, remedy].filter(Boolean).join(" ")')
[[ $access == pass ]] || die "Refused: you could not use the lab. ${access:-The preflight does not say why.}"

cat <<TEXT

This deploys the lab into account $account, runs the exercise once and removes everything by $end.
It takes an hour to an hour and a half and costs about 0.60 USD, at the hourly price above.
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

# A NodePool that CloudFormation does not know, with a pod on a node of its own.
student() {
  kubectl get nodepool default -o json |
    node -p 'const { spec } = JSON.parse(require("fs").readFileSync(0, "utf8"));
      JSON.stringify({ apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "student" }, spec })' |
    kubectl create -f - &&
    kubectl run student --image=public.ecr.aws/eks-distro/kubernetes/pause:3.7 \
      --overrides='{"apiVersion": "v1", "spec": {"nodeSelector": {"karpenter.sh/nodepool": "student"}}}' &&
    kubectl wait pod/student --for=condition=Ready --timeout=300s
}

# The guard in the stack drains; what Karpenter, Kubernetes and EKS leave in AWS goes with the sweep.
destroy_and_sweep() {
  part destroy npx cdk destroy --force --app cdk.out && part sweep lab sweep --yes
}

if part preflight lab preflight --assembly cdk.out; then
  if part deploy lab deploy --yes --assembly cdk.out --update-kubeconfig; then
    part scale lab scale 5 --wait --yes
    part verify lab verify
    part student student
    part extend lab extend 1h --yes
  fi
  # Also after a failure: what was made is billed.
  if [[ $end == teardown ]] || ! destroy_and_sweep; then part teardown lab teardown --yes; fi
fi

printf '\n'
printf '%s\n' "${times[@]}"
if ((${#failed[@]} > 0)); then
  printf 'Failed: %s\n' "${failed[*]}" >&2
  exit 1
fi
