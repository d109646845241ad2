import { referencesIn, type TemplateResource } from '../assembly/intrinsics';
import type { LabView } from '../assembly/lab-view';
import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { stackReadiness } from '../aws/deployed-lab';
import { firstCause, type StackEvent } from '../aws/stack-events';
import type { JsonValue } from '../json';
import { LabError } from '../lab-error';
import { resourceLabels } from '../plan/concern-of-resource';
import { failureRemedy } from './failure-remedies';

/** Whether CloudFormation left what it made where it is. */
function isKept(stackStatus: string | undefined): boolean {
  return stackStatus !== undefined && stackReadiness(stackStatus).kind === 'kept';
}

/** What to do after a deployment failed, whatever the cause: a lab that was there before is still there. */
function afterwards(stackStatus: string | undefined): string {
  if (isKept(stackStatus)) {
    return 'What was made is still there, and billed. Then deploy again: it goes on from there, without rollback. `npm run lab -- teardown` removes it all.';
  }
  if (stackStatus === 'UPDATE_ROLLBACK_FAILED') return 'Then continue the rollback in the CloudFormation console, and deploy again.';
  return stackStatus?.startsWith('UPDATE_') === true
    ? 'Then deploy again; until then the lab is as it was before this deployment.'
    : 'Then run `npm run lab -- teardown` and deploy again.';
}

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
      remedy: `Look at the events of stack ${lab.stack.stackName} in the CloudFormation console. ${afterwards(stackStatus)}`,
    });
  }
  const known = failureRemedy(cause.reason ?? '', cause.type) ?? `Correct what the message names; the events of stack ${lab.stack.stackName} are in the CloudFormation console.`;
  return new LabError({
    code: 'DeploymentFailed',
    message: `${causeSentence(lab, cause)}.${state}`.replace(/\.\.+/, '.'),
    received: cause.logicalId,
    remedy: [known, ...logRemedy(lab, cause, events, stackStatus), afterwards(stackStatus)].join(' '),
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

/** Log groups of the functions behind a resource, under the names that CloudFormation gave them; they go with the rollback, if there is one. */
function logRemedy({ stack }: LabView, cause: StackEvent, events: readonly StackEvent[], stackStatus: string | undefined): readonly string[] {
  if (!cause.type.startsWith('Custom::') && cause.type !== 'AWS::CloudFormation::CustomResource') return [];
  const ofFunctions = new Set(functionsBehind(stack, cause.logicalId).flatMap(({ properties }) => [...referencesIn(properties['LoggingConfig'] ?? '')]));
  const names = events.filter(({ type, logicalId, physicalId }) => type === 'AWS::Logs::LogGroup' && ofFunctions.has(logicalId) && physicalId !== '').map(({ physicalId }) => physicalId);
  const groups = [...new Set(names)];
  if (groups.length === 0) return [];
  if (stackStatus === 'ROLLBACK_COMPLETE') return ['The rollback has removed the log of its function; `npm run lab -- deploy --keep-failed` fails once more and keeps it.'];
  return [`${isKept(stackStatus) ? 'Its log' : 'While the rollback has not removed it'}: ${groups.map((name) => `aws logs tail ${name} --since 1h`).join('; ')}.`];
}

/** The function that CloudFormation asks for a resource, and those that it invokes in turn. All functions, where the template names none. */
function functionsBehind(stack: SynthesizedStack, logicalId: string): readonly TemplateResource[] {
  const all = stack.resourcesOfType('AWS::Lambda::Function');
  const named = (value: JsonValue | undefined): readonly TemplateResource[] => {
    const references = referencesIn(value ?? '');
    return all.filter((each) => references.has(each.logicalId));
  };
  const asked = named(stack.resources.get(logicalId)?.properties['ServiceToken']);
  const behind = [...asked, ...asked.flatMap(({ properties }) => named(properties['Environment']))];
  return behind.length === 0 ? all : behind;
}

/** Long ids that help nobody but AWS's support, who find them in the events, and lines of a function's code. */
function withoutRequestId(reason: string): string {
  return reason
    .replace(/\s+at (?:async )?(?:[\w.<>$]+ )?\(?[\w./:@-]+:\d+:\d+\)?/g, '')
    .replace(/\s*\((?:Service: [^()]*?)?(?:; )?(?:Status Code: \d+; )?(?:Error Code: [^;()]+; )?(?:Request ID|RequestToken):[^()]*\)/g, '')
    .replace(/\s*\(RequestToken: [^()]*\)/g, '')
    .trim()
    .replace(/\.$/, '');
}
