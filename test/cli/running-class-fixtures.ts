import type { LabStatus } from '../../lib/exercise/lab-status';
import type { ScaleResult } from '../../lib/exercise/scale-lab';
import type { VerifyResult } from '../../lib/exercise/verify-lab';
import { passedExercise } from './rehearsal-fixtures';

/** A student who has done the exercise. */
export const passedVerify: VerifyResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  namespace: 'student-007',
  deploymentName: 'inflate',
  replicas: 5,
  isSimulated: true,
  observations: [
    { name: 'replicas', expected: '5 replicas are asked for', outcome: 'pass', evidence: ['5 of 5 replicas asked for: spec.replicas is 5'] },
    { name: 'launch log', expected: 'Karpenter\'s log shows "launched nodeclaim"', outcome: 'unknown', evidence: ['The log cannot be read: pods is forbidden.'], command: 'kubectl -n kube-system logs -l app.kubernetes.io/name=karpenter --tail=-1' },
  ],
  nodes: passedExercise.nodes,
};

/** A student who has not scaled yet. */
export const failedVerify: VerifyResult = {
  ...passedVerify,
  verdict: 'failed',
  observations: [
    {
      name: 'replicas', expected: '5 replicas are asked for', outcome: 'fail', evidence: ['0 of 5 replicas asked for: spec.replicas is 0'],
      command: 'kubectl scale deployment -n student-007 inflate --replicas 5',
    },
    { name: 'pods running', expected: '5 pods of inflate run', outcome: 'fail', evidence: ['0 of 5 pods Running'], command: 'kubectl get pods -n student-007 -o wide' },
  ],
  nodes: [],
};

/** A scaling that was followed until the pods ran. */
export const scaledOut: ScaleResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  namespace: 'karpenter-test',
  deploymentName: 'inflate',
  from: 0,
  to: 5,
  scaledAt: '2026-11-24T01:00:00.000Z',
  isWaited: true,
  steps: [
    { title: 'Scale inflate from 0 to 5 replicas', command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5', outcome: 'passed', evidence: ['deployment.apps/inflate scaled'], seconds: 0.1 },
    { title: '5 pods of inflate run', outcome: 'passed', evidence: ['5 pods on kwok-default-g7qbz'], seconds: 34.2 },
  ],
  timeline: passedExercise.timeline,
  nodes: passedExercise.nodes,
};

/** A lab in which five pods run on a node of Karpenter's. */
export const runningStatus: LabStatus = {
  cluster: 'karpenter-lab',
  region: 'ap-northeast-2',
  at: '2026-11-24T01:02:03.000Z',
  isReady: true,
  problems: [],
  karpenter: { readyReplicas: 2, replicas: 2 },
  nodePools: [{ name: 'default', isReady: true, limits: [{ resource: 'cpu', used: '8', limit: '100' }, { resource: 'memory', used: '15907084Ki', limit: '400Gi' }] }],
  nodeClasses: [{ name: 'default', isReady: true }],
  deployments: [{ namespace: 'karpenter-test', name: 'inflate', replicas: 5, readyReplicas: 5 }],
  pods: [1, 2, 3, 4, 5].map((number) => ({ namespace: 'karpenter-test', name: `inflate-${number}`, state: 'running', nodeName: 'ip-10-11-72-27' })),
  nodeClaims: [{ name: 'default-g7qbz', nodePoolName: 'default', stage: 'initialized', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', capacityType: 'on-demand' }],
  nodes: [
    { name: 'ip-10-11-1-1', isReady: true, instanceType: 't3.medium', zone: 'ap-northeast-2a', capacityType: 'on-demand', pods: 9, cpuMillis: { requested: 1545, allocatable: 1930 }, memoryMiB: { requested: 1400, allocatable: 3200 }, pricePerHour: 0.052 },
    { name: 'ip-10-11-72-27', nodePoolName: 'default', isReady: true, instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', capacityType: 'on-demand', pods: 9, cpuMillis: { requested: 5180, allocatable: 7910 }, memoryMiB: { requested: 120, allocatable: 14162 }, pricePerHour: 0.344 },
  ],
  cost: { idlePerHour: 0.273, karpenterPerHour: 0.346, totalPerHour: 0.619, sinceDeploy: 1.44, since: '2026-11-23T22:00:00Z', basis: ['An estimate at list prices.'] },
  expiresAt: '2026-11-24T09:00Z',
};
