import type { InstanceShape } from '../kubernetes/allocatable';
import seoul from './prices/ap-northeast-2.json';

/** Prices of what is billed by the hour, GB or month, in the currency of the table. */
export interface Rates {
  readonly eksControlPlanePerHour: number;
  readonly natGatewayPerHour: number;
  readonly natGatewayPerGB: number;
  readonly publicIpv4PerHour: number;
  readonly gp3PerGBMonth: number;
  readonly kmsKeyPerMonth: number;
  readonly interfaceEndpointPerHourPerZone: number;
}

/** An EC2 instance type as a region offers it. */
export interface InstanceType extends InstanceShape {
  /** Such as `c5a.2xlarge`. */
  readonly name: string;
  /**
   * `nitro` or `xen`.
   *
   * @default - none: bare metal
   */
  readonly hypervisor?: string;
  readonly isBareMetal: boolean;
  /** Availability Zones that offer it, by full name. */
  readonly zones: readonly string[];
  /** On demand, Linux, shared tenancy. */
  readonly pricePerHour: number;
  /**
   * A mean over zones on the day of its source: spot prices move.
   *
   * @default - the source had none
   */
  readonly spotPricePerHour?: number;
  /** Whether the price was calculated from sister types because no source had it. */
  readonly isPriceDerived: boolean;
}

/** List prices and instance types of one region. */
export interface PriceTable {
  readonly region: string;
  readonly currency: 'USD';
  /** Day of the oldest prices in the table, as YYYY-MM-DD. */
  readonly asOf: string;
  /** Day of the rates, as YYYY-MM-DD. */
  readonly ratesAsOf: string;
  /** Where the figures are from and of which day, by name; the table's file says more. */
  readonly sources: readonly string[];
  readonly rates: Rates;
  readonly instanceTypes: readonly InstanceType[];
}

/** Hours in a month by which AWS turns monthly prices into hourly ones. */
export const HOURS_PER_MONTH = 730;

/** An instance type in a table's file. */
export interface PriceFileType extends Omit<InstanceType, 'isBareMetal' | 'isPriceDerived'> {
  readonly bareMetal: boolean;
  /** Letters of Availability Zones. */
  readonly zones: readonly string[];
  /** Key of {@link PriceFile.sources}. */
  readonly priceSource: string;
  /** @default false */
  readonly isPriceDerived?: boolean;
}

/** A table as its file in `prices/` holds it. */
export interface PriceFile extends Omit<PriceTable, 'sources' | 'instanceTypes' | 'currency'> {
  readonly currency: string;
  readonly operatingSystem: string;
  readonly sources: Readonly<Record<string, { readonly name: string; readonly what: string; readonly asOf: string | null }>>;
  readonly instanceTypes: readonly PriceFileType[];
}

const FILES: readonly PriceFile[] = [seoul];

const TABLES: ReadonlyMap<string, PriceTable> = new Map(FILES.map((file) => [file.region, tableFrom(file)]));

/**
 * List prices of a region.
 *
 * @returns undefined for a region that has no table: no price is ever guessed from another region's
 */
export function priceTableOf(region: string): PriceTable | undefined {
  return TABLES.get(region);
}

/** Says that a region has no table, as the beginning of a sentence. */
export function noPriceTable(region: string): string {
  return `There is no price table for ${region}`;
}

/**
 * Size of an instance type, which is the same in every region that has it.
 *
 * @returns undefined for a type in none of the tables
 */
export function instanceTypeShape(name: string): InstanceShape | undefined {
  for (const table of TABLES.values()) {
    const found = table.instanceTypes.find((type) => type.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function tableFrom(file: PriceFile): PriceTable {
  return {
    region: file.region,
    currency: 'USD',
    asOf: file.asOf,
    ratesAsOf: file.ratesAsOf,
    sources: Object.values(file.sources).map(({ name, asOf }) => asOf === null ? name : `${name} (${asOf})`),
    rates: file.rates,
    instanceTypes: file.instanceTypes.map((type) => ({
      name: type.name,
      vcpu: type.vcpu,
      memoryMiB: type.memoryMiB,
      architecture: type.architecture,
      maxEnis: type.maxEnis,
      ipv4PerEni: type.ipv4PerEni,
      hypervisor: type.hypervisor,
      isBareMetal: type.bareMetal,
      zones: type.zones.map((letter) => `${file.region}${letter}`),
      pricePerHour: type.pricePerHour,
      spotPricePerHour: type.spotPricePerHour,
      isPriceDerived: type.isPriceDerived ?? false,
    })),
  };
}
