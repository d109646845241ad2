import { HELM_CHART_TYPE } from '../../assembly/kubernetes-objects';
import { isJsonObject, type JsonObject, objectAt, textAt } from '../../json';
import type { TypedResult } from '../../rehearsal/rehearsal-terminal';
import { listed } from '../../words';
import { exerciseFailed } from '../exercise-context';
import type { DrillInAccount } from './drill-stage';
import { accountEmptyStep, tearLabDown, typedStep } from './typed-step';

/** A version of Karpenter's chart that is not there. */
const NO_SUCH_VERSION = '1.14.999';

/**
 * Deploys a lab in which one resource fails in the middle: Karpenter's chart has a version that nobody has published. CloudFormation
 * rolls back what it has made, and the deployment names the first cause. Of the stack its name is left, which the teardown removes.
 */
export async function rollbackDrill(account: DrillInAccount): Promise<void> {
  const { means, recorder } = account;
  let broken = '';
  await recorder.step({ title: 'Break the lab: Karpenter\'s chart gets a version that is not there' }, async (step) => {
    broken = await means.assemblyWith((template) => withChartVersion(template, NO_SUCH_VERSION));
    step.note(`Version ${NO_SUCH_VERSION}, in ${broken}`);
  });
  await typedStep(account, {
    title: 'The deployment fails, and names the first cause',
    command: 'npm run lab -- deploy',
    type: (onLine) => means.terminal.lab(['deploy', '--yes', '--assembly', broken], onLine),
    exitCode: 1,
    check: causeEvidence,
  });
  await recorder.step({ title: 'CloudFormation has rolled back all that it had made' }, async (step) => {
    const status = await means.stackStatus();
    const others = (await means.everythingInAccount()).filter(({ service }) => service !== 'cloudformation');
    if (status !== 'ROLLBACK_COMPLETE') throw exerciseFailed(`The stack is ${status ?? 'gone'}, and not ROLLBACK_COMPLETE.`, 'See its events: what could not be deleted?');
    if (others.length > 0) throw exerciseFailed(`The rollback has left ${listed(others.map(({ kind, id }) => `${kind} ${id}`))}.`, 'See what it is: npm run lab -- sweep.');
    step.note(`The stack is ${status}, and the account holds nothing else`);
  });
  await typedStep(account, tearLabDown(means, 'The teardown removes the name of the stack'));
  await accountEmptyStep(account);
}

/** The chart from which Karpenter itself runs, not its CRDs. */
const RELEASE = 'karpenter';

function withChartVersion(template: JsonObject, version: string): JsonObject {
  const resources = Object.entries(objectAt(template, 'Resources')).map(([logicalId, resource]) => {
    const isChart = isJsonObject(resource) && resource['Type'] === HELM_CHART_TYPE && textAt(resource, 'Properties', 'Release') === RELEASE;
    return [logicalId, isChart ? { ...resource, Properties: { ...objectAt(resource, 'Properties'), Version: version } } : resource] as const;
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** Lines before the one with the version, which say what failed. */
const LINES_BEFORE = 4;

/** That the deployment says which version is at fault. */
function causeEvidence({ output, errors }: TypedResult): readonly string[] {
  const lines = [...output, ...errors].map((line) => line.trim()).filter((line) => line !== '');
  const cause = lines.findIndex((line) => line.includes(NO_SUCH_VERSION));
  if (cause === -1) throw exerciseFailed(`It does not name the version: ${lines.slice(-12).join(' | ')}`, 'See how the first cause is found: lib/aws/stack-events.ts.');
  return lines.slice(Math.max(0, cause - LINES_BEFORE), cause + 1);
}
