import { referencesIn } from '../assembly/intrinsics';
import type { LabView } from '../assembly/lab-view';
import { firstCause, type StackEvent } from '../aws/stack-events';
import { LabError } from '../lab-error';
import { resourceLabels } from '../plan/concern-of-resource';

/** What to do after a deployment failed, whatever the cause. */
const AFTERWARDS = 'Then run `npm run lab -- teardown` and deploy again.';

/** The first real cause of a failed deployment, in one sentence: what failed, and the reason that AWS gives. */
export function causeSentence(lab: LabView, { logicalId, type, reason = 'no reason given' }: StackEvent): string {
  const label = resourceLabels(lab).get(logicalId);
  const what = label === undefined ? `${logicalId} (${type})` : `${label} (${logicalId}, ${type})`;
  return `${what} failed: ${withoutRequestId(reason)}`;
}

/** A deployment that CloudFormation began and could not finish, as its first real cause. */
export function deploymentFailed(lab: LabView, events: readonly StackEvent[], stackStatus: string | undefined): LabError {
  const cause = firstCause(events);
  const state = stackStatus === undefined ? '' : ` The stack is ${stackStatus}.`;
  if (cause === undefined) {
    const last = events.findLast(({ isOfStack, reason }) => isOfStack && reason !== undefined);
    return new LabError({
      code: 'DeploymentFailed',
      message: `CloudFormation gave up, and names no cause${last === undefined ? '' : `: ${last.reason}`}.${state}`,
      received: lab.stack.stackName,
      remedy: `Look at the events of stack ${lab.stack.stackName} in the CloudFormation console. ${AFTERWARDS}`,
    });
  }
  const known = failureRemedy(cause.reason ?? '', cause.type) ?? `Correct what the message names; the events of stack ${lab.stack.stackName} are in the CloudFormation console.`;
  return new LabError({
    code: 'DeploymentFailed',
    message: `${causeSentence(lab, cause)}.${state}`.replace(/\.\.+/, '.'),
    received: cause.logicalId,
    remedy: [known, ...logRemedy(lab, cause, events), AFTERWARDS].join(' '),
  });
}

/** A deployment that the CDK could not even begin. */
export function deploymentNotStarted(stackName: string, failureText = ''): LabError {
  const said = failureText === '' ? '' : `: ${failureText}`;
  return new LabError({
    code: 'DeploymentNotStarted',
    message: `The CDK gave up before CloudFormation began${said.replace(/\.$/, '')}.`,
    received: stackName,
    remedy: failureRemedy(failureText) ?? 'Correct what the message names, then run the same command again. Nothing was deployed.',
  });
}

/** Log groups of functions, under the names that CloudFormation gave them; they go with the rollback. */
function logRemedy({ stack }: LabView, cause: StackEvent, events: readonly StackEvent[]): readonly string[] {
  if (!cause.type.startsWith('Custom::') && cause.type !== 'AWS::CloudFormation::CustomResource') return [];
  const ofFunctions = new Set(stack.resourcesOfType('AWS::Lambda::Function').flatMap(({ properties }) => [...referencesIn(properties['LoggingConfig'] ?? '')]));
  const names = events.filter(({ type, logicalId, physicalId }) => type === 'AWS::Logs::LogGroup' && ofFunctions.has(logicalId) && physicalId !== '').map(({ physicalId }) => physicalId);
  const groups = [...new Set(names)];
  return groups.length === 0 ? [] : [`While the rollback has not removed it: ${groups.map((name) => `aws logs tail ${name} --since 1h`).join('; ')}.`];
}

/** Long ids that help nobody but AWS's support, who find them in the events. */
function withoutRequestId(reason: string): string {
  return reason
    .replace(/\s*\((?:Service: [^()]*?)?(?:; )?(?:Status Code: \d+; )?(?:Error Code: [^;()]+; )?(?:Request ID|RequestToken):[^()]*\)/g, '')
    .replace(/\s*\(RequestToken: [^()]*\)/g, '')
    .trim()
    .replace(/\.$/, '');
}

/** What to do about a failure whose words are known. */
interface KnownFailure {
  readonly words: RegExp;
  /** One that depends on what failed is made from the words and the CloudFormation type. */
  readonly remedy: string | ((words: string, type?: string) => string);
}

