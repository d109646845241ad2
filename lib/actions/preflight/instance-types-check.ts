import { paginateDescribeInstanceTypeOfferings, type _InstanceType } from '@aws-sdk/client-ec2';
import { asking } from '../../aws/aws-failure';
import { listed, listedZones } from '../plan/phrases';
import type { Check, CheckContext } from './check';
import { failed, passed, warned } from './finding';

/** Of the types that Karpenter may launch, how many are looked at, the cheapest first. */
const CANDIDATES = 5;

/** Whether the zones offer the system nodes' type, and those that Karpenter will most likely launch. */
export const instanceTypesCheck: Check = {
  name: 'Instance types',
  asksAws: true,
  run: async (context) => {
    const { lab, launch } = context;
    const { region } = lab.stack;
    const zones = [...new Set(lab.network.subnets.filter(({ isPublic }) => !isPublic).map(({ availabilityZone }) => availabilityZone))];
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

async function offeredZones({ aws, signal }: CheckContext, types: readonly string[], zones: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  return asking('ec2:DescribeInstanceTypeOfferings', async () => {
    const offers = new Map<string, Set<string>>();
    const pages = paginateDescribeInstanceTypeOfferings({ client: aws.ec2 }, {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [...types] }, { Name: 'location', Values: [...zones] }],
    }, { abortSignal: signal });
    for await (const { InstanceTypeOfferings } of pages) {
      for (const { InstanceType, Location } of InstanceTypeOfferings ?? []) {
        const type: _InstanceType | '' = InstanceType ?? '';
        offers.set(type, (offers.get(type) ?? new Set()).add(Location ?? ''));
      }
    }
    return offers;
  });
}
