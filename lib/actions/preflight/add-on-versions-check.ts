import { DescribeAddonVersionsCommand } from '@aws-sdk/client-eks';
import type { AddonView } from '../../assembly/cluster-view';
import { asking } from '../../aws/aws-failure';
import { listed } from '../plan/phrases';
import type { Check, CheckContext } from './check';
import { failed, passed } from './finding';

/** Whether EKS still offers the pinned builds of the add-ons: it withdraws old ones. */
export const addOnVersionsCheck: Check = {
  name: 'Add-on versions',
  asksAws: true,
  run: async (context) => {
    const pinned = context.lab.addons.filter(({ version }) => version !== undefined);
    const isOffered = await Promise.all(pinned.map((addon) => offers(context, addon)));
    const withdrawn = pinned.filter((_, index) => isOffered[index] === false).map(({ name, version }) => `${name} ${version}`);
    return withdrawn.length === 0
      ? passed(`EKS offers all ${pinned.length} pinned builds for Kubernetes ${context.lab.cluster.version}.`)
      : failed(
        `EKS no longer offers ${listed(withdrawn)} for Kubernetes ${context.lab.cluster.version}.`,
        'Take newer builds in lib/config/versions.ts: `aws eks describe-addon-versions` lists them.',
      );
  },
};

async function offers({ aws, lab, signal }: CheckContext, { name, version }: AddonView): Promise<boolean> {
  const { addons } = await asking('eks:DescribeAddonVersions', () =>
    aws.eks.send(new DescribeAddonVersionsCommand({ addonName: name, kubernetesVersion: lab.cluster.version }), { abortSignal: signal }));
  return addons?.some(({ addonVersions }) => addonVersions?.some(({ addonVersion }) => addonVersion === version)) === true;
}
