import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { KARPENTER_VERSION_PATTERN, karpenterPairViolation } from '../lib/config/compatibility';
import { versions } from '../lib/config/versions';
import { isJsonObject, type JsonValue } from '../lib/json';
import { LabError } from '../lib/lab-error';

/** The files that name the pinned release, and the texts that do, each once. */
const PINS: readonly { readonly file: string; readonly texts: (version: string) => readonly string[] }[] = [
  { file: 'lib/config/versions.ts', texts: (version) => [`karpenter: '${version}',`, `karpenter-provider-aws/releases/tag/v${version}`] },
  { file: 'lab.yaml', texts: (version) => [`  version: ${version}\n`] },
];

/**
 * Refuses what is no other release of Karpenter, and one that is too old for the pinned Kubernetes.
 *
 * @throws LabError `KarpenterVersionRefused`
 */
export function requireOtherRelease(version: string, pinned: string): void {
  const tooOld = KARPENTER_VERSION_PATTERN.test(version) ? karpenterPairViolation(versions.kubernetes, version)?.allowed : undefined;
  if (KARPENTER_VERSION_PATTERN.test(version) && version !== pinned && tooOld === undefined) return;
  throw new LabError({
    code: 'KarpenterVersionRefused',
    message: `Give another release of Karpenter than ${pinned} as MAJOR.MINOR.PATCH${tooOld === undefined ? '' : `, ${tooOld}`}.`,
    received: version,
    remedy: 'Run npm run upgrade:karpenter -- VERSION with a release of https://github.com/aws/karpenter-provider-aws/releases, without a v.',
  });
}

/**
 * The files that name the pinned release, with the new one in its place. Nothing is written.
 *
 * @param projectDirectory absolute path of the folder of the lab
 * @throws LabError `KarpenterPinMissing` where a file does not name the pinned release as expected
 */
export function withRaisedPins(projectDirectory: string, pinned: string, version: string): ReadonlyMap<string, string> {
  return new Map(PINS.map(({ file, texts }) => {
    const old = texts(pinned);
    const content = texts(version).reduce((text, replacement, index) => {
      const [before, after, ...others] = text.split(old[index] ?? '');
      if (before === undefined || after === undefined || others.length > 0) throw pinMissing(file, old[index] ?? '');
      return before + replacement + after;
    }, readFileSync(join(projectDirectory, file), 'utf8'));
    return [file, content];
  }));
}

function pinMissing(file: string, text: string): LabError {
  return new LabError({
    code: 'KarpenterPinMissing',
    message: `${file} does not hold this text exactly once, so that the new release cannot be put in its place.`,
    received: text.trim(),
    remedy: 'Make lab.yaml and lib/config/versions.ts name the same release: git restore lab.yaml lib/config/versions.ts.',
  });
}

/** Karpenter without a cloud, which the module for AWS is made with. */
export const CORE_MODULE = 'sigs.k8s.io/karpenter';

/** The version of the core that a `go.mod` requires, such as `v1.14.3`. */
export function requiredCore(goMod: string): string {
  const found = new RegExp(`^\\t${CORE_MODULE.replaceAll('.', '\\.')} (v\\S+)`, 'm').exec(goMod)?.[1];
  if (found === undefined) throw new Error(`go.mod does not require ${CORE_MODULE}`);
  return found;
}

/**
 * The version of the core to pin: the one that is required. A commit gives way to the release that it precedes, because a
 * module proxy need not keep commits.
 *
 * @example
 * coreToPin('v1.14.1-0.20260819221709-6e7eab7a0f48', ['v1.14.0', 'v1.14.1']); // v1.14.1
 */
export function coreToPin(required: string, released: readonly string[]): string {
  const release = required.replace(/-0\.\d{14}-[0-9a-f]{12}$/, '');
  return released.includes(release) ? release : required;
}

/** A release of Karpenter's Go module, as Go has downloaded it. */
export interface KarpenterModule {
  readonly version: string;
  /** Absolute path. */
  readonly directory: string;
}

/** What a person must read before the upgrade is right: no program can judge it. */
export function upgradeNotes(before: KarpenterModule, after: KarpenterModule): readonly string[] {
  const minor = minorOf(after.version);
  return [
    ...(minor === minorOf(before.version) ? [] : [`What another minor version changes: https://karpenter.sh/v${minor}/upgrading/upgrade-guide/`]),
    `Release notes of every release from ${before.version} to ${after.version}: https://github.com/aws/karpenter-provider-aws/releases/tag/v${after.version}`,
    `Upstream's IAM reference, against test/fixtures/karpenter-iam.json: https://karpenter.sh/v${minor}/reference/cloudformation/`,
    `AWS operations that Karpenter calls (a new one needs a permission in lib/stack/controller-policies.ts): ${changes(awsOperations(before), awsOperations(after))}`,
    `Settings of the chart and their defaults: ${changes(chartSettings(before), chartSettings(after))}`,
    `Templates of the chart, its RBAC among them: ${changes(filesIn(before, 'charts/karpenter/templates'), filesIn(after, 'charts/karpenter/templates'))}`,
    `CRDs: ${changes(filesIn(before, 'pkg/apis/crds'), filesIn(after, 'pkg/apis/crds'))}`,
  ];
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Operations that the controller's clients may call, such as `EC2 CreateFleet`. */
function awsOperations({ directory }: KarpenterModule): ReadonlyMap<string, string> {
  const source = readFileSync(join(directory, 'pkg/aws/sdk.go'), 'utf8');
  const clients = [...source.matchAll(/^type (\w+?)API interface \{\n([^}]*)^\}/gm)];
  return new Map(clients.flatMap(([, service = '', methods = '']) =>
    [...methods.matchAll(/^\t(\w+)\(/gm)].map(([, operation = '']): [string, string] => [`${service} ${operation}`, ''])));
}

/** Settings of the chart by their path, with their defaults. Those of the image follow the release. */
function chartSettings({ directory }: KarpenterModule): ReadonlyMap<string, string> {
  const values = parse(readFileSync(join(directory, 'charts/karpenter/values.yaml'), 'utf8')) as JsonValue;
  return new Map(leavesOf(values, '').filter(([path]) => !path.startsWith('controller.image.')));
}

function leavesOf(value: JsonValue, path: string): readonly [path: string, text: string][] {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`));
}

function filesIn({ directory }: KarpenterModule, folder: string): ReadonlyMap<string, string> {
  const path = join(directory, folder);
  return new Map(existsSync(path) ? readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]) : []);
}

/** What differs, by name: `new NAME`, `gone NAME`, `changed NAME`. */
function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const differences = [
    ...[...after.keys()].filter((name) => !before.has(name)).map((name) => `new ${name}`),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `gone ${name}`),
    ...[...after].filter(([name, value]) => before.has(name) && before.get(name) !== value).map(([name]) => `changed ${name}`),
  ];
  return differences.length === 0 ? 'none changed.' : `${differences.join(', ')}.`;
}
