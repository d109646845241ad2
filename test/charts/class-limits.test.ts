import { manifestsOf, type Manifest } from '../../charts/manifest';
import type { NodePool } from '../../charts/schemas/karpenter.sh_nodepools.v1';
import { seatNodeCpu } from '../../lib/config/seats';
import { mebibytes } from '../../lib/kubernetes/allocatable';
import { priceTableOf } from '../../lib/plan/price-table';
import { labConfigSchema } from '../../lib/config/schema';
import { labCharts } from './default-lab-charts';

/** Zones of the lab: the guide spreads pods over them, so that a seat asks for as many nodes at once. */
const ZONES = 3;

function nodePools(students: number, cpuPerSeat: number): readonly NodePool[] {
  const { classChart } = labCharts(labConfigSchema.parse({ class: { students, cpuPerSeat } }));
  if (classChart === undefined) throw new Error('there is no class');
  return manifestsOf(classChart).filter(({ kind }) => kind === 'NodePool').map((manifest: Manifest) => manifest as unknown as NodePool);
}

describe('the limits of a class', () => {
  test.each([[1, 7], [30, 7], [200, 7], [30, 15]])('let %i seats of %i CPU spread over the zones all at once, while an old node of each is still there', (students, cpuPerSeat) => {
    const pools = nodePools(students, cpuPerSeat);

    expect(pools).toHaveLength(2);
    for (const { spec: { limits } } of pools) {
      // A node on its way counts as the largest that it may become.
      expect(Number(limits?.['cpu'])).toBeGreaterThanOrEqual(students * (ZONES + 1) * seatNodeCpu(cpuPerSeat));
    }
  });

  test('of memory are no tighter than those of CPU, whatever the type', () => {
    const [pool] = nodePools(30, 7);
    const cpu = Number(pool?.spec.limits?.['cpu']);
    const largest = priceTableOf('ap-northeast-2')?.instanceTypes.filter(({ vcpu, name }) => vcpu <= 8 && /^[cmr]\d/.test(name)).map(({ memoryMiB, vcpu }) => memoryMiB / vcpu) ?? [];

    expect(mebibytes(String(pool?.spec.limits?.['memory'])) / cpu).toBeGreaterThanOrEqual(Math.max(...largest));
  });

  test('bound a node to what a seat may request', () => {
    expect([1, 2, 4, 7, 8, 15, 16, 31].map(seatNodeCpu)).toEqual([2, 4, 8, 8, 16, 16, 32, 32]);
  });
});
