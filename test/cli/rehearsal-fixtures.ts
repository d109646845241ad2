import type { ExerciseExpectations } from '../../lib/exercise/expectations';
import type { ClassResult, ExerciseResult } from '../../lib/exercise/exercise-result';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { LabError } from '../../lib/lab-error';

/** A rehearsal that runs. */
export const runningRehearsal: RehearsalRecord = {
  name: 'default',
  directory: '/home/student/lab/.lab/rehearsals/default',
  kubeconfig: '/home/student/lab/.lab/rehearsals/default/kubeconfig',
  awsEndpoint: 'http://127.0.0.1:41001',
  terminal: { projectDirectory: '/home/student/lab', environment: {} },
  findingsFile: '/home/student/lab/.lab/rehearsals/default/findings.jsonl',
  environmentFile: '/home/student/lab/.lab/rehearsals/default/environment.sh',
  accountId: '123456789012',
  assemblyDirectory: '/home/student/lab/cdk.out',
  stackName: 'karpenter-lab',
  clusterName: 'karpenter-lab',
  region: 'ap-northeast-2',
  karpenterNamespace: 'kube-system',
  nodePoolName: 'default',
  inflateNamespace: 'karpenter-test',
  startedAt: '2026-11-23T09:00:00.000Z',
  processes: [
    { name: 'kube-apiserver', pid: 4101, startTicks: 100, logFile: '/home/student/lab/.lab/rehearsals/default/kube-apiserver.log' },
    { name: 'karpenter', pid: 4102, startTicks: 101, logFile: '/home/student/lab/.lab/rehearsals/default/karpenter.log' },
  ],
};

/** What the exercise should find in the lab with its defaults. */
export const expectations: ExerciseExpectations = {
  clusterName: 'karpenter-lab',
  region: 'ap-northeast-2',
  namespace: 'karpenter-test',
  deploymentName: 'inflate',
  nodeSelector: { 'eks-team': 'my-team' },
  replicas: 5,
  nodePoolName: 'default',
  nodeClassName: 'default',
  capacityTypes: ['on-demand'],
  karpenterNamespace: 'kube-system',
  karpenterDeployment: 'karpenter',
  objects: [],
};

/** There is no Python. */
export const withoutPython = new LabError({ code: 'PythonMissing', message: 'There is no python3 on the PATH.', remedy: 'Install Python 3.11 or newer with its venv module, then run the command again.' });

/** A run of the exercise with a drill, as it goes. */
export const passedExercise: ExerciseResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  isSimulated: true,
  replicas: 5,
  steps: [
    {
      title: 'Deployment inflate is there with no replicas',
      command: 'kubectl get deployment -n karpenter-test inflate',
      outcome: 'passed',
      evidence: ['NAME      READY   UP-TO-DATE   AVAILABLE   AGE', 'inflate   0/0     0            0           12s'],
      seconds: 0.21,
    },
    {
      title: 'Scale to 5 replicas',
      command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5',
      outcome: 'passed',
      evidence: ['deployment.apps/inflate scaled'],
      seconds: 0.3,
    },
    {
      title: 'Karpenter logs what it launched',
      command: 'kubectl -n $KARPENTER_NAMESPACE logs -l app.kubernetes.io/name=karpenter --all-containers=true --tail=-1 | grep "launched nodeclaim" | sort -u | jq -s',
      outcome: 'passed',
      evidence: Array.from({ length: 12 }, (_, index) => `  "line": ${index + 1}`),
      seconds: 2.4,
    },
    { title: 'kube-ops-view shows the node', outcome: 'skipped', evidence: ['Containers do not run here.'], seconds: 0 },
  ],
  timeline: [
    { event: 'scaled', atSeconds: 0, detail: 'inflate to 5 replicas' },
    { event: 'pods pending', atSeconds: 0.4, detail: '5 pods' },
    { event: 'NodeClaim created', atSeconds: 1.9, detail: 'default-g7qbz' },
    { event: 'NodeClaim launched', atSeconds: 2.6, detail: 'default-g7qbz: c5a.2xlarge in ap-northeast-2b' },
    { event: 'node registered', atSeconds: 32.7, detail: 'kwok-default-g7qbz' },
    { event: 'node ready', atSeconds: 33.1, detail: 'kwok-default-g7qbz' },
    { event: 'pods running', atSeconds: 34.25, detail: '5 pods on 1 node' },
  ],
  nodes: [{
    name: 'kwok-default-g7qbz', nodeClaim: 'default-g7qbz', instanceType: 'c5a.2xlarge', zone: 'ap-northeast-2b', capacityType: 'on-demand',
    exercisePods: 5, pricePerHour: 0.344,
  }],
  drills: [{
    name: 'consolidation',
    verdict: 'passed',
    isLabLeft: true,
    steps: [{
      title: 'Scale back to 0',
      command: 'kubectl scale deployment -n karpenter-test inflate --replicas 0',
      outcome: 'passed',
      evidence: ['deployment.apps/inflate scaled'],
      seconds: 0.2,
    }, { title: 'The node is gone', outcome: 'passed', evidence: ['disrupting node(s): empty, delete'], seconds: 41.8 }],
  }],
  notSimulated: ['Containers do not run: no image is pulled.', 'Node label topology.ebs.csi.aws.com/zone, which the exercise shows.'],
};

