import { AwsRequestFailed } from '../../aws/aws-failure';
import { forEachBounded } from '../../kubernetes/for-each-bounded';
import { LabError } from '../../lab-error';
import type { ProgressListener } from '../../progress';
import type { CheckFinding, PreflightCheck } from '../preflight-result';
import type { Check, CheckContext } from './check';
import { credentialsCheck } from './credentials-check';
import { warned } from './finding';

/** Checks that run at once: enough to be quick, few enough for AWS not to refuse them. */
const AT_ONCE = 6;

/** The remedy stands once, with the credentials. */
const NOT_ASKED: CheckFinding = { outcome: 'warn', evidence: `Not checked: see ${credentialsCheck.name}.` };

const STEP = 'Check the account';

/**
 * Runs all checks, those of the credentials first. A check that cannot be made is a warning with its reason: no check ends
 * the others.
 *
 * @throws the signal's reason when it is interrupted
 */
export async function runChecks(checks: readonly Check[], context: CheckContext, onProgress: ProgressListener): Promise<readonly PreflightCheck[]> {
  onProgress({ step: STEP, state: 'started' });
  const credentials = { name: credentialsCheck.name, ...await credentialsCheck.run(context) };
  context.signal?.throwIfAborted();
  const findings = new Map<string, CheckFinding>();
  await forEachBounded(checks, AT_ONCE, async (check) => {
    const isPossible = !check.asksAws || credentials.outcome === 'pass';
    findings.set(check.name, isPossible ? await findingOf(check, context) : NOT_ASKED);
    context.signal?.throwIfAborted();
    onProgress({ step: STEP, state: 'running', detail: check.name, fraction: findings.size / checks.length });
  });
  onProgress({ step: STEP, state: 'finished', detail: `${checks.length + 1} checks` });
  return [credentials, ...checks.flatMap(({ name }) => {
    const finding = findings.get(name);
    return finding === undefined ? [] : [{ name, ...finding }];
  })];
}

async function findingOf(check: Check, context: CheckContext): Promise<CheckFinding> {
  try {
    return await check.run(context);
  } catch (error) {
    context.signal?.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    const action = error instanceof AwsRequestFailed && typeof error.received === 'string' ? ` (${error.received})` : '';
    const [reason] = error.message.split('\n');
    return warned(`Not checked${action}: ${reason}`, error.remedy);
  }
}
