import { AssociateAccessPolicyCommand, CreateAccessEntryCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { LabView } from '../assembly/lab-view';
import { asking, isAwsError } from '../aws/aws-failure';
import { connectAws, type LabAws } from '../aws/lab-aws';
import { LabError } from '../lab-error';
import { type RunContext, runContext } from '../run-context';
import { EXEC_CREDENTIAL_API } from './eks/exec-credential';
import { causeFirst, type Finding, type FindingKind, findingSentence, readFindings } from './findings';
import { INSTRUCTOR_CREDENTIALS, INSTRUCTOR_ROLE } from './iam/principals';
import type { Rehearsal } from './rehearsal';
import type { RehearsalPaths } from './rehearsal-paths';
import { progressOf, RehearsalTerminal, type TerminalPlace, type TypedResult } from './rehearsal-terminal';

const STEP = 'Deploy the lab into the account';

/** Findings after which no deployment succeeds: CloudFormation has failed already, or waits in vain until it does. */
const DECISIVE: ReadonlySet<FindingKind> = new Set(['resource-failed', 'pod-not-ready']);

/** Milliseconds between two looks at what is found. */
const LOOK_MILLIS = 1000;

/** A lab to deploy into the account of a rehearsal. */
export interface LabToDeploy extends Pick<Rehearsal, 'accountId' | 'assemblyDirectory' | 'awsEndpoint' | 'lab' | 'paths' | 'programs'> {
  readonly terminal: TerminalPlace;
}

/**
 * Deploys the assembly into the account by `lab deploy`, as an instructor types it, then lets the instructor into the cluster.
 *
 * @throws LabError `RehearsedDeploymentFailed` with what keeps the lab from being deployed
 */
export async function deployInto(target: LabToDeploy, run: RunContext): Promise<void> {
  run.onProgress({ step: STEP, state: 'started' });
  const { seconds } = await typeDeployment(target, run);
  run.onProgress({ step: STEP, state: 'finished', detail: `${seconds} s` });
  await admitInstructor({ ...target, kubeconfig: target.paths.kubeconfig, tokenCommand: target.programs.eksToken }, run);
}

/**
 * Types `lab deploy`. When something is found with which no deployment succeeds, it waits for no deadline and for no rollback.
 *
 * @throws LabError `RehearsedDeploymentFailed`
 */
export async function typeDeployment(
  { paths, assemblyDirectory, terminal }: Pick<Rehearsal, 'assemblyDirectory'> & { readonly paths: Pick<RehearsalPaths, 'findingsFile'>; readonly terminal: TerminalPlace }, run: RunContext,
): Promise<TypedResult> {
  const said: string[] = [];
  const failed = (): LabError => deploymentFailed(readFindings(paths.findingsFile), said);
  const decided = new AbortController();
  // Of an earlier deployment into the same account.
  const early = readFindings(paths.findingsFile).length;
  const endLooking = run.clock.every(LOOK_MILLIS, () => {
    if (readFindings(paths.findingsFile).slice(early).some(({ kind }) => DECISIVE.has(kind))) decided.abort(new Error('It is known what keeps the lab from being deployed.'));
  });
  const typing = runContext({ ...run, signal: AbortSignal.any([run.signal, decided.signal]) });
  try {
    const result = await new RehearsalTerminal(terminal, typing).lab(['deploy', '--yes', '--assembly', assemblyDirectory], (line) => {
      if (line.trim() === '') return;
      said.push(line);
      const news = progressOf(line);
      if (news !== undefined) run.onProgress({ step: STEP, state: 'running', detail: news });
    });
    if (result.exitCode !== 0) throw failed();
    return result;
  } catch (error) {
    throw decided.signal.aborted && !run.signal.aborted ? failed() : error;
  } finally {
    endLooking();
  }
}

/** Last lines of the deployment that are shown with its failure. */
const SAID_LINES = 12;

function deploymentFailed(findings: readonly Finding[], said: readonly string[]): LabError {
  const [cause, ...others] = causeFirst(findings).map(findingSentence);
  return new LabError({
    code: 'RehearsedDeploymentFailed',
    message: cause ?? 'The lab could not be deployed into the rehearsed account.',
    received: [...others, ...said.slice(-SAID_LINES)].join('\n'),
    remedy: 'Correct it in the stack, run npm run synth, then start the rehearsal again. The log of the account names every request that was refused.',
  });
}

/** Whom to let into which cluster. */
export interface AdmitInstructorOptions {
  /** Twelve digits. */
  readonly accountId: string;
  /** Loopback URL of the account. */
  readonly awsEndpoint: string;
  /** Absolute path of the kubeconfig to write. */
  readonly kubeconfig: string;
  readonly lab: Pick<LabView, 'stack' | 'cluster'>;
  /** Absolute path of the program that makes tokens. */
  readonly tokenCommand: string;
}

/**
 * Lets the instructor into the cluster by an access entry, as an owner of the account can at any time, and writes the
 * kubeconfig. Where the lab has the instructor among its admins, the entry is there already.
 */
export async function admitInstructor({ accountId, awsEndpoint, kubeconfig, lab, tokenCommand }: AdmitInstructorOptions, run: RunContext): Promise<void> {
  const aws = connectAws(lab.stack.region, run, { endpoint: awsEndpoint, credentials: INSTRUCTOR_CREDENTIALS });
  try {
    await createEntry(aws, lab.cluster.name, `arn:aws:iam::${accountId}:role/${INSTRUCTOR_ROLE}`);
    const { cluster } = await asking('eks:DescribeCluster', () => aws.eks.send(new DescribeClusterCommand({ name: lab.cluster.name })));
    writeFileSync(kubeconfig, instructorKubeconfig({
      clusterName: lab.cluster.name,
      clusterArn: cluster?.arn ?? '',
      endpoint: cluster?.endpoint ?? '',
      certificateAuthority: cluster?.certificateAuthority?.data ?? '',
      region: lab.stack.region,
      awsEndpoint,
      tokenCommand,
    }), { mode: 0o600 });
  } finally {
    aws.close();
  }
}

async function createEntry({ eks }: LabAws, clusterName: string, principalArn: string): Promise<void> {
  try {
    await asking('eks:CreateAccessEntry', () => eks.send(new CreateAccessEntryCommand({ clusterName, principalArn })));
  } catch (error) {
    if (!(error instanceof LabError) || !isAwsError(error.cause, 'ResourceInUseException')) throw error;
    return;
  }
  await asking('eks:AssociateAccessPolicy', () => eks.send(new AssociateAccessPolicyCommand({
    clusterName, principalArn, policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', accessScope: { type: 'cluster' },
  })));
}

/** What a kubeconfig needs to know. */
interface InstructorKubeconfig {
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly endpoint: string;
  /** PEM in base64. */
  readonly certificateAuthority: string;
  readonly region: string;
  readonly awsEndpoint: string;
  /** Absolute path of the program that makes tokens. */
  readonly tokenCommand: string;
}

/** A kubeconfig like the one that `aws eks update-kubeconfig` writes, with this project's own program in the place of the AWS CLI. */
function instructorKubeconfig({ clusterName, clusterArn, endpoint, certificateAuthority, region, awsEndpoint, tokenCommand }: InstructorKubeconfig): string {
  const { accessKeyId, secretAccessKey } = INSTRUCTOR_CREDENTIALS;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: clusterArn, cluster: { server: endpoint, 'certificate-authority-data': certificateAuthority } }],
    users: [{
      name: clusterArn,
      user: {
        exec: {
          apiVersion: EXEC_CREDENTIAL_API,
          command: process.execPath,
          args: [tokenCommand, clusterName],
          env: Object.entries({ AWS_ENDPOINT_URL: awsEndpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey })
            .map(([name, value]) => ({ name, value })),
        },
      },
    }],
    contexts: [{ name: clusterArn, context: { cluster: clusterArn, user: clusterArn } }],
    'current-context': clusterArn,
  });
}
