import type { Check } from './check';
import { passed, warned } from './finding';

/** Whether the AWS CLI is there: the kubeconfig that it writes calls it for each token. */
export const awsCliCheck: Check = {
  name: 'AWS CLI',
  asksAws: false,
  run: async ({ tools }) => {
    const version = await tools.awsCli();
    return version === undefined
      ? warned('There is no AWS CLI on this computer, or it does not run.', 'Install it: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html. kubectl reaches the cluster by `aws eks get-token`; the deployment does not need it.')
      : passed(`AWS CLI ${version}.`);
  },
};
