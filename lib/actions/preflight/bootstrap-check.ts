import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { asking, isAwsError } from '../../aws/aws-failure';
import { deployedStack } from '../../aws/deployed-stack';
import { LabError } from '../../lab-error';
import type { Check, CheckContext } from './check';
import { failed, passed } from './finding';

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
    const remedy = `Run \`npx cdk bootstrap aws://${account}/${lab.stack.region}\`. It is needed once for each account and region.`;
    const version = await bootstrapVersion(context, bootstrap.parameterName);
    if (version === undefined) {
      return failed(`There is no parameter ${bootstrap.parameterName} in ${lab.stack.region}${await bootstrapStackState(context)}.`, remedy);
    }
    const found = `Version ${version}; the lab needs ${bootstrap.version} or newer.`;
    return version >= bootstrap.version ? passed(found) : failed(found, remedy);
  },
};

/** The parameter decides; the stack only says more, where it can be read. */
async function bootstrapStackState({ aws, signal }: CheckContext): Promise<string> {
  try {
    const stack = await deployedStack(aws.cloudFormation, BOOTSTRAP_STACK, signal);
    return stack === undefined ? `, and no stack ${BOOTSTRAP_STACK}` : `, though stack ${BOOTSTRAP_STACK} is ${stack.status}`;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LabError) return '';
    throw error;
  }
}

async function bootstrapVersion({ aws, signal }: CheckContext, parameterName: string): Promise<number | undefined> {
  return asking('ssm:GetParameter', async () => {
    try {
      const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: parameterName }), { abortSignal: signal });
      return Number(Parameter?.Value);
    } catch (error) {
      if (isAwsError(error, 'ParameterNotFound')) return undefined;
      throw error;
    }
  });
}
