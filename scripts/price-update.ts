import { paginateDescribeInstanceTypeOfferings, paginateDescribeInstanceTypes, type EC2Client, type InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { paginateGetProducts, type PricingClient } from '@aws-sdk/client-pricing';
import { isJsonObject, objectAt, textAt, type JsonValue } from '../lib/json';
import type { PriceFile, PriceFileType } from '../lib/plan/price-table';

/** Key of the source that the update gives to prices. */
export const PRICE_LIST = 'price-list';

/** A price that moved by more than this part of itself is most likely misread. */
const SUSPICIOUS_MOVE = 0.5;

/** What the Price List has of the instances that the tables are about. Those of bare metal are listed under dedicated tenancy. */
const QUERIES = [
  { productFamily: 'Compute Instance', tenancy: 'Shared' },
  { productFamily: 'Compute Instance (bare metal)', tenancy: 'Dedicated' },
] as const;

/**
 * On-demand prices of a region's Linux instances, in USD per hour by type, from the AWS Price List.
 *
 * @throws Error when an entry has no price per hour
 */
export async function listedPrices(client: PricingClient, region: string): Promise<ReadonlyMap<string, number>> {
  const prices = new Map<string, number>();
  for (const query of QUERIES) {
    const fields = {
      ...query, regionCode: region, operatingSystem: 'Linux', preInstalledSw: 'NA', capacitystatus: 'Used', marketoption: 'OnDemand',
    };
    const Filters = Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value }));
    for await (const { PriceList = [] } of paginateGetProducts({ client }, { ServiceCode: 'AmazonEC2', FormatVersion: 'aws_v1', Filters })) {
      for (const text of PriceList) {
        const { instanceType, price } = readProduct(JSON.parse(String(text)) as JsonValue);
        // Types that can be had as reservation alone are listed at no price.
        if (price > 0) prices.set(instanceType, price);
      }
    }
  }
  return prices;
}

function readProduct(product: JsonValue): { readonly instanceType: string; readonly price: number } {
  const instanceType = textAt(product, 'product', 'attributes', 'instanceType');
  const [price] = Object.values(objectAt(product, 'terms', 'OnDemand'))
    .flatMap((term) => Object.values(objectAt(term, 'priceDimensions')))
    .filter((dimension) => isJsonObject(dimension) && dimension['unit'] === 'Hrs')
    .map((dimension) => Number(textAt(dimension, 'pricePerUnit', 'USD')));
  if (instanceType === undefined || price === undefined || Number.isNaN(price)) {
    throw new Error(`The Price List has an entry without instance type or price per hour: ${JSON.stringify(product).slice(0, 200)}`);
  }
  return { instanceType, price };
}

/** A type whose price is new. */
export interface PriceChange {
  readonly name: string;
  /** USD per hour. @default - the type is new */
  readonly before?: number;
  /** USD per hour. @default - the Price List has the type no more */
  readonly after?: number;
}

/** Types whose price differs between the table and the list: types of the table first, then new ones of its categories. */
export function priceChanges(file: PriceFile, listed: ReadonlyMap<string, number>): readonly PriceChange[] {
  const known = new Set(file.instanceTypes.map(({ name }) => name));
  return [
    ...file.instanceTypes
      .map(({ name, pricePerHour }) => ({ name, before: pricePerHour, after: listed.get(name) }))
      .filter(({ before, after }) => before !== after),
    ...[...listed]
      .filter(([name]) => !known.has(name) && isCovered(file, name))
      .map(([name, after]) => ({ name, after }))
      .toSorted((a, b) => a.name.localeCompare(b.name)),
  ];
}

/** Whether a type is of a category that the table covers, and not of an older generation than the table begins with. */
function isCovered({ instanceTypes }: PriceFile, name: string): boolean {
  const own = generationOf(name);
  const generations = instanceTypes.map((type) => generationOf(type.name)).filter((other) => other?.category === own?.category);
  return own !== undefined && generations.some((other) => other !== undefined && other.generation <= own.generation);
}

function generationOf(name: string): { readonly category: string; readonly generation: number } | undefined {
  const [, category, generation] = /^([a-z]+)(\d+)[a-z-]*\d*[a-z-]*\./.exec(name) ?? [];
  return category === undefined ? undefined : { category, generation: Number(generation) };
}

/** Why the changes should not be written unseen, a sentence each. */
export function doubtsAbout(changes: readonly PriceChange[]): readonly string[] {
  return changes.flatMap(({ name, before, after }) => {
    if (before === undefined) return [];
    if (after === undefined) return [`${name} is no more in the Price List.`];
    return Math.abs(after - before) > SUSPICIOUS_MOVE * before ? [`${name} moved from ${before} to ${after} USD/h, more than ${SUSPICIOUS_MOVE * 100} %.`] : [];
  });
}

