import { type _InstanceType, DescribeAvailabilityZonesCommand, paginateDescribeInstanceTypeOfferings } from '@aws-sdk/client-ec2';
import { DescribeAddonVersionsCommand, DescribeClusterVersionsCommand } from '@aws-sdk/client-eks';
import type { AddonView } from '../assembly/cluster-view';
import { privateZones } from '../assembly/network-view';
import { asking } from '../aws/aws-failure';
import { listed, listedZones } from '../words';
import { type Check, type CheckContext, failed, passed, warned } from './preflight-check';

/** The check warns when standard support ends within this many days. */
const SOON_DAYS = 30;
const MILLIS_PER_DAY = 86_400_000;

/** Whether EKS offers the Kubernetes version, under standard support. */
export const kubernetesVersionCheck: Check = {
  name: 'Kubernetes version',
  asksAws: true,
  run: async ({ aws, lab, run }) => {
    const { version } = lab.cluster;
    const { clusterVersions } = await asking('eks:DescribeClusterVersions', () =>
      aws.eks.send(new DescribeClusterVersionsCommand({ clusterVersions: [version] })));
    const found = clusterVersions?.find(({ clusterVersion }) => clusterVersion === version);
    const remedy = 'Set kubernetesVersion in lab.yaml to one in standard support; CONTRIBUTING.md has the steps of an upgrade.';
    if (found === undefined) return failed(`EKS offers no Kubernetes ${version}.`, remedy);
    if (found.versionStatus !== 'STANDARD_SUPPORT') {
      return failed(`Kubernetes ${version} is in ${found.versionStatus === 'EXTENDED_SUPPORT' ? 'extended support, six times the price' : 'no support any more'}.`, remedy);
    }
    const end = found.endOfStandardSupportDate;
    const evidence = `EKS offers ${version} under standard support${end === undefined ? '' : `, until ${end.toISOString().slice(0, 10)}`}.`;
    const isSoon = end !== undefined && end.getTime() - run.clock.now().getTime() < SOON_DAYS * MILLIS_PER_DAY;
    return isSoon ? warned(evidence, remedy) : passed(evidence);
  },
};

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

async function offers({ aws, lab }: CheckContext, { name, version }: AddonView): Promise<boolean> {
  const { addons } = await asking('eks:DescribeAddonVersions', () =>
    aws.eks.send(new DescribeAddonVersionsCommand({ addonName: name, kubernetesVersion: lab.cluster.version })));
  return addons?.some(({ addonVersions }) => addonVersions?.some(({ addonVersion }) => addonVersion === version)) === true;
}

/** How many of the types that Karpenter may launch are looked up, the cheapest first. */
const CANDIDATES = 5;

/** Whether the zones offer the system nodes' type, and those that Karpenter will most likely launch. */
export const instanceTypesCheck: Check = {
  name: 'Instance types',
  asksAws: true,
  run: async (context) => {
    const { lab, launch } = context;
    const { region } = lab.stack;
    const zones = privateZones(lab.network);
    const system = [...new Set(lab.nodeGroups.map(({ instanceType }) => instanceType))];
    const candidates = [...new Set([...launch.likely, ...launch.candidates].map(({ instanceType }) => instanceType))].slice(0, CANDIDATES);
    const offers = await offeredZones(context, [...new Set([...system, ...candidates])], zones);
    const offered = (type: string): readonly string[] => zones.filter((zone) => offers.get(type)?.has(zone) === true);

    const nowhere = system.filter((type) => offered(type).length === 0);
    if (nowhere.length > 0) {
      return failed(`${listed(nowhere)} of the system nodes is offered in none of ${listedZones(zones, region)}.`, 'Set systemNodes.instanceType to a type that these zones offer.');
    }
    const unoffered = candidates.filter((type) => offered(type).length === 0);
    if (candidates.length > 0 && unoffered.length === candidates.length) {
      return failed(`None of ${listed(candidates)} is offered in ${listedZones(zones, region)}.`, 'Widen karpenter.instanceCategories, karpenter.minInstanceGeneration or karpenter.architectures, or change availabilityZones, in lab.yaml.');
    }
    const evidence = [...system, ...candidates.filter((type) => !system.includes(type))]
      .map((type) => `${type}: ${offered(type).length === 0 ? 'in no zone' : listedZones(offered(type), region)}`).join('; ');
    const partly = system.filter((type) => offered(type).length < zones.length);
    if (partly.length > 0 || unoffered.length > 0) {
      return warned(`${evidence}.`, 'The lab works with the zones and types that are offered; take other availabilityZones or types for a choice as wide as planned.');
    }
    return passed(`${evidence}.`);
  },
};

async function offeredZones({ aws }: CheckContext, types: readonly string[], zones: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  return asking('ec2:DescribeInstanceTypeOfferings', async () => {
    const offers = new Map<string, Set<string>>();
    const pages = paginateDescribeInstanceTypeOfferings({ client: aws.ec2 }, {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [...types] }, { Name: 'location', Values: [...zones] }],
    });
    for await (const { InstanceTypeOfferings } of pages) {
      for (const { InstanceType, Location } of InstanceTypeOfferings ?? []) {
        const type: _InstanceType | '' = InstanceType ?? '';
        offers.set(type, (offers.get(type) ?? new Set()).add(Location ?? ''));
      }
    }
    return offers;
  });
}

/**
 * Zones, by id, that hold no control plane of EKS. Their names differ from account to account.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
export const NO_CONTROL_PLANE: readonly string[] = ['use1-az3', 'usw1-az2', 'cac1-az3'];

/** Whether the account has the zones that the subnets are in, and EKS puts control planes there. */
export const zonesCheck: Check = {
  name: 'Availability Zones',
  asksAws: true,
  run: async ({ aws, lab }) => {
    const wanted = [...new Set(lab.network.subnets.map(({ availabilityZone }) => availabilityZone))];
    const { AvailabilityZones } = await asking('ec2:DescribeAvailabilityZones', () =>
      aws.ec2.send(new DescribeAvailabilityZonesCommand({})));
    const available = new Map((AvailabilityZones ?? []).filter(({ State }) => State === 'available').map(({ ZoneName = '', ZoneId = '' }) => [ZoneName, ZoneId]));
    const holdsControlPlanes = (zone: string): boolean => !NO_CONTROL_PLANE.includes(available.get(zone) ?? '');
    const remedy = `Set availabilityZones in lab.yaml to zones of: ${listed([...available.keys()].filter(holdsControlPlanes).toSorted())}.`;
    const missing = wanted.filter((zone) => !available.has(zone));
    if (missing.length > 0) return failed(`The account has no zone ${listed(missing)}.`, remedy);
    const unusable = wanted.filter((zone) => !holdsControlPlanes(zone)).map((zone) => `${zone} (${available.get(zone)})`);
    return unusable.length > 0
      ? failed(`EKS puts no control plane in ${listed(unusable)}, and makes no cluster with a subnet there.`, remedy)
      : passed(`${listed(wanted)} are available.`);
  },
};
