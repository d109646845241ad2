import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { assemblyConfiguration, MANIFEST_FILE } from './read-assembly';
import { isJsonArray, isJsonObject, textAt, type JsonObject, type JsonValue } from '../json';
import { loadConfig } from '../config/load';

/** Whether an assembly still matches the configuration and the code. */
export type AssemblyState =
  | { readonly state: 'absent' }
  | { readonly state: 'current' }
  | {
    readonly state: 'outdated';
    /** What has changed since, as the end of a sentence: `lab.yaml has another clusterName, inflate.replicas`. */
    readonly reason: string;
    /** Name of the cluster in the assembly. @default - the assembly does not record its configuration */
    readonly clusterName?: string;
    /** Name of the cluster in `lab.yaml`. */
    readonly configuredClusterName: string;
  };

/** Which assembly to look at. */
export interface AssemblyStateOptions {
  readonly assemblyDirectory: string;
  /** Absolute path of the folder of the lab. */
  readonly projectDirectory: string;
}

/** What a synthesis reads besides the configuration, relative to the folder of the lab. */
const SOURCES = ['bin', 'charts', 'lib', 'cdk.json', 'package.json', 'package-lock.json'] as const;

/**
 * Says whether a synthesis without overrides would make the same assembly now. Configurations are compared by their values, so
 * that a comment in `lab.yaml` changes nothing; the code counts as changed when a file of it is newer than the assembly.
 *
 * @throws LabError when the configuration cannot be read, or is refused
 */
export function assemblyState({ assemblyDirectory, projectDirectory }: AssemblyStateOptions): AssemblyState {
  const manifest = join(assemblyDirectory, MANIFEST_FILE);
  if (!existsSync(manifest)) return { state: 'absent' };
  const made = assemblyConfiguration(assemblyDirectory);
  const configured = asJson(loadConfig());
  const reason = changeOf(made, configured) ?? (lastChange(projectDirectory) > statSync(manifest).mtimeMs ? 'the code of the lab is newer' : undefined);
  return reason === undefined ? { state: 'current' } : {
    state: 'outdated',
    reason,
    clusterName: textAt(made, 'clusterName'),
    configuredClusterName: textAt(configured, 'clusterName') ?? '',
  };
}

function changeOf(made: JsonObject | undefined, configured: JsonObject): string | undefined {
  if (made === undefined) return 'it does not say of which configuration it was made';
  const keys = differences(made, configured).map(([key]) => key);
  return keys.length === 0 ? undefined : `lab.yaml has another ${keys.join(', ')}`;
}

/**
 * The overrides of `lab.yaml` with which a synthesis makes an assembly's configuration again.
 *
 * @returns undefined for an assembly that does not record its configuration
 * @throws LabError when the configuration cannot be read, or is refused
 */
export function overridesOf(assemblyDirectory: string): Readonly<Record<string, string>> | undefined {
  const made = assemblyConfiguration(assemblyDirectory);
  if (made === undefined) return undefined;
  return Object.fromEntries(differences(made, asJson(loadConfig())).map(([key, value]) => [key, overrideText(value)]));
}

/** A value as `-c` takes it: lists with commas. */
function overrideText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (isJsonArray(value)) return value.map(overrideText).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keys whose values differ, such as `karpenter.limits.cpu`, with the value in the assembly. */
function differences(made: JsonValue | undefined, configured: JsonValue | undefined, prefix = ''): readonly (readonly [key: string, made: JsonValue | undefined])[] {
  if (isJsonObject(made) && isJsonObject(configured)) {
    return [...new Set([...Object.keys(made), ...Object.keys(configured)])]
      .flatMap((key) => differences(made[key], configured[key], prefix === '' ? key : `${prefix}.${key}`));
  }
  return isDeepStrictEqual(made, configured) ? [] : [[prefix, made]];
}

function asJson(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** When the newest of the sources was written, in milliseconds since 1970. */
function lastChange(projectDirectory: string): number {
  const paths = SOURCES.map((name) => join(projectDirectory, name)).filter((path) => existsSync(path));
  const files = paths.flatMap((path) => statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    : [path]);
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs));
}