/** The more special before the more general: the first that matches is taken. */
const KNOWN: readonly KnownFailure[] = [
  {
    words: /not (?:been )?bootstrapped|bootstrap stack version|\/cdk-bootstrap\/|cdk bootstrap/i,
    remedy: 'Run `npx cdk bootstrap` for this account and region, as `npm run lab -- preflight` says it.',
  },
  {
    words: /VcpuLimitExceeded|vCPU limit|vCPU capacity/i,
    remedy: 'Raise the EC2 quota of on-demand Standard vCPUs (L-1216C47A) in Service Quotas.',
  },
  {
    words: /InsufficientInstanceCapacity|do(?:es)? not (?:currently )?have (?:sufficient|enough) .*capacity/i,
    remedy: 'EC2 is short of this type in this zone: try again later, or set systemNodes.instanceType to another type.',
  },
  {
    words: /LimitExceeded|limit (?:has been )?exceeded|exceeded? (?:the|your) .*(?:limit|quota|maximum)|maximum number of|quota/i,
    remedy: 'Raise the quota that the message names in Service Quotas, or remove what you no longer need. `npm run lab -- preflight` shows the figures.',
  },
  {
    words: /already ?exists|AlreadyExists|EntityAlreadyExists|ResourceInUse/i,
    remedy: nameTakenRemedy,
  },
  {
    words: /AccessDenied|not authorized to perform|UnauthorizedOperation|is not authorized/i,
    remedy: 'The role by which CloudFormation works may not do this. Look for a permissions boundary or an organization policy (SCP), and at the policies that `cdk bootstrap` was given.',
  },
  {
    words: /Rate exceeded|Throttl/i,
    remedy: 'AWS was asked too often: run the same command again in some minutes.',
  },
  {
    words: /NodeCreationFailure|failed to join the kubernetes cluster|AsgInstanceLaunchFailures/i,
    remedy: 'The system nodes did not come up. Look at the node group\'s health issues in the EKS console; most often there is no route to the internet, or no capacity.',
  },
  {
    words: /UnsupportedAvailabilityZone|unsupported (?:availability )?zone|not supported in your requested Availability Zone/i,
    remedy: 'Take other zones: availabilityZones in lab.yaml. `npm run lab -- preflight` shows where the types are offered.',
  },
  {
    words: /custom resource|Lambda function|CloudWatch Log/i,
    remedy: 'This is done by a function of the stack: its log says more.',
  },
];

/**
 * What to do about a failure, from the words of CloudFormation or the CDK.
 *
 * @param type CloudFormation type of what failed. @default - not known
 * @returns undefined for words that are not known
 */
export function failureRemedy(words: string, type?: string): string | undefined {
  const remedy = KNOWN.find((known) => known.words.test(words))?.remedy;
  return typeof remedy === 'function' ? remedy(words, type) : remedy;
}

/** How something that holds a name of the lab is removed, by its CloudFormation type. `NAME` stands for its name. */
const REMOVALS: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'Detach its policies, take it out of its instance profiles, then `aws iam delete-role --role-name NAME`',
  'AWS::IAM::ManagedPolicy': 'Detach it, then `aws iam delete-policy --policy-arn NAME` with its ARN',
  'AWS::SQS::Queue': '`aws sqs delete-queue --queue-url NAME` with its URL, then wait a minute',
  'AWS::EKS::Cluster': 'Delete its node groups, then `aws eks delete-cluster --name NAME`',
  'AWS::Logs::LogGroup': 'Run `npm run lab -- sweep` when the stack is gone',
  'AWS::Scheduler::Schedule': '`aws scheduler delete-schedule --name NAME`',
};

/**
 * What to do about a resource whose name is taken. But for log groups `lab sweep` is no answer: it knows what Karpenter and
 * Kubernetes leave, and a role, policy, queue or cluster carries nothing that says whose it is.
 *
 * @param words CloudFormation's reason
 * @param type CloudFormation type of the resource that could not be made
 */
export function nameTakenRemedy(words: string, type?: string): string {
  const owner = /already exists in stack (\S*[^\s.,;)"'])/i.exec(words)?.[1];
  if (owner !== undefined) return `It belongs to stack ${owner}: delete that stack, or set another clusterName in lab.yaml.`;
  const name = /identifier '([^']+)'/i.exec(words)?.[1];
  const what = name ?? 'what the message names';
  const removal = REMOVALS[type ?? '']?.replace('NAME', () => name ?? 'NAME') ?? 'Delete it by hand';
  return `An earlier class, or somebody else, has ${what}. ${removal}, if nobody needs it; else set another clusterName in lab.yaml.`;
}
