import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as ec2 from '@aws-sdk/client-ec2';
import * as eks from '@aws-sdk/client-eks';
import * as iam from '@aws-sdk/client-iam';
import * as scheduler from '@aws-sdk/client-scheduler';
import * as quotas from '@aws-sdk/client-service-quotas';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';

/** What kubectl takes: each verb that is printed, with its own flags. `=` marks a flag that takes a value. */
const KUBECTL_VERBS: Readonly<Record<string, readonly string[]>> = {
  'apply': ['-f=', '--filename='],
  'auth can-i': ['--list'],
  'config current-context': [],
  'config get-contexts': [],
  'config use-context': [],
  'config view': ['--minify'],
  'create namespace': [],
  'delete': ['-l=', '--all'],
  'describe': ['-l='],
  'edit': [],
  'exec': [],
  'get': ['-l=', '-o=', '-A', '-w', '--sort-by=', '--field-selector='],
  'logs': ['-l=', '--all-containers', '--tail=', '--since=', '--previous'],
  'patch': ['--type=', '-p='],
  'port-forward': [],
  'rollout restart': [],
  'rollout status': ['--timeout='],
  'scale': ['--replicas='],
  'top': [],
  'wait': ['--for=', '--all', '-l=', '--timeout='],
};

const KUBECTL_GLOBAL_FLAGS = ['-n=', '--namespace=', '--kubeconfig='];

/** Kinds as kubectl takes them: those of the lab, their short names, and those of Kubernetes that it prints. */
const KINDS = new Set([
  'nodepool', 'nodepools', 'nodeclaim', 'nodeclaims', 'ec2nodeclass', 'ec2nodeclasses',
  'node', 'nodes', 'pod', 'pods', 'deployment', 'deployments', 'namespace', 'namespaces', 'events', 'svc', 'ingress', 'pvc', 'pv', 'pdb', 'configmap', 'service',
  'replicaset', 'all',
]);

/** Verbs whose first argument is a kind, or several with commas between. */
const VERBS_OF_KINDS = ['get', 'describe', 'delete', 'edit', 'patch', 'scale', 'rollout restart', 'wait'];

/** A command of kubectl, taken apart. */
export interface KubectlCommand {
  readonly verb: string;
  readonly kinds: readonly string[];
  readonly names: readonly string[];
  readonly namespace?: string;
  readonly files: readonly string[];
  /** Label selector, as in `app=inflate`. */
  readonly selector?: string;
}

/**
 * Takes a command of kubectl apart.
 *
 * @throws Error for a verb, a kind or a flag that is not known
 */
export function parseKubectl(words: readonly string[]): KubectlCommand {
  const values = new Map<string, string[]>();
  const rest: string[] = [];
  const known = [...KUBECTL_GLOBAL_FLAGS, ...Object.values(KUBECTL_VERBS).flat()];
  for (let index = 1; index < words.length; index += 1) {
    const [flag = '', value] = (words[index] ?? '').split(/=(.*)/s);
    if (!flag.startsWith('-') || flag === '-') rest.push(words[index] ?? '');
    else if (known.includes(flag)) values.set(flag, []);
    else if (known.includes(`${flag}=`)) values.set(flag, [...values.get(flag) ?? [], value ?? words[index += 1] ?? '']);
    else throw new Error(`kubectl has no ${flag} that we print`);
  }
  const [first = '', second = ''] = rest;
  const verb = [`${first} ${second}`, first].find((each) => each in KUBECTL_VERBS);
  if (verb === undefined) throw new Error(`kubectl has no verb ${first}`);
  const own = [...KUBECTL_GLOBAL_FLAGS, ...KUBECTL_VERBS[verb] ?? []];
  const foreign = [...values.keys()].filter((flag) => !own.includes(flag) && !own.includes(`${flag}=`));
  if (foreign.length > 0) throw new Error(`kubectl ${verb} has no ${foreign.join(', ')}`);
  const [subject = '', ...names] = rest.slice(verb.split(' ').length);
  const kinds = VERBS_OF_KINDS.includes(verb) && subject !== '' ? subject.split(',') : [];
  const strange = kinds.filter((kind) => kind !== 'NAME' && !KINDS.has(kind));
  if (strange.length > 0) throw new Error(`kubectl knows no ${strange.join(', ')}`);
  const one = (...flags: readonly string[]): string | undefined => flags.flatMap((flag) => values.get(flag) ?? [])[0];
  return { verb, kinds, names, namespace: one('-n', '--namespace'), files: [...values.get('-f') ?? [], ...values.get('--filename') ?? []], selector: one('-l') };
}

const SERVICES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { cloudformation, logs, ec2, eks, iam, scheduler, 'service-quotas': quotas, sqs, ssm, sts };

/** Commands of the AWS CLI that are no operation of an API, with their flags. */
const CLI_ONLY: Readonly<Record<string, readonly string[]>> = {
  'sso login': [],
  'logs tail': ['--since'],
  'eks update-kubeconfig': ['--name'],
  'eks get-token': ['--cluster-name'],
};

/** Flags of every command of the AWS CLI, and of its pages. */
const CLI_FLAGS = ['--query', '--output', '--region', '--profile', '--max-items'];

/**
 * Checks a command of the AWS CLI by the API that it calls: its operation, and each flag as a member of the request, both by the
 * SDK's own model of it.
 *
 * @throws Error for a service, an operation or a flag that AWS does not have
 */
export function checkAws(words: readonly string[]): void {
  const [, service = '', operation = ''] = words;
  const flags = words.slice(3).filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? word).filter((flag) => !CLI_FLAGS.includes(flag));
  const own = CLI_ONLY[`${service} ${operation}`] ?? membersOf(service, operation).map((member) => `--${kebab(member)}`);
  const strange = flags.filter((flag) => !own.includes(flag) && !own.includes(flag.replace('--no-', '--')));
  if (strange.length > 0) throw new Error(`aws ${service} ${operation} has no ${strange.join(', ')}`);
}

function membersOf(service: string, operation: string): readonly string[] {
  const name = `${operation.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Command`;
  const operationClass = SERVICES[service]?.[name];
  if (typeof operationClass !== 'function') throw new Error(`aws ${service} has no ${operation}`);
  const { schema } = Reflect.construct(operationClass, [{}]) as { readonly schema: readonly unknown[] };
  const request: unknown = typeof schema[4] === 'function' ? (schema[4] as () => unknown)() : schema[4];
  return Array.isArray(request) && Array.isArray(request[4]) ? request[4] as readonly string[] : [];
}

/** `kubernetesNetworkConfig`, `RoleName` and `AWSServiceName` as the CLI writes them. */
function kebab(member: string): string {
  return member.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}
