import { join } from 'node:path';
import { causeFirst, explainsNoLaunch, explainsNoNode, type FindingKind, Findings, findingSentence, readFindings } from '../../lib/rehearsal/findings';
import { temporaryFolder } from './fake-program';

const DENIED = { kind: 'access-denied', resource: 'KarpenterRole', expected: 'ec2:CreateFleet is allowed', found: 'no statement allows ec2:CreateFleet' } as const;

describe('findings', () => {
  it('are kept each once, the first one first, with the moment at which they were found', () => {
    const file = join(temporaryFolder(), 'findings.jsonl');
    const findings = new Findings(file);
    findings.report({ ...DENIED, kind: 'resource-failed' });
    findings.report(DENIED);
    findings.report(DENIED);
    expect(readFindings(file).map(({ kind }) => kind)).toEqual(['resource-failed', 'access-denied']);
    expect(Date.parse(findings.found[0]?.at ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('are none where there is no file', () => {
    expect(readFindings(join(temporaryFolder(), 'findings.jsonl'))).toEqual([]);
  });

  it('are sentences that begin with the resource and what is wrong with it', () => {
    expect(findingSentence(DENIED)).toBe('KarpenterRole: no statement allows ec2:CreateFleet; expected: ec2:CreateFleet is allowed.');
  });

  it('stand in the order in which one explains the other: a refusal of IAM before the pod and the resource that fail by it', () => {
    const kinds: readonly FindingKind[] = ['resource-failed', 'pod-not-ready', 'node-not-joined', 'access-denied'];
    expect(causeFirst(kinds.map((kind) => ({ kind }))).map(({ kind }) => kind)).toEqual(['access-denied', 'node-not-joined', 'pod-not-ready', 'resource-failed']);
    expect(causeFirst([{ kind: 'access-denied', place: 1 }, { kind: 'access-denied', place: 2 }]).map(({ place }) => place)).toEqual([1, 2]);
  });

  it.each([
    ['a fleet that is refused', DENIED, true, false],
    ['a queue that is not read', { ...DENIED, expected: 'sqs:ReceiveMessage on arn:aws:sqs:::q is allowed' }, false, false],
    ['a role that lets nobody in', { ...DENIED, kind: 'role-not-assumed' as const, expected: 'pods.eks.amazonaws.com may assume the role' }, true, false],
    ['a node that stays out', { ...DENIED, kind: 'node-not-joined' as const }, false, true],
  ])('explain a missing launch, or a missing node: %s', (_what, finding, isOfLaunch, isOfNode) => {
    expect([explainsNoLaunch(finding), explainsNoNode(finding)]).toEqual([isOfLaunch, isOfNode]);
  });
});
