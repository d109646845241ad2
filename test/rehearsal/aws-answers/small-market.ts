import { priceTableOf, type InstanceType, type PriceTable } from '../../../lib/plan/price-table';
import { NODE_IMAGE_KINDS, type NodeImage } from '../../../lib/rehearsal/aws-answers/node-image';

/** The real table. */
export function seoul(): PriceTable {
  const table = priceTableOf('ap-northeast-2');
  if (table === undefined) throw new Error('There is no price table of ap-northeast-2');
  return table;
}

const SHAPE: Omit<InstanceType, 'name' | 'zones' | 'pricePerHour'> = {
  vcpu: 8, memoryMiB: 16_384, architecture: 'amd64', maxEnis: 4, ipv4PerEni: 15, hypervisor: 'nitro', isBareMetal: false, isPriceDerived: false,
};

/** Three types: one with a spot price, one without, one of metal. */
export const SMALL_TABLE: PriceTable = {
  ...seoul(),
  asOf: '2026-01-02',
  instanceTypes: [
    { ...SHAPE, name: 'c5a.2xlarge', zones: ['ap-northeast-2a', 'ap-northeast-2b'], pricePerHour: 0.344, spotPricePerHour: 0.1234 },
    { ...SHAPE, name: 'm7g.large', zones: ['ap-northeast-2a'], pricePerHour: 0.1, architecture: 'arm64' },
    { ...SHAPE, name: 'c5.metal', zones: ['ap-northeast-2c'], pricePerHour: 4.608, spotPricePerHour: 1.2, hypervisor: undefined, isBareMetal: true },
  ],
};

/** The images of these releases, for Kubernetes 1.35. */
export function imagesOf(...releases: readonly string[]): readonly NodeImage[] {
  return releases.flatMap((release) => NODE_IMAGE_KINDS.map((kind) => ({ ...kind, kubernetesVersion: '1.35', release })));
}
