import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { readLab } from '../../lib/assembly/lab-view';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { recommendRebalance } from '../../lib/rehearsal/drill-requests';
import { waitForNodeProvisioning } from '../../lib/rehearsal/node-provisioning-readiness';
import { markedProcesses } from '../../lib/rehearsal/process/running-processes';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { RehearsalTerminal } from '../../lib/rehearsal/rehearsal-terminal';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { runContext } from '../../lib/run-context';
import { deployableAssembly } from '../support/deployable-assembly';
import { brokenAssembly, type Mistake, StandingLab } from './broken-lab';

/*
 * Mistakes of a maintainer, each made in the template of the real lab. Each must be named: what is at fault and what it lacks, in
 * the first sentence. A rehearsal names them as early as it can: by reading the template, while it deploys into the empty account,
 * or in a lab that stands, whose stack is changed to one mistake after the other.
 */

const projectDirectory = resolve(__dirname, '../..');
const run = runContext();

/** Logical ids, as they begin. */
const LIFECYCLE = 'KarpenterControllerPoliciesNodeLifecycle';
const NODE_CLASS = 'LabObjectsEC2NodeClass';
const CHART = 'KarpenterChart';
const GUARD = /^DrainGuard[0-9A-F]{8}$/;

let assembly: string;
beforeAll(async () => {
  assembly = await deployableAssembly();
});
afterAll(() => rmSync(assembly, { recursive: true, force: true }));

describe('a lab that is broken from the start', () => {
  const rehearsal = { projectDirectory, name: 'e2e-broken', env: process.env };
  const paths = rehearsalPaths(projectDirectory, rehearsal.name);
  const MILLIS = 180_000;

  beforeAll(() => cleanRehearsal(rehearsal, run));
  afterEach(async () => {
    expect(markedProcesses(paths.directory)).toEqual([]);
    await cleanRehearsal(rehearsal, run);
  });

  const failureOf = (mistake: Mistake): Promise<unknown> =>
    startRehearsal({ ...rehearsal, assemblyDirectory: brokenAssembly(assembly, mistake) }, run).then(() => 'it started', (error: unknown) => error);

  it.each<[what: string, mistake: Mistake, message: RegExp]>([
    ['a property of the node group is misspelt', (template) => template.replace('karpenterlabNodegroup', '"InstanceTypes"', '"InstanceType"'),
      /^karpenterlabNodegroupsystem\w+: the rehearsal plays no property InstanceType of AWS::EKS::Nodegroup\.$/],
    ['the node role is gone to which others refer', (template) => template.remove(/^KarpenterNodeRole[0-9A-F]{8}$/),
      /^CloudFormation refuses the template: .*Unresolved resource dependencies \[KarpenterNodeRole[0-9A-F]{8}\]/],
  ])('is refused before anything starts when %s', async (_what, mistake, message) => {
    expect(await failureOf(mistake)).toMatchObject({ code: 'TemplateNotPlayable', message: expect.stringMatching(message) });
  });

  it.each<[what: string, mistake: Mistake, message: RegExp]>([
    ['the trust policy of the cluster\'s role lets in another service', (template) => template.replace(/^karpenterlabRole/, 'eks.amazonaws.com', 'ec2.amazonaws.com'),
      /^arn:aws:iam::\d+:role\/karpenter-lab-karpenterlabRole\S+: its trust policy lets in ec2\.amazonaws\.com; expected: eks\.amazonaws\.com may assume the role\.$/],
    ['one system node has no room for both pods of Karpenter', (template) => template.replace('karpenterlabNodegroup', '"DesiredSize":2,"MaxSize":3,"MinSize":2', '"DesiredSize":1,"MaxSize":1,"MinSize":1'),
      /^karpenter in namespace kube-system: 0\/1 nodes are available: 1 Insufficient cpu.*; expected: a node has room for each of its pods\.$/],
    ['Karpenter is told of another cluster, whose user data its nodes would get', (template) => template.replaceInText(CHART, '"clusterName":"karpenter-lab"', '"clusterName":"another-lab"'),
      /^karpenter-lab-karpenter-controller: AllowAPIServerEndpointDiscovery of \S+ allows it only on .*:cluster\/karpenter-lab; expected: eks:DescribeCluster on .*:cluster\/another-lab is allowed/],
  ])('fails while it is deployed when %s', async (_what, mistake, message) => {
    const failure = await failureOf(mistake);
    expect((failure as Error).message).toMatch(message);
    expect(failure).toMatchObject({ code: 'RehearsedDeploymentFailed' });
  }, MILLIS);
});

