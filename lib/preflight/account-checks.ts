import { GetRoleCommand } from '@aws-sdk/client-iam';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { asking, NO_SUCH_ENTITY, unlessAbsent } from '../aws/aws-failure';
import { deployedStack, stackReadiness } from '../aws/deployed-lab';
import { karpenterInstances } from '../aws/karpenter-instances';
import { LabError } from '../lab-error';
import { counted, listed } from '../words';
import { type Check, type CheckContext, failed, ownStack, passed, warned } from './preflight-check';
import { usesSpot } from './vcpu-quotas';

/** Whose credentials these are, and whether they are of the account that the lab is bound to. */
export const credentialsCheck: Check = {
  name: 'Credentials',
  asksAws: true,
  run: async ({ caller, lab }) => {
    try {
      const { account, arn } = await caller();
      const binding = lab.stack.account === undefined ? 'lab.yaml binds the lab to no account' : 'the account that lab.yaml names';
      return passed(`Account ${account}, ${binding}. You are ${arn}.`);
    } catch (error) {
      // Without them no other check can be made, so this is no warning.
      if (error instanceof LabError) return failed(error.message, error.remedy);
      throw error;
    }
  },
};

/** Qualifier of the names that `cdk bootstrap` gives, unless it is told another. */
const DEFAULT_QUALIFIER = 'hnb659fds';

/** The stack that `cdk bootstrap` makes, unless it is told another name. */
const BOOTSTRAP_STACK = 'CDKToolkit';

/** Whether the CDK's bootstrap stack, which receives files and gives the deployment its roles, is there and new enough. */
export const bootstrapCheck: Check = {
  name: 'CDK bootstrap',
  asksAws: true,
  run: async (context) => {
    const { bootstrap, lab } = context;
    if (bootstrap === undefined) return passed('The stack asks for none.');
    const { account } = await context.caller();
    const remedy = `Run \`npx cdk bootstrap aws://${account}/${lab.stack.region}${qualifierFlag(bootstrap.parameterName)}\`. It is needed once for each account and region.`;
    const version = await bootstrapVersion(context, bootstrap.parameterName);
    if (version === undefined) {
      return failed(`There is no parameter ${bootstrap.parameterName} in ${lab.stack.region}${await bootstrapStackState(context)}.`, remedy);
    }
    const found = `Version ${version}; the lab needs ${bootstrap.version} or newer.`;
    return version >= bootstrap.version ? passed(found) : failed(found, remedy);
  },
};

/** The flag of `cdk bootstrap` that makes the parameter, where the assembly asks for another qualifier than the CDK's own. */
function qualifierFlag(parameterName: string): string {
  const qualifier = /^\/cdk-bootstrap\/([^/]+)\/version$/.exec(parameterName)?.[1];
  return qualifier === undefined || qualifier === DEFAULT_QUALIFIER ? '' : ` --qualifier ${qualifier} --toolkit-stack-name ${BOOTSTRAP_STACK}-${qualifier}`;
}

/** The status of the bootstrap stack, as the end of a sentence. Empty where it cannot be read: the parameter alone decides. */
async function bootstrapStackState({ aws, run }: CheckContext): Promise<string> {
  try {
    const stack = await deployedStack(aws.cloudFormation, BOOTSTRAP_STACK);
    return stack === undefined ? `, and no stack ${BOOTSTRAP_STACK}` : `, though stack ${BOOTSTRAP_STACK} is ${stack.status}`;
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof LabError) return '';
    throw error;
  }
}

async function bootstrapVersion({ aws }: CheckContext, parameterName: string): Promise<number | undefined> {
  return asking('ssm:GetParameter', async () => {
    const found = await unlessAbsent(() => aws.ssm.send(new GetParameterCommand({ Name: parameterName })), 'ParameterNotFound');
    return found === undefined ? undefined : Number(found.Parameter?.Value);
  });
}

const SPOT_ROLE = 'AWSServiceRoleForEC2Spot';

/** Whether the account has the role without which EC2 refuses the first spot instance. Karpenter may not make it. */
export const spotRoleCheck: Check = {
  name: 'Spot role',
  asksAws: true,
  run: async ({ aws, lab }) => {
    if (!usesSpot(lab) && lab.class === undefined) return passed(`Not needed: NodePool ${lab.nodePool.metadata.name} launches no spot instances.`);
    const found = await asking('iam:GetRole', () => unlessAbsent(() => aws.iam.send(new GetRoleCommand({ RoleName: SPOT_ROLE })), ...NO_SUCH_ENTITY));
    if (found !== undefined) return passed(`Role ${SPOT_ROLE} exists.`);
    const remedy = 'Run `aws iam create-service-linked-role --aws-service-name spot.amazonaws.com`.';
    return usesSpot(lab)
      ? failed(`There is no role ${SPOT_ROLE}, so EC2 would refuse spot instances.`, remedy)
      : warned(`There is no role ${SPOT_ROLE}, so EC2 would refuse the spot instances that students ask for in the guide.`, remedy);
  },
};

/** Whether the stack's name is free, or the stack can be updated. */
export const stackCheck: Check = {
  name: 'Stack',
  asksAws: true,
  run: async ({ lab: { stack: { stackName } }, stack }) => {
    const deployed = await stack();
    if (deployed === undefined) return passed(`There is no stack ${stackName} yet.`);
    const readiness = stackReadiness(deployed.status);
    const seen = `Stack ${stackName} is ${deployed.status}.`;
    switch (readiness.kind) {
      case 'blocked': return failed(`${seen} ${readiness.meaning}`, readiness.remedy);
      case 'creating':
      case 'updating': return warned(`${seen} CloudFormation is at work.`, 'Run `npm run lab -- deploy` to follow it.');
      case 'unstarted': return passed(`${seen} It has no resources yet.`);
      case 'usable': return passed(`${seen} A deployment updates it.`);
      case 'kept': return warned(
        `${seen} An earlier deployment failed and was not rolled back: what it made is billed.`,
        'Mend its cause and deploy again, which goes on from there; or run `npm run lab -- teardown`.',
      );
    }
  },
};

/** Whether instances that Karpenter launched for an earlier class of this name still run, and are billed. */
export const leftoverInstancesCheck: Check = {
  name: 'Leftover instances',
  asksAws: true,
  run: async (context) => {
    const { aws, lab } = context;
    const [{ isKnown, stack }, instances] = await Promise.all([ownStack(context), karpenterInstances(aws.ec2, lab.cluster.name)]);
    if (stack !== undefined) return passed(`${counted(instances.length, 'instance')} of Karpenter's; they belong to the lab that is deployed.`);
    if (instances.length === 0) return passed(`No instance of an earlier ${lab.cluster.name} runs.`);
    const shown = listed(instances.map(({ id, instanceType, state }) => `${id} (${instanceType}, ${state})`));
    return isKnown
      ? failed(`${counted(instances.length, 'instance')} of an earlier ${lab.cluster.name}: ${shown}.`, 'Run `npm run lab -- sweep`: they are billed.')
      : warned(`${counted(instances.length, 'instance')} of ${lab.cluster.name}: ${shown}. Whether the lab is deployed is not known.`, 'If it is not, run `npm run lab -- sweep`: they are billed.');
  },
};
