import { shellWord } from '../words';
import { awsEnvironment } from './process/process-environment';

/** Where the variables of a terminal lead. */
export interface TerminalTarget {
  readonly awsEndpoint: string;
  readonly region: string;
  /** Absolute path. The file is there once the lab is deployed. */
  readonly kubeconfig: string;
  readonly karpenterNamespace: string;
}

/** The variables that point a terminal at a rehearsal: its AWS with the instructor's keys, its cluster, and what the exercise's commands read. */
export function terminalVariables({ awsEndpoint, region, kubeconfig, karpenterNamespace }: TerminalTarget): Readonly<Record<string, string>> {
  return {
    ...awsEnvironment(region),
    AWS_ENDPOINT_URL: awsEndpoint,
    KUBECONFIG: kubeconfig,
    KARPENTER_NAMESPACE: karpenterNamespace,
  };
}

/**
 * Shell lines that point a user's own terminal at a rehearsal, for `source`. The cluster's kubectl comes first on the PATH.
 * AWS SDKs would prefer a profile to the keys, so it is unset.
 *
 * @param binDirectory folder of the toolchain's programs
 */
export function environmentLines(variables: Readonly<Record<string, string>>, binDirectory: string): string {
  return [
    '# Points this terminal at a rehearsal. From then on it reaches no AWS account.',
    ...Object.entries(variables).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
    `export PATH=${shellWord(binDirectory)}:"$PATH"`,
    '',
  ].join('\n');
}
