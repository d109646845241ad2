import { parse } from 'yaml';
import { arrayAt, isJsonObject, type JsonObject, type JsonValue, numberAt, objectAt, textAt } from '../../../json';
import { readTexts } from '../../../kubernetes/objects';

/** A taint that a node registers with. */
export interface NodeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/**
 * What the user data of an instance says of its node.
 *
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
 */
export interface NodeConfig {
  readonly clusterName: string;
  /** URL of the API server. */
  readonly endpoint: string;
  /** Certificate of its authority, as PEM in base64; empty where there is none. */
  readonly certificateAuthority: string;
  /** @default - as many as the VPC CNI has addresses for */
  readonly maxPods?: number;
  readonly taints: readonly NodeTaint[];
  readonly labels: Readonly<Record<string, string>>;
  /** `kubeReserved`, by resource. @default - what nodeadm calculates */
  readonly kubeReserved?: Readonly<Record<string, string>>;
  /** `systemReserved`, by resource. @default - nothing */
  readonly systemReserved?: Readonly<Record<string, string>>;
}

const API_GROUP = 'node.eks.aws/';

/**
 * Reads the NodeConfig in an instance's user data: a part of a MIME archive, or the whole. Of several parts a later one
 * changes the earlier ones, as nodeadm merges them.
 *
 * @param userData as EC2 holds it, without its base64
 * @returns undefined where there is none, so that nodeadm would not start a kubelet
 */
export function readNodeConfig(userData: string): NodeConfig | undefined {
  const specs = partsOf(userData).map(nodeConfigSpec).filter((spec) => spec !== undefined);
  if (specs.length === 0) return undefined;
  const spec = specs.reduce(merged);
  const kubelet = objectAt(spec, 'kubelet', 'config');
  const flags = kubeletFlags(arrayAt(spec, 'kubelet', 'flags').flatMap((flag) => textAt(flag) ?? []));
  const maxPods = flags.get('max-pods');
  return {
    clusterName: textAt(spec, 'cluster', 'name') ?? '',
    endpoint: textAt(spec, 'cluster', 'apiServerEndpoint') ?? '',
    certificateAuthority: textAt(spec, 'cluster', 'certificateAuthority') ?? '',
    maxPods: maxPods === undefined ? numberAt(kubelet, 'maxPods') : Number(maxPods),
    taints: [...arrayAt(kubelet, 'registerWithTaints').map(readTaint), ...listOf(flags.get('register-with-taints')).map(writtenTaint)],
    labels: Object.fromEntries(listOf(flags.get('node-labels')).map((label) => keyAndValue(label))),
    kubeReserved: quantitiesAt(kubelet, 'kubeReserved'),
    systemReserved: quantitiesAt(kubelet, 'systemReserved'),
  };
}

/** Contents of a MIME archive's parts; user data of any other kind is one part. */
function partsOf(userData: string): readonly string[] {
  const boundary = /^content-type:\s*multipart\/[^\n]*boundary="?([^"\n;]+)"?/im.exec(userData)?.[1]?.trim();
  if (boundary === undefined) return [userData];
  const [, ...parts] = userData.split(`--${boundary}`);
  // An empty line ends the headers of a part.
  return parts.map((part) => part.replaceAll('\r\n', '\n')).map((part) => part.slice(part.indexOf('\n\n') + 2));
}

/** `spec` of a NodeConfig; undefined for a part that is none, such as a shell script. */
function nodeConfigSpec(part: string): JsonObject | undefined {
  let parsed;
  try {
    parsed = parse(part) as JsonValue | undefined;
  } catch {
    return undefined;
  }
  const isNodeConfig = textAt(parsed, 'kind') === 'NodeConfig' && textAt(parsed, 'apiVersion')?.startsWith(API_GROUP) === true;
  return isNodeConfig ? objectAt(parsed, 'spec') : undefined;
}

function merged(base: JsonObject, change: JsonObject): JsonObject {
  return Object.entries(change).reduce<JsonObject>((all, [key, value]) => {
    const before = all[key];
    return { ...all, [key]: isJsonObject(before) && isJsonObject(value) ? merged(before, value) : value };
  }, base);
}

/** `--node-labels="a=b,c=d"` is the flag `node-labels` with the value `a=b,c=d`. */
function kubeletFlags(flags: readonly string[]): ReadonlyMap<string, string> {
  return new Map(flags.map((flag) => {
    const [name, value] = keyAndValue(flag.replace(/^--/, ''));
    return [name, value.replace(/^"(.*)"$/, '$1')];
  }));
}

function listOf(value: string | undefined): readonly string[] {
  return (value ?? '').split(',').filter((item) => item !== '');
}

function keyAndValue(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function readTaint(taint: JsonValue): NodeTaint {
  return { key: textAt(taint, 'key') ?? '', value: textAt(taint, 'value'), effect: textAt(taint, 'effect') ?? '' };
}

/** `key=value:NoSchedule`. */
function writtenTaint(text: string): NodeTaint {
  const at = text.lastIndexOf(':');
  const [key, value] = keyAndValue(text.slice(0, at));
  return { key, value, effect: text.slice(at + 1) };
}

function quantitiesAt(kubelet: JsonObject, key: string): Readonly<Record<string, string>> | undefined {
  return kubelet[key] === undefined ? undefined : readTexts(kubelet[key]);
}
