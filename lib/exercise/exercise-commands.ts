import { selectorText } from '../kubernetes/core-kinds';
import type { ExerciseExpectations } from './expectations';
import { LAUNCH_MESSAGE } from './karpenter-log';

/** The commands that a student types, with the names of this lab. */
export interface ExerciseCommands {
  readonly deploy: string;
  readonly karpenter: string;
  readonly nodesBefore: string;
  readonly scale: (replicas: number) => string;
  readonly nodeClaims: string;
  readonly log: string;
  readonly nodes: string;
  readonly pods: string;
  readonly labels: string;
}

/** The commands of the exercise for a lab. Karpenter's namespace stands in the variable KARPENTER_NAMESPACE, as the exercise has it. */
export function exerciseCommands({ namespace, deploymentName, nodeSelector, karpenterDeployment }: ExerciseExpectations): ExerciseCommands {
  const selector = selectorText(nodeSelector);
  return {
    deploy: `kubectl create namespace ${namespace} && kubectl apply -f basic-deploy.yaml`,
    karpenter: 'kubectl get nodepools,ec2nodeclasses',
    nodesBefore: 'kubectl get nodes',
    scale: (replicas) => `kubectl scale deployment -n ${namespace} ${deploymentName} --replicas ${replicas}`,
    nodeClaims: 'kubectl get nodeclaims -o wide',
    log: `kubectl -n $KARPENTER_NAMESPACE logs deployment/${karpenterDeployment} --all-containers=true | grep "${LAUNCH_MESSAGE}" | jq -s`,
    nodes: `kubectl get nodes -l ${selector}`,
    pods: `kubectl get pods -n ${namespace} -o wide`,
    labels: `kubectl get node -l ${selector} -o json | jq -r '.items[0].metadata.labels'`,
  };
}