/** A run that ends before its first node. */
export const failedExercise: ExerciseResult = {
  ...passedExercise,
  verdict: 'failed',
  steps: [...passedExercise.steps.slice(0, 2), {
    title: 'A node is launched',
    outcome: 'failed',
    evidence: [
      'Not within 120 s: a NodeClaim of NodePool default.',
      'Pod inflate-abc: 0/2 nodes are available: 2 node(s) didn\'t match Pod\'s node affinity/selector. preemption: 0/2 nodes are available.',
      'No subnet matches the selector of EC2NodeClass default.',
    ],
    seconds: 120,
  }],
  timeline: passedExercise.timeline.slice(0, 2),
  nodes: [],
  drills: [],
};

/** A class that all finished. */
export const passedClass: ClassResult = {
  verdict: 'passed',
  cluster: 'karpenter-lab',
  students: 100,
  replicasEach: 5,
  finished: 100,
  graded: 100,
  secondsToRunning: { min: 33.2, median: 61.75, p90: 90.1, max: 97.4 },
  totalSeconds: 212,
  nodesByInstanceType: { 'c5a.2xlarge': 98, 'c5a.xlarge': 4 },
  nodeCount: 102,
  pricePerHour: 34.1234,
  studentsWithSeveralNodes: 2,
  peakMemoryMebibytes: 7424,
  failures: [],
  problems: [],
  notSimulated: ['Containers do not run: no image is pulled.'],
};

/** A class of which nobody finished. */
export const failedClass: ClassResult = {
  ...passedClass,
  verdict: 'failed',
  finished: 0,
  graded: 0,
  secondsToRunning: { min: 0, median: 0, p90: 0, max: 0 },
  nodesByInstanceType: {},
  nodeCount: 0,
  pricePerHour: 0,
  studentsWithSeveralNodes: 0,
  limitMet: 'NodePool class has launched cpu 0 of 4.',
  failures: Array.from({ length: 7 }, (_, index) => ({
    seat: `student-00${index + 1}`,
    command: 'kubectl rollout status deployment/inflate -n student-001 --timeout=300s',
    exitCode: 1,
    output: 'Waiting for deployment "inflate" rollout to finish: 0 of 5 updated replicas are available...\nerror: timed out waiting for the condition',
  })),
  problems: ['500 pods of 100 students did not run: student-001, student-002, and 98 more.', 'karpenter, FailedScheduling, 500 pods: all available instance types exceed limits for nodepool'],
};