describe('a lab that stands and is changed', () => {
  const rehearsal = { projectDirectory, name: 'e2e-broken-later', env: process.env };
  let record: RehearsalRecord;
  let lab: StandingLab;
  let replicas = 0;

  /** The mistake that nothing shows until the lab is deleted. */
  const withoutEntryOrder: Mistake = (template) => template.removeDependency(GUARD, 'DrainGuardAccessAccessEntry');

  beforeAll(async () => {
    await cleanRehearsal(rehearsal, run);
    record = await startRehearsal({ ...rehearsal, assemblyDirectory: brokenAssembly(assembly, withoutEntryOrder) }, run);
    expect(record.findings).toBeUndefined();
    lab = new StandingLab(record, record.assemblyDirectory, record.clusterName);
  }, 300_000);
  afterAll(async () => {
    lab.close();
    await cleanRehearsal(rehearsal, run);
  });

  const type = async (line: string): Promise<string> => {
    const { exitCode, output, errors } = await new RehearsalTerminal(record.terminal, run).shell(line);
    if (exitCode !== 0) throw new Error(`${line}: ${errors.join('\n')}`);
    return output.join('\n');
  };
  /** Pods for which Karpenter must launch a node: those of an earlier mistake still wait, or five more are asked for. */
  const wantNode = async (): Promise<void> => {
    if (await type(`kubectl get pods -n ${record.inflateNamespace} --field-selector status.phase=Pending -o name`) !== '') return;
    replicas += 5;
    await type(`kubectl scale deployment -n ${record.inflateNamespace} inflate --replicas ${replicas}`);
  };
  const instanceOfKarpenter = async (): Promise<string> => {
    const id = await type('kubectl get nodeclaims -o jsonpath="{.items[0].status.providerID}"');
    return id.slice(id.lastIndexOf('/') + 1);
  };
  const nothing = (): Promise<void> => Promise.resolve();

  it.each<[what: string, mistake: Mistake, provoke: () => Promise<void>, named: RegExp]>([
    ['Karpenter may not read its queue', (template) => template.removeAction('KarpenterControllerPoliciesInterruption', 'AllowInterruptionQueueActions', 'sqs:ReceiveMessage'),
      nothing, /^karpenter-lab-karpenter-controller: no statement allows sqs:ReceiveMessage; expected: sqs:ReceiveMessage on arn:aws:sqs:.*:karpenter-lab is allowed/],
    ['Karpenter may not launch instances', (template) => template.removeAction(LIFECYCLE, 'AllowScopedEC2InstanceActionsWithTags', 'ec2:RunInstances'),
      wantNode, /^karpenter-lab-karpenter-controller: .*; expected: ec2:RunInstances on arn:aws:ec2:.*:instance\/\* is allowed/],
    ['a condition has the key of another operation', (template) => template.replace(LIFECYCLE, '"aws:RequestTag/karpenter.sh/nodepool":"*"', '"aws:RequestTag/karpenter.sh/node-pool":"*"'),
      wantNode, /^karpenter-lab-karpenter-controller: AllowScopedEC2InstanceActionsWithTags of KarpenterControllerNodeLifecyclePolicy-karpenter-lab allows it only where aws:RequestTag\/karpenter\.sh\/node-pool .*the request has no such key/],
    ['Karpenter may not pass the node role', (template) => template.removeStatement('KarpenterControllerPoliciesIAMIntegration', 'AllowPassingInstanceRole'),
      wantNode, /^karpenter-lab-karpenter-controller: no statement allows iam:PassRole; expected: iam:PassRole on .*role\/karpenter-lab-karpenter-node is allowed/],
    ['the node role has no access entry', (template) => template.remove('KarpenterNodeRoleAccessEntry'),
      wantNode, /^arn:aws:iam::\d+:role\/karpenter-lab-karpenter-node: it has entries for .*; expected: cluster karpenter-lab has an access entry for /],
    ['the private subnets have no route to the NAT gateway', (template) => template.remove(/^NetworkVpcPrivateSubnet\dDefaultRoute/),
      wantNode, /^NodePool default, instance i-\w+: its route table has no such route.*; expected: subnet subnet-\w+ has a route to 0\.0\.0\.0\/0/],
    ['the pattern of a rule is misspelt', (template) => template.replace('KarpenterInterruptionRebalanceRule', '"detail-type":["EC2 Instance Rebalance Recommendation"]', '"detail-type":["EC2 Instance Rebalance Recomendation"]'),
      async () => recommendRebalance(record.awsEndpoint, await instanceOfKarpenter(), run), /^NodePool default: the account's rules want only .*; expected: a rule of EventBridge wants "EC2 Instance Rebalance Recommendation" of aws\.ec2/],
    ['EventBridge may not send to the queue', (template) => template.replace('KarpenterInterruptionQueuePolicy', '"events.amazonaws.com",', ''),
      async () => recommendRebalance(record.awsEndpoint, await instanceOfKarpenter(), run), /^rule \S*KarpenterInterruptionRebalance\S*: the policy of the queue does not let events\.amazonaws\.com send.*; expected: "EC2 Instance Rebalance Recommendation" reaches arn:aws:sqs:/],
    ['Karpenter may not terminate instances', (template) => template.removeAction(LIFECYCLE, 'AllowScopedDeletion', 'ec2:TerminateInstances'),
      async () => void await type('kubectl delete nodeclaims --all --wait=false'), /^karpenter-lab-karpenter-controller: no statement allows ec2:TerminateInstances; expected: ec2:TerminateInstances on arn:aws:ec2:.*:instance\/i-\w+ is allowed/],
    ['Karpenter may not look up images, and another image is wanted', (template) => {
      template.removeStatement('KarpenterControllerPoliciesResourceDiscovery', 'AllowSSMReadActions');
      template.replaceInText(NODE_CLASS, 'al2023@v20260917', 'al2023@v20261001');
    }, nothing, /^karpenter-lab-karpenter-controller: no statement allows ssm:GetParameter; expected: ssm:GetParameter on arn:aws:ssm:.*:parameter\/aws\/service\/eks\/.* is allowed/],
    ['the EC2NodeClass names a role that is not the lab\'s', (template) => template.replaceInText(NODE_CLASS, '"role":"karpenter-lab-karpenter-node"', '"role":"another-role"'),
      nothing, /^karpenter-lab-karpenter-controller: AllowPassingInstanceRole of \S+ allows it only on .*role\/karpenter-lab-karpenter-node; expected: iam:PassRole on .*role\/another-role is allowed/],
    ['a value of the chart has another shape', (template) => template.replaceInText(CHART, '"dnsPolicy":"Default"', '"dnsPolicy":{"name":"Default"}'),
      nothing, /^KarpenterChart\w+ \(Custom::AWSCDK-EKS-HelmChart\): UPGRADE FAILED: Deployment\.apps "karpenter" is invalid: spec\.template\.spec\.dnsPolicy: Unsupported value: "map\[name:Default\]"/],
  ])('names it when %s', async (_what, mistake, provoke, named) => {
    const before = lab.findingCount;
    await lab.change((template) => {
      withoutEntryOrder(template);
      mistake(template);
    });
    await provoke();
    expect(await lab.cause(before, named)).toMatch(named);
  }, 180_000);

  it('names it when no subnet has the tag that the EC2NodeClass looks for', async () => {
    await lab.change((template) => {
      withoutEntryOrder(template);
      template.replaceInText(NODE_CLASS, '"karpenter.sh/discovery":"karpenter-lab"', '"karpenter.sh/discovered":"karpenter-lab"');
    });
    await lab.settled();
    const rehearsed = { lab: readLab(readAssembly(record.assemblyDirectory)), paths: { ...rehearsalPaths(projectDirectory, rehearsal.name), findingsFile: '' }, environment: {}, kubectl: '' };
    await expect(waitForNodeProvisioning(rehearsed, run)).rejects.toMatchObject({
      code: 'NodeClassNotReady', message: expect.stringMatching(/^Karpenter does not accept EC2NodeClass default: .*no subnet matches karpenter\.sh\/discovered=karpenter-lab/),
    });
  }, 180_000);

  it('names it when the access entry of the guard may go before the guard has drained', async () => {
    const before = lab.findingCount;
    await lab.delete();
    const named = /^arn:aws:iam::\d+:role\/karpenter-lab-DrainGuardRole\S+: .*; expected: cluster karpenter-lab has an access entry for \S+DrainGuardRole/;
    expect(await lab.cause(before, named)).toMatch(named);
  }, 180_000);
});
