import { DescribeClusterVersionsCommand } from '@aws-sdk/client-eks';
import { asking } from '../../aws/aws-failure';
import type { Check } from './check';
import { failed, passed, warned } from './finding';

/** A class within so many days of the end of standard support is told of it. */
const SOON_DAYS = 30;
const MILLIS_PER_DAY = 86_400_000;

/** Whether EKS offers the Kubernetes version, under standard support. */
export const kubernetesVersionCheck: Check = {
  name: 'Kubernetes version',
  asksAws: true,
  run: async ({ aws, lab, today, signal }) => {
    const { version } = lab.cluster;
    const { clusterVersions } = await asking('eks:DescribeClusterVersions', () =>
      aws.eks.send(new DescribeClusterVersionsCommand({ clusterVersions: [version] }), { abortSignal: signal }));
    const found = clusterVersions?.find(({ clusterVersion }) => clusterVersion === version);
    const remedy = 'Set kubernetesVersion in lab.yaml to one in standard support; CONTRIBUTING.md has the steps of an upgrade.';
    if (found === undefined) return failed(`EKS offers no Kubernetes ${version}.`, remedy);
    if (found.versionStatus !== 'STANDARD_SUPPORT') {
      return failed(`Kubernetes ${version} is in ${found.versionStatus === 'EXTENDED_SUPPORT' ? 'extended support, six times the price' : 'no support any more'}.`, remedy);
    }
    const end = found.endOfStandardSupportDate;
    const evidence = `EKS offers ${version} under standard support${end === undefined ? '' : `, until ${end.toISOString().slice(0, 10)}`}.`;
    const isSoon = end !== undefined && end.getTime() - today.getTime() < SOON_DAYS * MILLIS_PER_DAY;
    return isSoon ? warned(evidence, remedy) : passed(evidence);
  },
};
