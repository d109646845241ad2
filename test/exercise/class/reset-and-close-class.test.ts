import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabView } from '../../../lib/assembly/lab-view';
import { CLASS_NAMESPACE, TOKEN_END_ANNOTATION } from '../../../lib/config/seats';
import { type ClassToClose, type CloseClassOptions, type CloseClassResult, closeOn } from '../../../lib/exercise/class/close-class';
import { openOn } from '../../../lib/exercise/class/open-class';
import { resetOn, type ResetSeatOptions, type ResetSeatResult, type SeatContent } from '../../../lib/exercise/class/reset-seat';
import { seatExpectations } from '../../../lib/exercise/class/seat-expectations';
import { type JsonObject, textAt } from '../../../lib/json';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS, SERVICE_ACCOUNTS } from '../../../lib/kubernetes/core-kinds';
import { NODE_CLAIMS } from '../../../lib/kubernetes/karpenter-kinds';
import { kindOf } from '../../../lib/kubernetes/objects';
import { type RunContext, runContext } from '../../../lib/run-context';
import type { LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';
import { classInAFake, labWithClass, work } from './class-in-a-fake';

const SEATS = ['student-001', 'student-002', 'student-003'];

/** What is remembered of a student who has reached nothing. */
const MARK = JSON.stringify({ passedAt: {}, earlierCost: 0 });

describe('a class that works', () => {
  let view: LabView;
  let lab: LabInAFake;
  let project: string;
  beforeAll(async () => {
    view = await labWithClass(3, { 'class.names': 'names.csv' });
  });
  beforeEach(async () => {
    lab = await classInAFake(view);
    project = mkdtempSync(join(tmpdir(), 'class-'));
    writeFileSync(join(project, 'names.csv'), 'student-002,김하늘\n');
    for (const seat of SEATS) {
      lab.fake.put(CONFIG_MAPS, { metadata: { namespace: seat, name: 'kube-root-ca.crt' }, data: {} });
      lab.fake.put(SERVICE_ACCOUNTS, { metadata: { namespace: seat, name: 'student', annotations: { [TOKEN_END_ANNOTATION]: '2999-01-01T00:00:00.000Z' } } });
    }
    lab.fake.put(CONFIG_MAPS, { metadata: { namespace: CLASS_NAMESPACE, name: 'marks' }, data: { 'student-002': MARK, 'student-003': MARK } });
  });
  afterEach(async () => {
    await lab.stop();
    rmSync(project, { recursive: true });
  });

  const changes = (): readonly string[] => lab.fake.requests.filter((request) => !request.startsWith('GET '));
  const inSeat = (seat: string): readonly string[] => [DEPLOYMENTS, PODS].flatMap((kind) => lab.fake.all(kind))
    .filter((body) => textAt(body, 'metadata', 'namespace') === seat).map((body) => textAt(body, 'metadata', 'name') ?? '');
  const marks = (): JsonObject => lab.fake.find(CONFIG_MAPS, { namespace: CLASS_NAMESPACE, name: 'marks' })?.['data'] as JsonObject;
  const object = (kind: string, apiVersion: string, seat: string, name: string): JsonObject => ({ apiVersion, kind, metadata: { namespace: seat, name } });
  const put = (body: JsonObject): void => void lab.fake.put(kindOf(body), body);
  const find = (body: JsonObject): JsonObject | undefined => lab.fake.find(kindOf(body), { namespace: textAt(body, 'metadata', 'namespace'), name: textAt(body, 'metadata', 'name') ?? '' });

  describe('when a seat of it is reset', () => {
    const reset = (options: Partial<ResetSeatOptions> = {}, of = view): Promise<ResetSeatResult> =>
      resetOn(lab.api, of, { seat: 'student-002', forgetsMark: false, projectDirectory: project, confirm: () => Promise.resolve(true), ...options }, runContext());

    it('has nothing of the student in it any longer, and all of the stack', async () => {
      work(lab, 'student-002');
      const made = [
        object('Service', 'v1', 'student-002', 'web'), object('PodDisruptionBudget', 'policy/v1', 'student-002', 'web'), object('ConfigMap', 'v1', 'student-002', 'page'),
        object('NetworkPolicy', 'networking.k8s.io/v1', 'student-002', 'other'), object('Job', 'batch/v1', 'student-002', 'once'),
      ];
      made.forEach(put);
      const { removed } = await reset();
      expect([...removed].sort()).toEqual(['ConfigMap page', 'Deployment inflate', 'Job once', 'NetworkPolicy other', 'PodDisruptionBudget web', 'Service web']);
      expect([...inSeat('student-002'), ...made.filter((body) => find(body) !== undefined)]).toEqual([]);
      for (const kept of view.class?.objectsBySeat.get('student-002') ?? []) expect(find(kept)).toBeDefined();
      expect(find(object('ConfigMap', 'v1', 'student-002', 'kube-root-ca.crt'))).toBeDefined();
    });

    it('gives pods no time to end', async () => {
      work(lab, 'student-002');
      const deletion = jest.spyOn(lab.api, 'delete');
      await reset();
      expect(deletion.mock.calls.map(([{ kind }, , graceSeconds]) => [kind, graceSeconds])).toEqual(expect.arrayContaining([['Deployment', 0], ['Pod', 0]]));
      expect(deletion.mock.calls.every(([, , graceSeconds]) => graceSeconds === 0)).toBe(true);
    });

    it('waits until controllers have let go of what they hold', async () => {
      lab.controllers.stop();
      lab.fake.put(PODS, { metadata: { namespace: 'student-002', name: 'slow', deletionTimestamp: '2026-11-27T00:00:00Z', finalizers: ['a/b'] } });
      setTimeout(() => lab.fake.put(PODS, { metadata: { namespace: 'student-002', name: 'slow', finalizers: [] } }), 300);
      await reset();
      expect(inSeat('student-002')).toEqual([]);
    });

    it('touches no other seat', async () => {
      SEATS.forEach((seat) => work(lab, seat));
      await reset();
      expect(inSeat('student-001')).toContain('inflate');
      expect(changes().filter((request) => /student-00[13]/.test(request))).toEqual([]);
    });

    it('keeps the ServiceAccount, and with it the student\'s kubeconfig, and says so', async () => {
      const uid = (): string | undefined => textAt(lab.fake.find(SERVICE_ACCOUNTS, { namespace: 'student-002', name: 'student' }), 'metadata', 'uid');
      const before = uid();
      expect(await reset()).toMatchObject({ outcome: 'reset', seat: 'student-002', student: '김하늘', isOpen: true });
      expect(uid()).toBe(before);
    });

    it('says that a seat that was closed has no good kubeconfig', async () => {
      lab.fake.remove(SERVICE_ACCOUNTS, { namespace: 'student-002', name: 'student' });
      expect(await reset()).toMatchObject({ outcome: 'reset', isOpen: false });
    });

    it('keeps what the student has reached, unless that is to be forgotten', async () => {
      expect(await reset()).toMatchObject({ isMarkForgotten: false });
      expect(Object.keys(marks())).toEqual(['student-002', 'student-003']);
      expect(await reset({ forgetsMark: true })).toMatchObject({ isMarkForgotten: true });
      expect(Object.keys(marks())).toEqual(['student-003']);
    });

    it('forgets nothing where nothing was remembered yet', async () => {
      lab.fake.remove(CONFIG_MAPS, { namespace: CLASS_NAMESPACE, name: 'marks' });
      expect(await reset({ forgetsMark: true })).toMatchObject({ outcome: 'reset' });
    });

    it('asks before it changes anything, with what would go', async () => {
      work(lab, 'student-002');
      put(object('Service', 'v1', 'student-002', 'web'));
      const asked: SeatContent[] = [];
      expect(await reset({ confirm: (content) => (asked.push(content), Promise.resolve(false)) })).toMatchObject({ outcome: 'declined', removed: [] });
      expect(asked).toEqual([{ cluster: 'karpenter-lab', seat: 'student-002', student: '김하늘', made: ['Deployment inflate', 'Service web'], pods: 1 }]);
      expect(changes()).toEqual([]);
    });

    it('fails when there is no such seat, and names those that there are', async () => {
      await expect(reset({ seat: 'student-004' })).rejects.toMatchObject({ code: 'SeatUnknown', received: 'student-004', remedy: expect.stringContaining('student-001 to student-003') as string });
      expect(changes()).toEqual([]);
    });
  });

  describe('when it is closed', () => {
    beforeEach(() => {
      mkdirSync(join(project, 'class'));
    });

    const close = (options: Partial<CloseClassOptions> = {}, run: Partial<RunContext> = {}): Promise<CloseClassResult> =>
      closeOn(lab.api, view, { projectDirectory: project, confirm: () => Promise.resolve(true), timeoutSeconds: 5, ...options }, runContext(run));
    const accounts = (): readonly string[] => lab.fake.all(SERVICE_ACCOUNTS).map((body) => textAt(body, 'metadata', 'namespace') ?? '');

    it('has nodes removed that Karpenter makes while the class is closed', async () => {
      work(lab, 'student-001');
      const late = lab.fake.onChange(() => {
        if (lab.fake.find(NODE_CLAIMS, { name: 'claim-of-student-001' }) !== undefined) return;
        late();
        lab.fake.put(NODE_CLAIMS, { metadata: { name: 'late', labels: { 'karpenter.sh/nodepool': 'class', 'eks-team': 'student-001' } }, status: { conditions: [] } });
      });
      expect(await close()).toMatchObject({ outcome: 'closed', problems: [] });
      expect(lab.fake.requests).toContainEqual(expect.stringMatching(/^DELETE .*nodeclaims\/late$/));
    });

    it('counts a seat as open only while a token of its student is good', async () => {
      lab.fake.remove(SERVICE_ACCOUNTS, { namespace: 'student-001', name: 'student' });
      lab.fake.put(SERVICE_ACCOUNTS, { metadata: { namespace: 'student-001', name: 'student' } });
      lab.fake.put(SERVICE_ACCOUNTS, { metadata: { namespace: 'student-002', name: 'student', annotations: { [TOKEN_END_ANNOTATION]: '2001-01-01T00:00:00.000Z' } } });
      expect(await close()).toMatchObject({ outcome: 'closed', seats: 3, openSeats: 1 });
      expect(accounts()).toEqual([]);
    });

    it('lets nobody in, runs nothing, and has no node', async () => {
      SEATS.forEach((seat) => work(lab, seat));
      expect(await close()).toMatchObject({ outcome: 'closed', seats: 3, openSeats: 3, pods: 3, nodes: 3, emptiedSeats: 3, problems: [] });
      expect(accounts()).toEqual([]);
      expect(SEATS.flatMap(inSeat)).toEqual([]);
      expect(lab.fake.all(NODE_CLAIMS)).toEqual([]);
    });

    it('takes the rights before the account, whose token is known for some seconds more', async () => {
      await close();
      const order = changes().filter((request) => request.startsWith('DELETE') && request.includes('student-001'));
      expect(order.slice(0, 2)).toEqual([
        'DELETE /apis/rbac.authorization.k8s.io/v1/namespaces/student-001/rolebindings/student', 'DELETE /api/v1/namespaces/student-001/serviceaccounts/student',
      ]);
    });

    it('keeps seats and results, and remembers what was reached last before anything is deleted', async () => {
      seatExpectations(view, 'student-001').objects.forEach(put);
      await close();
      const order = changes().filter((request) => request.startsWith('DELETE') || request.endsWith('configmaps/marks'));
      expect(order[0]).toBe('PATCH /api/v1/namespaces/karpenter-lab-class/configmaps/marks');
      expect(JSON.parse(textAt(marks(), 'student-001') ?? '')).toMatchObject({ passedAt: { deployment: expect.any(String) as string } });
      expect(Object.keys(marks()).sort()).toEqual(SEATS);
      expect(SEATS.every((name) => lab.fake.find(NAMESPACES, { name }) !== undefined)).toBe(true);
    });

    it('needs no roster', async () => {
      rmSync(join(project, 'names.csv'));
      expect(await close()).toMatchObject({ outcome: 'closed' });
    });

    it('leaves the nodes of others', async () => {
      lab.fake.put(NODE_CLAIMS, { metadata: { name: 'of-the-instructor', labels: { 'karpenter.sh/nodepool': 'default' } }, status: { providerID: 'aws:///a/i-2' } });
      work(lab, 'student-001');
      expect(await close()).toMatchObject({ outcome: 'closed', nodes: 1 });
      expect(changes().filter((request) => request.includes('of-the-instructor'))).toEqual([]);
    });

    it('deletes the kubeconfigs of this class on this computer, and no other file', async () => {
      await openOn(lab.api, view, { projectDirectory: project, folder: join(project, 'mine') }, runContext());
      for (const name of ['class.html', 'grades.csv', 'student-099.kubeconfig']) writeFileSync(join(project, 'mine', name), 'kept');
      writeFileSync(join(project, 'mine', 'student-002.kubeconfig'), 'clusters:\n  - cluster:\n      server: https://another.example\n');
      expect(await close({ folder: join(project, 'mine') })).toMatchObject({ deletedFiles: ['student-001.kubeconfig', 'student-003.kubeconfig'] });
      expect(readdirSync(join(project, 'mine')).sort()).toEqual(['class.html', 'grades.csv', 'student-002.kubeconfig', 'student-099.kubeconfig']);
    });

    it('closes seats of a larger class from before as well', async () => {
      put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'student-009', labels: { 'karpenter-lab/seat': 'student-009' } } });
      work(lab, 'student-009');
      expect(await close()).toMatchObject({ outcome: 'closed', seats: 4, emptiedSeats: 1 });
      expect(inSeat('student-009')).toEqual([]);
    });

    it('has nothing to do when it is closed already', async () => {
      await close();
      expect(await close()).toMatchObject({ outcome: 'closed', openSeats: 0, emptiedSeats: 0, nodes: 0 });
    });

    it('can be opened again', async () => {
      await close();
      rmSync(join(project, 'class'), { recursive: true });
      await openOn(lab.api, view, { projectDirectory: project }, runContext());
      expect([...accounts()].sort()).toEqual(SEATS);
    });

    it('asks before it changes anything, with what would go', async () => {
      work(lab, 'student-001');
      const asked: ClassToClose[] = [];
      expect(await close({ confirm: (content) => (asked.push(content), Promise.resolve(false)) })).toMatchObject({ outcome: 'declined' });
      expect(asked).toEqual([{ cluster: 'karpenter-lab', region: 'ap-northeast-2', seats: 3, openSeats: 3, pods: 1, nodes: 1 }]);
      expect(changes()).toEqual([]);
    });

    it('closes the other seats when one fails, and says which and why', async () => {
      work(lab, 'student-003');
      lab.fake.refuse({ method: 'DELETE', path: /student-002\/serviceaccounts/, status: 403, message: 'a webhook says no' });
      writeFileSync(join(project, 'class/student-002.kubeconfig'), `server: ${lab.fake.url}\n`);
      const result = await close();
      expect(result).toMatchObject({ outcome: 'unfinished', emptiedSeats: 1, deletedFiles: [], problems: [expect.stringMatching(/^Seat student-002: .*a webhook says no\. \w/) as string] });
      expect(accounts()).toEqual(['student-002']);
    });

    it('says which nodes Karpenter does not remove in time', async () => {
      lab.controllers.stop();
      work(lab, 'student-001');
      lab.fake.remove(PODS, { namespace: 'student-001', name: 'inflate-of-student-001' });
      const { outcome, problems } = await close({ timeoutSeconds: 0.3 });
      expect(outcome).toBe('unfinished');
      expect(problems.join()).toMatch(/Still there: claim-of-student-001.*Only Karpenter removes them/);
    });

    it('fails before anything is deleted when the results cannot be kept', async () => {
      lab.fake.put(CONFIG_MAPS, { metadata: { namespace: CLASS_NAMESPACE, name: 'marks' }, data: { 'student-002': 'nonsense' } });
      await expect(close()).rejects.toMatchObject({ code: 'MarksUnreadable' });
      expect(changes()).toEqual([]);
    });

    it('fails when it is interrupted, and goes on when it is run again', async () => {
      work(lab, 'student-001');
      const interruption = new AbortController();
      const api = lab.api.boundTo(interruption.signal);
      await expect(closeOn(api, view, { projectDirectory: project, confirm: () => Promise.resolve(true) }, runContext({
        signal: interruption.signal, onProgress: ({ step }) => step === 'Empty the seats' && interruption.abort(new Error('enough')),
      }))).rejects.toThrow('enough');
      expect(await close()).toMatchObject({ outcome: 'closed' });
    });
  });
});
