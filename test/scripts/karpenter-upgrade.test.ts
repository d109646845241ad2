import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { versions } from '../../lib/config/versions';
import { coreToPin, requiredCore, requireOtherRelease, type KarpenterModule, upgradeNotes, withRaisedPins } from '../../scripts/karpenter-upgrade';
import { labErrorOf } from '../assembly/lab-error-of';
import { temporaryFolder } from '../rehearsal/fake-program';

const ROOT = resolve(__dirname, '../..');
const PINS = ['lib/config/versions.ts', 'lab.yaml'];

describe('a release to upgrade to', () => {
  it('is any other that works with the pinned Kubernetes', () => {
    expect(() => requireOtherRelease('1.99.0', versions.karpenter)).not.toThrow();
  });

  it.each([[''], ['v1.14.2'], ['1.14'], ['latest'], [versions.karpenter], ['1.8.2']])('fails when it is %p', (version) => {
    expect(labErrorOf(() => requireOtherRelease(version, versions.karpenter))).toMatchObject({ code: 'KarpenterVersionRefused', received: version });
  });
});

describe('the pins', () => {
  it('name the new release in the place of the old one, and nothing else changes', () => {
    const raised = withRaisedPins(ROOT, versions.karpenter, '1.99.7');
    expect([...raised.keys()]).toEqual(PINS);
    for (const [file, content] of raised) {
      expect(content.replaceAll('1.99.7', versions.karpenter)).toBe(readFileSync(join(ROOT, file), 'utf8'));
      expect(content).not.toContain(versions.karpenter);
    }
  });

  it('fails when a file names another release than the pinned one', () => {
    const project = temporaryFolder();
    for (const file of PINS) cpSync(join(ROOT, file), join(project, file), { recursive: true });
    writeFileSync(join(project, 'lab.yaml'), 'karpenter:\n  version: 1.0.0\n');
    expect(labErrorOf(() => withRaisedPins(project, versions.karpenter, '1.99.7'))).toMatchObject({ code: 'KarpenterPinMissing', received: `version: ${versions.karpenter}` });
  });
});

describe('the core of Karpenter', () => {
  it('is the version that the module for AWS requires', () => {
    expect(requiredCore('require (\n\tsigs.k8s.io/controller-runtime v0.24.1\n\tsigs.k8s.io/karpenter v1.14.3\n)\n')).toBe('v1.14.3');
    expect(coreToPin('v1.14.3', ['v1.14.1', 'v1.14.3'])).toBe('v1.14.3');
  });

  it('is the release after a commit, where there is one', () => {
    expect(coreToPin('v1.14.1-0.20260819221709-6e7eab7a0f48', ['v1.14.0', 'v1.14.1'])).toBe('v1.14.1');
    expect(coreToPin('v1.14.2-0.20261008174402-3251953d5cd4', ['v1.14.1', 'v1.14.3'])).toBe('v1.14.2-0.20261008174402-3251953d5cd4');
  });
});

/** A release with these files, beside those that every release has. */
function release(version: string, files: Readonly<Record<string, string>>): KarpenterModule {
  const directory = temporaryFolder();
  const all = {
    'pkg/aws/sdk.go': 'type EC2API interface {\n\tCreateFleet(context.Context) error\n}\n\ntype IAMAPI interface {\n\tGetRole(context.Context) error\n}\n',
    'charts/karpenter/values.yaml': 'replicas: 2\ncontroller:\n  image:\n    tag: 1.0.0\nsettings:\n  preferencePolicy: Respect\n',
    'charts/karpenter/templates/role.yaml': 'verbs: [get]',
    'pkg/apis/crds/karpenter.sh_nodepools.yaml': 'a: 1',
    ...files,
  };
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
  return { version, directory };
}

describe('what a person must read', () => {
  it('is the release notes and the IAM reference alone, when a patch release changes nothing else', () => {
    const notes = upgradeNotes(release('1.14.1', {}), release('1.14.3', { 'charts/karpenter/values.yaml': 'settings:\n  preferencePolicy: Respect\ncontroller:\n  image:\n    tag: 1.1.0\nreplicas: 2\n' }));
    expect(notes.slice(0, 2)).toEqual([expect.stringContaining('releases/tag/v1.14.3'), expect.stringContaining('https://karpenter.sh/v1.14/reference/cloudformation/')]);
    expect(notes.slice(2).map((note) => note.split(': ').at(-1))).toEqual(Array.from({ length: 4 }, () => 'none changed.'));
  });

  it('names what differs in calls to AWS, the chart and the CRDs', () => {
    const notes = upgradeNotes(release('1.14.1', {}), release('1.15.0', {
      'pkg/aws/sdk.go': 'type EC2API interface {\n\tCreateFleet(context.Context) error\n\tModifyFleet(context.Context) error\n}\n\ntype IAMAPI interface {\n}\n',
      'charts/karpenter/values.yaml': 'replicas: 3\ncontroller:\n  image:\n    tag: 1.1.0\nsettings:\n  feature: {}\n',
      'charts/karpenter/templates/role.yaml': 'verbs: [get, list]',
      'pkg/apis/crds/karpenter.sh_nodeoverlays.yaml': 'b: 2',
    })).join('\n');
    expect(notes).toContain('https://karpenter.sh/v1.15/upgrading/upgrade-guide/');
    expect(notes).toContain('new EC2 ModifyFleet, gone IAM GetRole.');
    expect(notes).toContain('new settings.feature, gone settings.preferencePolicy, changed replicas.');
    expect(notes).toContain('RBAC among them: changed role.yaml.');
    expect(notes).toContain('CRDs: new karpenter.sh_nodeoverlays.yaml.');
  });
});
