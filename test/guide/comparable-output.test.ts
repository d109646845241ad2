import { comparable, comparableOutputs } from '../../lib/guide/comparable-output';
import type { GuideNames } from '../../lib/guide/guide-names';

const SEAT: GuideNames = { cluster: 'karpenter-lab', region: 'ap-northeast-2', namespace: 'student-007', team: 'student-007', karpenterNamespace: 'kube-system' };

/** The pods of a seat, as one run has them. */
const pods = (hash: string, names: readonly string[], node: string, age: string): string => [
  'NAME                       READY   STATUS    AGE   IP           NODE                                            NOMINATED NODE',
  ...names.map((name, index) => `inflate-${hash}-${name}   1/1     Running   ${age.padEnd(3)}   10.11.0.2${index}   ${node}.ap-northeast-2.compute.internal   <none>`),
].join('\n');

describe('an output made comparable', () => {
  it('is the same for two runs whose pods, nodes, addresses and ages differ', () => {
    const first = comparable(pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '4s'), SEAT);
    const second = comparable(pods('5c9d5b6f89', ['vwx2z', 'b2b4d'], 'ip-10-11-8-95', '71s'), SEAT);
    expect(first).toBe(second);
    expect(first.split('\n')[1]).toBe('inflate-6c8f9d7b54-4kx7q   1/1     Running   60s   10.11.64.25   ip-10-11-21-140.ap-northeast-2.compute.internal   <none>');
  });

  it('tells apart what was apart', () => {
    const text = comparable(pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '4s'), SEAT);
    const [, first, second] = text.split('\n').map((line) => line.split(' ')[0]);
    expect(first).not.toBe(second);
  });

  it('gives each pod an address of its own, the same one wherever it is shown', () => {
    const shown = comparableOutputs(SEAT);
    const addressesIn = (text: string): readonly string[] => text.split('\n').slice(1).map((line) => / (10\.\S+) /.exec(line)?.[1] ?? '');
    expect(addressesIn(shown(pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '4s')))).toEqual(['10.11.64.25', '10.11.64.31']);
    expect(addressesIn(shown(pods('867bfcb655', ['8kdql'], 'ip-10-11-64-5', '9s')))).toEqual(['10.11.64.31']);
  });

  it('has the pods of a table in the order of the names that it shows, also where a pod that came later has an earlier name', () => {
    const shown = comparableOutputs(SEAT);
    const first = shown(pods('867bfcb655', ['8kdql'], 'ip-10-11-64-5', '4s')).split('\n')[1];
    const both = shown(pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '9s')).split('\n');
    expect(both[1]).toBe(first);
    expect(both[2]).toContain('8mzc2');
  });

  it('differs where a pod is in another state', () => {
    const running = pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '4s');
    expect(comparable(running.replace('Running', 'Pending'), SEAT)).not.toBe(comparable(running, SEAT));
  });

  it('calls a node the same in all outputs of a page, and another one differently', () => {
    const ofPage = comparableOutputs(SEAT);
    expect([ofPage('ip-10-11-0-5'), ofPage('ip-10-11-0-9'), ofPage('node/ip-10-11-0-5')]).toEqual(['ip-10-11-21-140', 'ip-10-11-85-63', 'node/ip-10-11-21-140']);
  });

  it('has rows that differ in random names only in one order, whichever order they came in', () => {
    const nodes = (rows: readonly string[]): string => ['NAME           CAPACITY-TYPE', ...rows].join('\n');
    const expected = comparable(nodes(['ip-10-11-0-5   on-demand', 'ip-10-11-0-6   spot']), SEAT);
    expect(comparable(nodes(['ip-10-11-0-5   spot', 'ip-10-11-0-6   on-demand']), SEAT)).toBe(expected);
  });

  it('has lines that differ in known names only in one order', () => {
    const ofPage = comparableOutputs(SEAT);
    ofPage('ip-10-11-0-5\nip-10-11-0-9');
    expect(ofPage('node/ip-10-11-0-9 condition met\nnode/ip-10-11-0-5 condition met')).toBe('node/ip-10-11-21-140 condition met\nnode/ip-10-11-85-63 condition met');
  });

  it('has the lines of a wait in one order, whichever random name comes first', () => {
    const shown = 'nodeclaim.karpenter.sh/class-4kx7q condition met\nnodeclaim.karpenter.sh/class-options-8mzc2 condition met';
    expect(comparable('nodeclaim.karpenter.sh/class-options-w9twj condition met\nnodeclaim.karpenter.sh/class-vqzrt condition met', SEAT)).toBe(shown);
    expect(comparable('nodeclaim.karpenter.sh/class-2pc5c condition met\nnodeclaim.karpenter.sh/class-options-kqs5k condition met', SEAT)).toBe(shown);
  });

  it.each([
    ['aws:///ap-northeast-2c/i-677b3e051605b542d', 'aws:///ap-northeast-2a/i-0a4b7c1d9e2f35a68'],
    ['"topology.k8s.aws/zone-id": "apne2-az3"', '"topology.k8s.aws/zone-id": "apne2-az1"'],
    ['"time": "2026-11-27T07:02:11.743Z"', '"time": "2026-12-01T01:00:00Z"'],
    ['"reconcileID": "a5be61ee-377e-441a-be80-fa58008941e0"', '"reconcileID": "3f1c8a52-6d4e-4b97-a0c8-5e2d7f9b1a34"'],
    ['ami-7bf45074643fa38d3', 'ami-0b5e8d2c7f4a19360'],
    ['class-options-dxp9t', 'class-options-4kx7q'],
    ['"eks-team": "student-007"', '"eks-team": "my-team"'],
    ['      2 spot', '      2 spot'],
    ['c5a.2xlarge', 'c5a.2xlarge'],
    ['v1.35.8-eks-7bf4507', 'v1.35.8-eks-7bf4507'],
    ['kube-ops-view', 'kube-ops-view'],
  ])('shows %s as %s', (output, shown) => {
    expect(comparable(output, SEAT)).toBe(shown);
  });

  it('leaves out how far a rollout was, and empty lines around', () => {
    expect(comparable('\nWaiting for deployment "inflate" rollout to finish: 0 of 5 updated replicas are available...\ndeployment "inflate" successfully rolled out\n', SEAT)).toBe('deployment "inflate" successfully rolled out');
  });

  it('is comparable already when it is shown', () => {
    const shown = comparable(pods('867bfcb655', ['6dz9c', '8kdql'], 'ip-10-11-64-5', '4s'), SEAT);
    expect(comparable(shown, SEAT)).toBe(shown);
  });
});
