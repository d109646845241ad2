import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LabView } from '../../../lib/assembly/lab-view';
import { TOKEN_END_ANNOTATION } from '../../../lib/config/seats';
import { type OpenClassOptions, type OpenClassResult, openOn } from '../../../lib/exercise/class/open-class';
import { textAt } from '../../../lib/json';
import { DEPLOYMENTS, NAMESPACES, SERVICE_ACCOUNTS } from '../../../lib/kubernetes/core-kinds';
import { NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import { KubernetesApi } from '../../../lib/kubernetes/kubernetes-api';
import type { ProgressEvent } from '../../../lib/progress';
import { type RunContext, runContext } from '../../../lib/run-context';
import type { LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';
import { smallLabView } from '../../assembly/small-lab';
import { classInAFake, labWithClass, work } from './class-in-a-fake';

describe('opening a class', () => {
  let view: LabView;
  let lab: LabInAFake;
  let project: string;
  beforeAll(async () => {
    view = await labWithClass(3, { 'class.names': 'names.csv', 'apiAccess': ['203.0.113.0/24'] });
  });
  beforeEach(async () => {
    lab = await classInAFake(view);
    lab.controllers.stop();
    project = mkdtempSync(join(tmpdir(), 'class-'));
    writeFileSync(join(project, 'names.csv'), 'seat,name\nstudent-001,김하늘\nstudent-003,이준\n');
  });
  afterEach(async () => {
    await lab.stop();
    rmSync(project, { recursive: true });
  });

  const open = (options: OpenClassOptions = {}, run: Partial<RunContext> = {}, api = lab.api, of = view): Promise<OpenClassResult> =>
    openOn(api, of, { projectDirectory: project, ...options }, runContext(run));
  const kubeconfigOf = (seat: string): string => join(project, 'class', `${seat}.kubeconfig`);
  const changes = (): readonly string[] => lab.fake.requests.filter((request) => !request.startsWith('GET '));

  it('gives each student a kubeconfig of their own, by which kubectl works in their namespace', async () => {
    const secured = new KubernetesApi({
      server: lab.fake.url, certificateAuthority: 'an authority', tlsServerName: 'lab.example', authenticate: () => Promise.resolve({ agent: new Agent(), headers: {} }), close: () => undefined,
    });
    await open({}, {}, secured);
    expect(readdirSync(join(project, 'class'))).toEqual(['student-001.kubeconfig', 'student-002.kubeconfig', 'student-003.kubeconfig']);
    expect(parse(readFileSync(kubeconfigOf('student-002'), 'utf8'))).toEqual({
      'apiVersion': 'v1',
      'kind': 'Config',
      'clusters': [{ name: 'karpenter-lab', cluster: { 'server': lab.fake.url, 'certificate-authority-data': Buffer.from('an authority').toString('base64'), 'tls-server-name': 'lab.example' } }],
      'users': [{ name: 'student-002', user: { token: 'token-of-student-002-student' } }],
      'contexts': [{ name: 'student-002', context: { cluster: 'karpenter-lab', user: 'student-002', namespace: 'student-002' } }],
      'current-context': 'student-002',
    });
  });

  it('keeps the kubeconfigs from all others on this computer', async () => {
    await open();
    expect(statSync(join(project, 'class')).mode & 0o777).toBe(0o700);
    expect(statSync(kubeconfigOf('student-001')).mode & 0o777).toBe(0o600);
  });

  it('tells who sits where, and when each token ends by the API server, eight hours from now', async () => {
    const result = await open();
    expect(result).toMatchObject({ cluster: 'karpenter-lab', region: 'ap-northeast-2', folder: join(project, 'class'), isWholeClass: true, apiAccess: ['203.0.113.0/24'] });
    expect(result.seats.map(({ seat, student, kubeconfig }) => [seat, student, kubeconfig])).toEqual([
      ['student-001', '김하늘', 'student-001.kubeconfig'], ['student-002', undefined, 'student-002.kubeconfig'], ['student-003', '이준', 'student-003.kubeconfig'],
    ]);
    for (const { seat, tokenEndsAt } of result.seats) {
      expect((Date.parse(tokenEndsAt) - Date.now()) / 3600_000).toBeCloseTo(8, 2);
      expect(textAt(lab.fake.find(SERVICE_ACCOUNTS, { namespace: seat, name: 'student' }), 'metadata', 'annotations', TOKEN_END_ANNOTATION)).toBe(tokenEndsAt);
    }
    expect(JSON.stringify(result)).not.toContain('token-of');
  });

  it('makes what is missing of a seat, and leaves what its student has made', async () => {
    lab.fake.remove(NAMESPACES, { name: 'student-001' });
    work(lab, 'student-002');
    await open();
    expect(lab.fake.find(NAMESPACES, { name: 'student-001' })).toBeDefined();
    expect(lab.fake.find(SERVICE_ACCOUNTS, { namespace: 'student-001', name: 'student' })).toBeDefined();
    expect(lab.fake.find(DEPLOYMENTS, { namespace: 'student-002', name: 'inflate' })).toMatchObject({ spec: { replicas: 1 } });
  });

  it('makes new kubeconfigs when it is run again, and says until when those from before stay good', async () => {
    const first = await open();
    const before = statSync(kubeconfigOf('student-001')).ino;
    const second = await open();
    expect(first.seats.every(({ earlierTokenEndsAt }) => earlierTokenEndsAt === undefined)).toBe(true);
    expect(second.seats.map(({ earlierTokenEndsAt }) => earlierTokenEndsAt)).toEqual(first.seats.map(({ tokenEndsAt }) => tokenEndsAt));
    expect(statSync(kubeconfigOf('student-001')).ino).not.toBe(before);
    expect(readdirSync(join(project, 'class'))).toHaveLength(3);
  });

  it('opens one seat alone for a student who lost the file', async () => {
    const result = await open({ seats: ['student-003'] });
    expect(result).toMatchObject({ isWholeClass: false, seats: [{ seat: 'student-003', student: '이준' }] });
    expect(readdirSync(join(project, 'class'))).toEqual(['student-003.kubeconfig']);
    expect(changes().every((request) => request.includes('student-003'))).toBe(true);
  });

  it('writes into another folder when it is told one', async () => {
    await open({ folder: join(project, 'a/b') });
    expect(readdirSync(join(project, 'a/b'))).toHaveLength(3);
    expect(existsSync(join(project, 'class'))).toBe(false);
  });

  it('says how far it is', async () => {
    const events: ProgressEvent[] = [];
    await open({}, { onProgress: (event) => events.push(event) });
    expect([...new Set(events.map(({ step }) => step))]).toEqual(['Check that the class is deployed', 'Make the seats ready', 'Make a token for each student', 'Write the kubeconfigs', 'Note when the tokens end']);
    expect(events.filter(({ detail }) => detail === '3 of 3')).toHaveLength(4);
  });

  it('says that nobody reaches a cluster whose API has no public side', async () => {
    const ofVpc = await labWithClass(3);
    expect((await open({}, {}, lab.api, ofVpc)).apiAccess).toEqual([]);
  });

  describe('fails before anything is changed', () => {
    const unchanged = async (opening: Promise<unknown>, expected: object): Promise<void> => {
      await expect(opening).rejects.toMatchObject(expected);
      expect(changes()).toEqual([]);
      expect(existsSync(kubeconfigOf('student-001'))).toBe(false);
    };

    it('when the lab has no class', () => unchanged(open({}, {}, lab.api, smallLabView()), { code: 'ClassNotConfigured', remedy: expect.stringContaining('Set class.students in lab.yaml') as string }));

    it('when a seat does not exist', () => unchanged(open({ seats: ['student-001', 'student-004'] }), {
      code: 'SeatUnknown', received: 'student-004', remedy: expect.stringContaining('student-001 to student-003') as string,
    }));

    it('when the roster is wrong', async () => {
      writeFileSync(join(project, 'names.csv'), 'student-009,김하늘\n');
      await unchanged(open(), { code: 'RosterRefused' });
    });

    it('when the class is not deployed', async () => {
      lab.fake.remove(NODE_POOLS, { name: 'class' });
      await unchanged(open(), { code: 'ClassNotDeployed', message: 'The cluster has no class: NodePool class is missing.' });
    });

    it('when fewer seats are deployed than the lab has', async () => {
      const larger = await labWithClass(5);
      await unchanged(open({}, {}, lab.api, larger), { code: 'ClassNotDeployed', received: 'student-004 to student-005', message: expect.stringContaining('has 3 seats') as string });
    });

    it('when a NodePool is not Ready', async () => {
      lab.fake.put(NODE_POOLS, { metadata: { name: 'class' }, status: { conditions: [{ type: 'Ready', status: 'False', reason: 'NodeClassNotReady' }] } });
      await unchanged(open(), { code: 'ClassNotReady', message: expect.stringContaining('Ready is False: NodeClassNotReady') as string });
    });

    it('when others may read the folder', async () => {
      mkdirSync(join(project, 'class'));
      chmodSync(join(project, 'class'), 0o755);
      await unchanged(open(), { code: 'ClassFolderNotPrivate', received: join(project, 'class') });
    });

    it('when the folder cannot be made', async () => {
      writeFileSync(join(project, 'class'), '');
      await unchanged(open(), { code: 'ClassFolderNotWritable' });
    });
  });

  it('fails without a single kubeconfig when a token is refused', async () => {
    lab.fake.refuse({ method: 'POST', path: /student-003\/serviceaccounts\/student\/token/, status: 403, message: 'no' });
    await expect(open()).rejects.toMatchObject({ code: 'KubernetesRequestRefused' });
    expect(readdirSync(join(project, 'class'))).toEqual([]);
  });

  it('goes on where it was interrupted when it is run again', async () => {
    const interruption = new AbortController();
    const run = { signal: interruption.signal, onProgress: ({ step }: ProgressEvent) => step.startsWith('Make a token') && interruption.abort(new Error('enough')) };
    await expect(open({}, run, lab.api.boundTo(interruption.signal))).rejects.toThrow('enough');
    expect((await open()).seats).toHaveLength(3);
  });
});
