import { Option } from '@commander-js/extra-typings';
import { NAMESPACE_PATTERN } from '../config/names';
import type { LabConnection } from '../exercise/connected-lab';
import { kubeconfigPath } from '../kubernetes/lab-cluster';
import { type Language, LANGUAGES } from '../words';
import { shellWord } from '../words';
import { assemblyFlags, deployedAssembly, labArguments } from './assembly-flag';
import { UsageError } from './errors';
import type { FlagsOf, Invocation } from './verb';

/** `--dry-run`: show what would be done. */
export const dryRunFlag = new Option('--dry-run', 'show what would be removed, and change nothing');

/** `--html`: where the page goes. */
export const htmlFlag = new Option('--html <file>', 'also write the result as one self-contained web page');

/** `--kubeconfig`: by which kubeconfig a verb reaches the cluster. */
const kubeconfigFlag = new Option('--kubeconfig <file>', 'kubeconfig whose current context is the lab (default: $KUBECONFIG, or ~/.kube/config)');

/** Flags of every verb that works on the lab's cluster. */
export const connectionFlags = [...assemblyFlags, kubeconfigFlag] as const;

/** What the user wrote about the lab and its cluster. */
export type ConnectionFlags = FlagsOf<typeof connectionFlags>;

/** Which lab is meant, and how its cluster is reached. */
export async function labConnection(flags: ConnectionFlags, invocation: Invocation): Promise<LabConnection> {
  const { workingDirectory, env } = invocation.host;
  return {
    assemblyDirectory: await deployedAssembly(flags, invocation),
    kubeconfig: kubeconfigPath({ kubeconfig: flags.kubeconfig, workingDirectory, env }),
  };
}

/** The flags as a command repeats them that is about the same lab. */
export function connectionArguments(flags: ConnectionFlags): readonly string[] {
  return [...labArguments(flags), ...(flags.kubeconfig === undefined ? [] : [`--kubeconfig ${shellWord(flags.kubeconfig)}`])];
}

/** `--namespace`: whose exercise is meant. */
export const namespaceFlag = new Option('-n, --namespace <name>', 'namespace of a student (default: that of the lab)').argParser(namespaceName);

function namespaceName(text: string): string {
  if (NAMESPACE_PATTERN.test(text)) return text;
  throw new UsageError({
    code: 'InvalidNamespace',
    message: '--namespace takes the name of a namespace: small letters, digits and hyphens, 63 at most.',
    received: text,
    remedy: 'See the namespaces with kubectl get namespaces.',
  });
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

/**
 * `--timeout`: seconds that something may take.
 *
 * @param summary what it limits, and the default
 */
export function timeoutFlag(summary: string): Option<'--timeout <seconds>', undefined, undefined, number> {
  return new Option('--timeout <seconds>', summary).argParser(timeoutSeconds);
}

function timeoutSeconds(text: string): number {
  const seconds = /^\d+$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new UsageError({ code: 'InvalidTimeout', message: '--timeout takes a whole number of seconds from 1 to 86400.', received: text, remedy: 'Give it in seconds: `--timeout 600`.' });
}

/** `--language`: of what a class reads. */
export const languageFlag = new Option('--language <language>', `language: ${LANGUAGES.join(' or ')} (default: ${LANGUAGES[0]})`).argParser(knownLanguage);

function knownLanguage(text: string): Language {
  const language = LANGUAGES.find((known) => known === text.toLowerCase());
  if (language !== undefined) return language;
  throw new UsageError({
    code: 'InvalidLanguage',
    message: `--language takes ${LANGUAGES.join(' or ')}.`,
    received: text,
    remedy: 'Say `--language ko` for Korean, or leave it out for English.',
  });
}

/** `--yes`: change or delete without asking. */
export const yesFlag = new Option('-y, --yes', 'do not ask: for scripts');

/**
 * Asks before something is changed or deleted.
 *
 * @returns whether to go on
 * @throws UsageError `ConfirmationMissing` where nobody can be asked
 */
export async function confirmed(question: string, { yes }: FlagsOf<readonly [typeof yesFlag]>, { host }: Pick<Invocation, 'host'>): Promise<boolean> {
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
