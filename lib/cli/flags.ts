import type { LabConnection } from '../exercise/connected-lab';
import { kubeconfigPath } from '../kubernetes/lab-cluster';
import { assemblyFlag, type AssemblyFlags, deployedAssembly } from './assembly-flag';
import { UsageError } from './errors';
import type { Invocation, VerbFlag } from './verb';

/** `-c`: an override of `lab.yaml`, as the CDK command line takes it. */
export const contextFlag: VerbFlag = {
  flags: '-c, --context <key=value>',
  summary: 'override of lab.yaml, for this command alone; can be repeated',
  parse: (text, previous) => ({ ...(typeof previous === 'object' ? previous : {}), ...contextEntry(text) }),
};

function contextEntry(text: string): Readonly<Record<string, string>> {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UsageError({
      code: 'InvalidContext',
      message: '-c takes a key and a value with an equals sign between them.',
      received: text,
      remedy: 'Write it as `-c scale=5` or `-c clusterName=my-lab`.',
    });
  }
  return { [text.slice(0, equals)]: text.slice(equals + 1) };
}

/** `--dry-run`: show what would be done. */
export const dryRunFlag: VerbFlag = { flags: '--dry-run', summary: 'show what would be removed, and change nothing' };

/** What the user wrote about trying it first. */
export interface DryRunFlags {
  /** @default false */
  readonly dryRun?: boolean;
}

/** `--html`: where the page goes. */
export const htmlFlag: VerbFlag = {
  flags: '--html <file>',
  summary: 'also write the result as one self-contained web page',
};

/** `--kubeconfig`: by which kubeconfig a verb reaches the cluster. */
export const kubeconfigFlag: VerbFlag = {
  flags: '--kubeconfig <file>',
  summary: 'kubeconfig whose current context is the lab (default: $KUBECONFIG, or ~/.kube/config)',
};

/** What the user wrote about the kubeconfig. */
export interface KubeconfigFlags {
  /** @default - as kubectl decides it */
  readonly kubeconfig?: string;
}

/** Flags of every verb that works on the lab's cluster. */
export const connectionFlags: readonly VerbFlag[] = [assemblyFlag, contextFlag, kubeconfigFlag];

/** What the user wrote about the lab and its cluster. */
export type ConnectionFlags = AssemblyFlags & KubeconfigFlags;

/** Which lab is meant, and how its cluster is reached. */
export async function labConnection(flags: ConnectionFlags, invocation: Invocation): Promise<LabConnection> {
  const { workingDirectory, env, signal } = invocation.host;
  return {
    assemblyDirectory: await deployedAssembly(flags, invocation),
    kubeconfig: kubeconfigPath({ kubeconfig: flags.kubeconfig, workingDirectory, env }),
    signal,
  };
}

/** A DNS label, as Kubernetes wants it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `--namespace`: whose exercise is meant. */
export const namespaceFlag: VerbFlag = {
  flags: '-n, --namespace <name>',
  summary: 'namespace of a student (default: that of the lab)',
  parse: (text) => {
    if (NAMESPACE.test(text)) return text;
    throw new UsageError({
      code: 'InvalidNamespace',
      message: '--namespace takes the name of a namespace: small letters, digits and hyphens, 63 at most.',
      received: text,
      remedy: 'See the namespaces with kubectl get namespaces.',
    });
  },
};

/** What the user wrote about the namespace. */
export interface NamespaceFlags {
  /** @default - that of the lab */
  readonly namespace?: string;
}

/** Kubernetes keeps `spec.replicas` in 32 bits. */
const MOST_REPLICAS = 2_147_483_647;

/**
 * Reads a number of pods.
 *
 * @param name what the number is called: `--replicas`
 * @param least the smallest that makes sense
 * @throws UsageError `InvalidReplicas`
 */
export function replicaCount(name: string, text: string, least: number): number {
  const replicas = /^\d+$/.test(text) ? Number(text) : -1;
  if (replicas >= least && replicas <= MOST_REPLICAS) return replicas;
  throw new UsageError({
    code: 'InvalidReplicas',
    message: `${name} takes a whole number of pods, ${least} or more.`,
    received: text,
    remedy: 'The exercise scales to 5, and back to 0.',
  });
}

/** What the user wrote about the time that something may take. */
export interface TimeoutFlags {
  /** Seconds. @default - the verb's own */
  readonly timeout?: number;
}

/**
 * `--timeout`: seconds that something may take.
 *
 * @param summary what it limits, and the default
 */
export function timeoutFlag(summary: string): VerbFlag {
  return { flags: '--timeout <seconds>', summary, parse: timeoutSeconds };
}

function timeoutSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError({ code: 'InvalidTimeout', message: '--timeout takes a whole number of seconds from 1 to 86400.', received: text, remedy: 'Give it in seconds: `--timeout 600`.' });
}

/** `--yes`: change or delete without asking. */
export const yesFlag: VerbFlag = { flags: '-y, --yes', summary: 'do not ask: for scripts' };

/** What the user wrote about being asked. */
export interface YesFlags {
  /** @default false */
  readonly yes?: boolean;
}

/**
 * Asks before something is changed or deleted.
 *
 * @returns whether to go on
 * @throws UsageError `ConfirmationMissing` where nobody can be asked
 */
export async function confirmed(question: string, { yes }: YesFlags, { host }: Pick<Invocation, 'host'>): Promise<boolean> {
  if (yes === true) return true;
  if (host.confirm === undefined) {
    throw new UsageError({
      code: 'ConfirmationMissing',
      message: `Nobody can be asked: ${question}`,
      remedy: 'Run it in a terminal, or say --yes.',
    });
  }
  return host.confirm(question);
}
