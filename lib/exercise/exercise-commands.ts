import { selectorText } from '../kubernetes/core-kinds';
import { APP_NAME_LABEL } from '../well-known-keys';
import type { ExerciseExpectations } from './expectations';

/** The message by which the exercise finds a launch in Karpenter's log. */
export const LAUNCH_MESSAGE = 'launched nodeclaim';

/** The commands that a student types, with the names of this lab. */
export interface ExerciseCommands {
  /** Creates the namespace. The stack creates the lab's; a student's own may be missing. */
  readonly namespace: string;
  /** Applies the Deployment in its namespace, also over a Deployment that differs. */
  readonly deploy: string;
  /** Creates the namespace, then applies the Deployment. */
  readonly namespaceAndDeploy: string;
  readonly karpenter: string;
  readonly nodesBefore: string;
  readonly scale: (replicas: number) => string;
  readonly nodeClaims: string;
  readonly log: string;
  readonly nodes: string;
  readonly pods: string;
  readonly labels: string;
}

/** The command that brings back a deleted NodePool or EC2NodeClass. Deploying again does not: CloudFormation sees no change. */
export const RESTORE_NODE_POOL = 'npm run charts && kubectl apply -f cdk8s.out/nodepool.yaml';

/**
 * The command that brings back deleted objects of a Helm release, such as Karpenter's Deployment, as Helm applied them. `kubectl
 * apply` gets no namespace: the chart names one for each object, and two are in kube-system wherever Karpenter is.
 */
export function restoreRelease({ release, namespace }: { readonly release: string; readonly namespace: string }): string {
  return `helm get manifest ${release} --namespace ${namespace} | kubectl apply -f -`;
}

/**
 * The commands of the exercise for a lab. As in the exercise, the variable KARPENTER_NAMESPACE holds Karpenter's namespace. The log
 * command differs from the exercise's own: that names the Deployment, so kubectl reads one pod, which may not be the leader that
 * launches nodes. This one reads all pods, sorts their lines by time, and shows equal lines once.
 */
export function exerciseCommands({ namespace, deploymentName, nodeSelector }: ExerciseExpectations): ExerciseCommands {
  const selector = selectorText(nodeSelector);
  const create = `kubectl create namespace ${namespace}`;
  const deploy = `kubectl apply -n ${namespace} -f basic-deploy.yaml`;
  return {
    namespace: create,
    deploy,
    namespaceAndDeploy: `${create} && ${deploy}`,
    karpenter: 'kubectl get nodepools,ec2nodeclasses',
    nodesBefore: 'kubectl get nodes',
    scale: (replicas) => `kubectl scale deployment -n ${namespace} ${deploymentName} --replicas ${replicas}`,
    nodeClaims: 'kubectl get nodeclaims -o wide',
    log: `kubectl -n $KARPENTER_NAMESPACE logs -l ${APP_NAME_LABEL}=karpenter --all-containers=true --tail=-1 | grep "${LAUNCH_MESSAGE}" | sort -u | jq -s`,
    nodes: `kubectl get nodes -l ${selector}`,
    pods: `kubectl get pods -n ${namespace} -o wide`,
    labels: `kubectl get node -l ${selector} -o json | jq -r '.items[0].metadata.labels'`,
  };
}