/** Sizes and zones of types that the table does not have yet, priced. */
export async function describeNewTypes(client: EC2Client, changes: readonly PriceChange[]): Promise<readonly PriceFileType[]> {
  const prices = new Map(changes.flatMap(({ name, before, after }) => before === undefined && after !== undefined ? [[name, after] as const] : []));
  if (prices.size === 0) return [];
  const zones = new Map<string, string[]>();
  for await (const { InstanceTypeOfferings = [] } of paginateDescribeInstanceTypeOfferings({ client }, { LocationType: 'availability-zone' })) {
    for (const { InstanceType = '', Location = '' } of InstanceTypeOfferings) zones.set(InstanceType, [...zones.get(InstanceType) ?? [], Location.slice(-1)]);
  }
  const types: PriceFileType[] = [];
  for await (const { InstanceTypes = [] } of paginateDescribeInstanceTypes({ client }, {})) {
    for (const info of InstanceTypes) {
      const price = prices.get(info.InstanceType ?? '');
      const offered = zones.get(info.InstanceType ?? '');
      if (price !== undefined && offered !== undefined) types.push(typeOf(info, offered.toSorted(), price));
    }
  }
  return types;
}

function typeOf(info: InstanceTypeInfo, zones: readonly string[], pricePerHour: number): PriceFileType {
  const card = info.NetworkInfo?.NetworkCards?.[0];
  const bareMetal = info.BareMetal ?? false;
  return {
    name: info.InstanceType ?? '',
    vcpu: info.VCpuInfo?.DefaultVCpus ?? 0,
    memoryMiB: info.MemoryInfo?.SizeInMiB ?? 0,
    architecture: info.ProcessorInfo?.SupportedArchitectures?.includes('arm64') === true ? 'arm64' : 'amd64',
    maxEnis: card?.MaximumNetworkInterfaces ?? info.NetworkInfo?.MaximumNetworkInterfaces ?? 0,
    ipv4PerEni: info.NetworkInfo?.Ipv4AddressesPerInterface ?? 0,
    ...(!bareMetal && { hypervisor: info.Hypervisor ?? 'nitro' }),
    bareMetal,
    zones,
    pricePerHour,
    priceSource: PRICE_LIST,
  };
}

/**
 * The table with the prices of the list. Types that the list lacks go; spot prices stay as they are.
 *
 * @param day of the list, as YYYY-MM-DD
 */
export function updatedFile(file: PriceFile, listed: ReadonlyMap<string, number>, newTypes: readonly PriceFileType[], day: string): PriceFile {
  const kept = file.instanceTypes.flatMap((type): readonly PriceFileType[] => {
    const pricePerHour = listed.get(type.name);
    // JSON leaves out what is undefined.
    return pricePerHour === undefined ? [] : [{ ...type, isPriceDerived: undefined, pricePerHour, priceSource: PRICE_LIST }];
  });
  const unused = new Set(file.instanceTypes.filter(({ spotPricePerHour }) => spotPricePerHour === undefined).map(({ priceSource }) => priceSource));
  for (const { priceSource } of file.instanceTypes.filter(({ spotPricePerHour }) => spotPricePerHour !== undefined)) unused.delete(priceSource);
  return {
    ...file,
    asOf: day,
    sources: {
      ...Object.fromEntries(Object.entries(file.sources).filter(([key]) => !unused.has(key))),
      [PRICE_LIST]: { name: 'AWS Price List, instances', what: `On-demand prices: AWS Price List, GetProducts for ${file.region}; earlier sources stay for spot prices`, asOf: day },
    },
    instanceTypes: [...kept, ...newTypes].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** A table's file as text, an instance type a line. */
export function priceFileText({ instanceTypes, ...rest }: PriceFile): string {
  const head = JSON.stringify({ ...rest, instanceTypes: [] }, null, 2);
  const lines = instanceTypes.map((type) => `    ${JSON.stringify(type, null, 1).replaceAll(/\n\s*/g, ' ').replaceAll(/([[{]) | (?=[\]}])/g, '$1')}`);
  return `${head.replace(/\[\]\n\}$/, `[\n${lines.join(',\n')}\n  ]\n}`)}\n`;
}

/** What changed, a line each, for people. */
export function changesText(changes: readonly PriceChange[]): readonly string[] {
  const text = (price: number | undefined) => (price === undefined ? '-' : String(price)).padStart(10);
  return [
    `${'type'.padEnd(20)}${'before'.padStart(10)}${'after'.padStart(10)}  USD/h`,
    ...changes.map(({ name, before, after }) => {
      const moved = before === undefined ? 'new' : after === undefined ? 'gone' : `${after > before ? '+' : ''}${((after / before - 1) * 100).toFixed(1)} %`;
      return `${name.padEnd(20)}${text(before)}${text(after)}  ${moved}`;
    }),
  ];
}
