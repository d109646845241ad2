import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { LabStatus } from '../../lib/exercise/lab-status';
import type { ScaleResult } from '../../lib/exercise/scale-lab';
import type { ObservationName } from '../../lib/exercise/observations';
import type { VerifyResult } from '../../lib/exercise/verify-lab';
import { cleanRehearsal } from '../../lib/rehearsal/stop-rehearsal';
import { startRehearsal } from '../../lib/rehearsal/start-rehearsal';
import { runContext } from '../../lib/run-context';
import { writeAssembly } from '../assembly/write-assembly';
import { deployableAssembly } from '../support/deployable-assembly';
import { synthLab } from '../support/synth-lab';

const projectDirectory = resolve(__dirname, '../..');
const rehearsal = { projectDirectory, name: 'e2e-verbs', env: process.env };

/** What a command line came to. */
interface Ended {
  readonly exitCode: number;
  readonly text: string;
}

/** The verbs of a running class, by the real command line, on a real control plane with the real Karpenter. */
describe('status, watch, scale and verify', () => {
  let assembly: string;
  let kubeconfig: string;

  beforeAll(async () => {
    assembly = await deployableAssembly();
    await cleanRehearsal(rehearsal, runContext());
    ({ kubeconfig } = await startRehearsal({ ...rehearsal, assemblyDirectory: assembly }, runContext()));
  }, 600_000);
  afterAll(async () => {
    await cleanRehearsal(rehearsal, runContext());
  });

  /** What `npm run lab` runs, once it is built: npm run test:rehearsal builds it first. */
  const lab = (...argv: readonly string[]): Promise<Ended> => labOf(assembly, argv);
  const labOf = async (assemblyDirectory: string, argv: readonly string[], onFirstWord: () => void = () => undefined): Promise<Ended> => {
    const program = resolve(projectDirectory, 'dist/lab.js');
    const child = spawn(process.execPath, [program, ...argv, '--assembly', assemblyDirectory, '--kubeconfig', kubeconfig], { cwd: projectDirectory, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.once('data', onFirstWord);
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    const [exitCode] = await once(child, 'close') as [number];
    return { exitCode, text };
  };
  const json = async <Result>(...argv: readonly string[]): Promise<{ readonly exitCode: number; readonly result: Result }> => {
    const { exitCode, text } = await lab(...argv, '--json');
    return { exitCode, result: JSON.parse(text) as Result };
  };
  const outcomes = ({ observations }: VerifyResult): Partial<Record<ObservationName, string>> => Object.fromEntries(observations.map(({ name, outcome }) => [name, outcome]));

  it('verify fails before scaling, with the evidence and what to type next', async () => {
    const { exitCode, result } = await json<VerifyResult>('verify');
    expect(exitCode).toBe(1);
    expect(outcomes(result)).toEqual({
      deployment: 'pass', replicas: 'fail', 'pods running': 'fail', nodes: 'fail', NodeClaims: 'fail', 'capacity type': 'fail', 'node labels': 'fail', 'launch log': 'unknown',
    });
    expect(result.observations.find(({ name }) => name === 'replicas')).toMatchObject({
      evidence: ['0 of 5 replicas asked for: spec.replicas is 0'],
      command: 'kubectl scale deployment -n karpenter-test inflate --replicas 5',
    });
  });

  it('scale refuses what the limit cannot hold, and changes nothing', async () => {
    const { exitCode, result } = await json<{ readonly error: { readonly code: string; readonly message: string } }>('scale', '500');
    expect(exitCode).toBe(1);
    expect(result.error.code).toBe('ReplicasBeyondLimits');
    expect(result.error.message).toMatch(/may launch cpu 100 and memory 400Gi in all, which holds at most 9\d pods of inflate/);
    expect((await json<LabStatus>('status')).result).toMatchObject({ isReady: true, nodeClaims: [], deployments: [{ namespace: 'karpenter-test', name: 'inflate', replicas: 0 }] });
  });

  it('scale asks, and changes nothing where nobody can be asked', async () => {
    const { exitCode, result } = await json<{ readonly error: { readonly code: string; readonly message: string } }>('scale', '5');
    expect([exitCode, result.error.code]).toEqual([2, 'ConfirmationMissing']);
    expect(result.error.message).toMatch(/Scale Deployment inflate in namespace karpenter-test of cluster karpenter-lab \(ap-northeast-2\) from 0 to 5 replicas, on new nodes such as 1 × c\w+\.2xlarge for about 0\.3\d+ USD\/h/);
    expect((await json<LabStatus>('status')).result).toMatchObject({ nodeClaims: [], deployments: [{ replicas: 0 }] });
  });

  it('scale follows five pods until they run, while watch tells of them', async () => {
    let watching: Promise<Ended> | undefined;
    await new Promise<void>((resolve) => {
      watching = labOf(assembly, ['watch', '--until-running', '5', '--json'], resolve);
    });
    const { exitCode, result } = await json<ScaleResult>('scale', '5', '--wait', '--yes');
    expect([exitCode, result.verdict]).toEqual([0, 'passed']);
    expect(result.timeline.map(({ event }) => event)).toEqual([
      'scaled', 'pods pending', 'NodeClaim created', 'NodeClaim launched', 'node registered', 'node ready', 'pods running',
    ]);
    expect(result.nodes).toEqual([expect.objectContaining({ exercisePods: 5, capacityType: 'on-demand', instanceType: expect.stringMatching(/^c\w+\.2xlarge$/) as string })]);

    const watched = await watching;
    expect(watched?.exitCode).toBe(0);
    const [first, ...others] = (watched?.text ?? '').trimEnd().split('\n').map((line) => JSON.parse(line) as { readonly status?: LabStatus; readonly change?: { readonly kind: string; readonly state: string } });
    expect(first?.status?.cluster).toBe('karpenter-lab');
    const told = others.map(({ change }) => `${change?.kind ?? ''} ${change?.state ?? ''}`);
    expect(told).toEqual(expect.arrayContaining(['Deployment scaled', 'Pod pending', 'NodeClaim launched', 'Node ready', 'Pod running']));
  });

  it('verify passes then, with evidence of each observation', async () => {
    const { exitCode, result } = await json<VerifyResult>('verify');
    expect(outcomes(result)).toEqual({
      deployment: 'pass', replicas: 'pass', 'pods running': 'pass', nodes: 'pass', NodeClaims: 'pass', 'capacity type': 'pass', 'node labels': 'pass', 'launch log': 'pass',
    });
    expect([exitCode, result.verdict, result.isSimulated]).toEqual([0, 'passed', true]);
    expect((await lab('verify')).text).toMatch(/Verdict -+ PASSED/);
  });

  it('status shows the node with its price and fill', async () => {
    const { exitCode, result } = await json<LabStatus>('status');
    expect(exitCode).toBe(0);
    const node = result.nodes.find(({ nodePoolName }) => nodePoolName === 'default');
    expect(node).toMatchObject({ isReady: true, capacityType: 'on-demand' });
    expect(node?.pricePerHour).toBeGreaterThan(0.3);
    expect(node?.cpuMillis.requested).toBeGreaterThanOrEqual(5000);
    expect(node?.cpuMillis.allocatable).toBeGreaterThan(7000);
    expect(result.cost.totalPerHour).toBeGreaterThan(0.6);
    expect(result.cost.sinceDeploy).toBeGreaterThan(0);
    expect((await lab('status')).text).toMatch(/NodePool default +Ready +cpu 8 of 100/);
  });

  it('fails when the kubeconfig leads to another lab', async () => {
    const other = writeAssembly((await synthLab({ clusterName: 'another-lab' })).template.toJSON());
    const { exitCode, text } = await labOf(other, ['scale', '1', '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'ClusterNotConfigured' } });
  });

  it('fails when the kubeconfig leads to a lab of the same name in another region, by the labels of its nodes', async () => {
    const elsewhere = writeAssembly((await synthLab()).template.toJSON(), 'aws://unknown-account/us-east-1');
    for (const verb of [['scale', '1', '--yes'], ['status'], ['verify'], ['watch', '--until-running', '1']]) {
      const { exitCode, text } = await labOf(elsewhere, [...verb, '--json']);
      expect(exitCode).toBe(1);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'ClusterNotConfigured', message: expect.stringContaining('a cluster in ap-northeast-2; the lab\'s is in us-east-1') as string } });
    }
  });

  it('scale follows it until the pods and their node are gone', async () => {
    const { exitCode, result } = await json<ScaleResult>('scale', '0', '--wait', '--yes');
    expect([exitCode, result.verdict]).toEqual([0, 'passed']);
    expect(result.steps.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed']);
    expect((await json<LabStatus>('status')).result).toMatchObject({ nodeClaims: [], pods: [] });
  });
});
