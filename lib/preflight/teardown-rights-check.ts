import { GetRoleCommand, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import { asking } from '../aws/aws-failure';
import type { AwsCaller, LabAws } from '../aws/lab-aws';
import { TEARDOWN_ACTIONS } from '../aws/teardown-rights';
import { counted, listed } from '../words';
import { type Check, type CheckFinding, passed, warned } from './preflight-check';

const POLICY = 'docs/teardown-policy.json';

/** Sessions that have a policy of their own: IAM simulates users and roles only. */
const NOT_SIMULATED = 'IAM simulates the rights of users and roles, and of no other session.';

/**
 * Whether you may take the lab away again. Deploying needs the roles of the CDK only; the teardown asks AWS with your own rights.
 * It simulates your policies for any resource, so a policy that names resources can be found wanting though it is enough: that is
 * a warning, and no refusal.
 */
export const teardownRightsCheck: Check = {
  name: 'Teardown rights',
  asksAws: true,
  run: async ({ aws, caller }) => {
    const principal = await principalOf(aws, await caller());
    if (principal === undefined) return warned(`Not checked: ${NOT_SIMULATED}`, `Compare your rights with ${POLICY} before you deploy.`);
    if (principal.endsWith(':root')) return passed('The root user of the account may do everything that a teardown asks for.');
    return findingOf(await deniedActions(aws, principal));
  },
};

function findingOf(denied: readonly string[]): CheckFinding {
  return denied.length === 0
    ? passed(`Your policies allow all ${TEARDOWN_ACTIONS.length} requests of a teardown.`)
    : warned(
      `You could deploy the lab and not remove it: your policies do not allow ${counted(denied.length, 'request')} of a teardown: ${listed(denied)}.`,
      `Use a role with the policy of ${POLICY}, or have somebody ready who may run lab teardown.`,
    );
}

/** ARN of the user, the role or the root user behind a caller, as IAM knows it; undefined where it is none of them. */
async function principalOf(aws: Pick<LabAws, 'iam'>, { arn }: AwsCaller): Promise<string | undefined> {
  const resource = arn.split(':').at(5) ?? '';
  const [kind = '', name] = resource.split('/');
  if (kind === 'user' || kind === 'root') return arn;
  if (kind !== 'assumed-role') return undefined;
  // The ARN of a session leaves out the path of the role.
  return asking('iam:GetRole', async () => (await aws.iam.send(new GetRoleCommand({ RoleName: name }))).Role?.Arn);
}

async function deniedActions(aws: Pick<LabAws, 'iam'>, principal: string): Promise<readonly string[]> {
  return asking('iam:SimulatePrincipalPolicy', async () => {
    const denied: string[] = [];
    const pages = paginateSimulatePrincipalPolicy({ client: aws.iam }, { PolicySourceArn: principal, ActionNames: [...TEARDOWN_ACTIONS] });
    for await (const { EvaluationResults = [] } of pages) {
      denied.push(...EvaluationResults.flatMap(({ EvalActionName, EvalDecision }) => EvalDecision === 'allowed' ? [] : EvalActionName ?? []));
    }
    return denied.toSorted();
  });
}
