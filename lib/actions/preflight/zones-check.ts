import { DescribeAvailabilityZonesCommand } from '@aws-sdk/client-ec2';
import { asking } from '../../aws/aws-failure';
import { listed } from '../plan/phrases';
import type { Check } from './check';
import { failed, passed } from './finding';

/** Whether the account has the zones that the subnets are in. */
export const zonesCheck: Check = {
  name: 'Availability Zones',
  asksAws: true,
  run: async ({ aws, lab, signal }) => {
    const wanted = [...new Set(lab.network.subnets.map(({ availabilityZone }) => availabilityZone))];
    const { AvailabilityZones } = await asking('ec2:DescribeAvailabilityZones', () =>
      aws.ec2.send(new DescribeAvailabilityZonesCommand({}), { abortSignal: signal }));
    const available = new Set((AvailabilityZones ?? []).filter(({ State }) => State === 'available').map(({ ZoneName }) => ZoneName));
    const missing = wanted.filter((zone) => !available.has(zone));
    return missing.length === 0
      ? passed(`${listed(wanted)} are available.`)
      : failed(`The account has no zone ${listed(missing)}.`, `Set availabilityZones in lab.yaml to zones of: ${listed([...available].flatMap((zone) => zone ?? []).toSorted())}.`);
  },
};
