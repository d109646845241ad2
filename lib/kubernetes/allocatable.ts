import { LabError } from '../lab-error';

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1,
  k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/;

/**
 * A Kubernetes quantity, such as `100m`, `1.5` or `400Gi`, as a number.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * @throws LabError `QuantityMalformed`
 */
export function quantity(text: string): number {
  const [, digits, suffix] = QUANTITY.exec(text) ?? [];
  const factor = suffix === undefined ? undefined : SUFFIXES[suffix];
  if (digits === undefined || factor === undefined) {
    throw new LabError({
      code: 'QuantityMalformed',
      message: 'A request or limit is not a Kubernetes quantity.',
      received: text,
      remedy: 'Write it like 100m, 1.5 or 400Gi, then run npm run synth.',
    });
  }
  return Number(digits) * factor;
}

/** A quantity of CPU in thousandths of a core, rounded up as Kubernetes does. */
export function cpuMillis(text: string): number {
  return ceil(quantity(text) * 1000);
}

/** A quantity of memory or storage in MiB. */
export function mebibytes(text: string): number {
  return quantity(text) / 2 ** 20;
}

/** Rounds up, and ignores floating-point noise after the sixth decimal place. */
function ceil(value: number): number {
  return Math.ceil(Number(value.toFixed(6)));
}

/** CPU, memory and pod slots of a node or of pods. */
export interface Resources {
  readonly cpuMillis: number;
  readonly memoryMiB: number;
  readonly pods: number;
}

/** What decides how much of an instance its pods may use. */
export interface InstanceShape {
  readonly vcpu: number;
  /** Memory that AWS states for the type. A node sees less. */
  readonly memoryMiB: number;
  /** In Kubernetes' words: `amd64` or `arm64`. */
  readonly architecture: string;
  /** Network interfaces of the default network card. */
  readonly maxEnis: number;
  readonly ipv4PerEni: number;
}

/** Settings of Karpenter and of an EC2NodeClass's kubelet that change how much of an instance pods may use. */
export interface ReservationSettings {
  /**
   * Part of an instance's memory that the hypervisor keeps: the chart's `settings.vmMemoryOverheadPercent`.
   *
   * @default 0.075
   */
  readonly vmMemoryOverheadPercent?: number;
  /**
   * Pods a node may run: `kubelet.maxPods`.
   *
   * @default - as many as the VPC CNI has addresses for
   */
  readonly maxPods?: number;
  /**
   * Network interfaces not used for pods: the chart's `settings.reservedENIs`.
   *
   * @default 0
   */
  readonly reservedEnis?: number;
  /** `kubelet.kubeReserved`, by resource; replaces the calculated figure. */
  readonly kubeReserved?: Readonly<Record<string, string>>;
  /** `kubelet.systemReserved`, by resource. */
  readonly systemReserved?: Readonly<Record<string, string>>;
}

/** Memory in MiB below which the kubelet evicts pods: the AL2023 image's and Karpenter's default. */
const EVICTION_MEMORY_MIB = 100;

/** Memory in MiB that Graviton keeps for contiguous allocation. */
const GRAVITON_RESERVED_MIB = 64;

/** CPU that EKS reserves for the kubelet: `part` of what lies between the row before and `upToMillis`, in thousandths of a core. */
const KUBE_RESERVED_CPU = [
  { upToMillis: 1000, part: 0.06 },
  { upToMillis: 2000, part: 0.01 },
  { upToMillis: 4000, part: 0.005 },
  { upToMillis: Infinity, part: 0.0025 },
] as const;

/**
 * CPU, memory and pods of an instance as Karpenter counts them against a NodePool's limits, before anything is reserved.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/pkg/providers/instancetype/types.go `computeCapacity`
 */
export function capacityOf(shape: InstanceShape, settings: ReservationSettings = {}): Resources {
  const memoryMiB = shape.architecture === 'arm64' ? shape.memoryMiB - GRAVITON_RESERVED_MIB : shape.memoryMiB;
  return {
    cpuMillis: shape.vcpu * 1000,
    memoryMiB: memoryMiB - Math.ceil(memoryMiB * (settings.vmMemoryOverheadPercent ?? 0.075)),
    pods: settings.maxPods ?? addressLimitedPods(shape, settings.reservedEnis ?? 0),
  };
}

/**
 * What pods may request of an instance, as Karpenter estimates it before it has seen a node of the
 * type. The AL2023 image reserves the same; a real node has somewhat more memory, because the
 * hypervisor keeps less than Karpenter assumes.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/pkg/providers/instancetype/types.go `kubeReservedResources`
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go
 */
export function allocatableOf(shape: InstanceShape, settings: ReservationSettings = {}): Resources {
  const capacity = capacityOf(shape, settings);
  const kubeCpu = settings.kubeReserved?.['cpu'];
  const kubeMemory = settings.kubeReserved?.['memory'];
  const systemCpu = settings.systemReserved?.['cpu'];
  const systemMemory = settings.systemReserved?.['memory'];
  return {
    cpuMillis: capacity.cpuMillis
      - (kubeCpu === undefined ? kubeReservedCpuMillis(capacity.cpuMillis) : cpuMillis(kubeCpu))
      - (systemCpu === undefined ? 0 : cpuMillis(systemCpu)),
    memoryMiB: capacity.memoryMiB
      - (kubeMemory === undefined ? kubeReservedMemoryMiB(shape) : mebibytes(kubeMemory))
      - (systemMemory === undefined ? 0 : mebibytes(systemMemory))
      - EVICTION_MEMORY_MIB,
    pods: capacity.pods,
  };
}

/** Pods that the VPC CNI has addresses for: each interface keeps one address for itself, and two pods use the node's own. */
function addressLimitedPods(shape: InstanceShape, reservedEnis: number): number {
  const interfaces = Math.max(shape.maxEnis - reservedEnis, 0);
  return interfaces === 0 ? 0 : interfaces * (shape.ipv4PerEni - 1) + 2;
}

/**
 * What the kubelet of an EKS node keeps from pods, in thousandths of a core.
 *
 * @param capacityMillis all of the node's CPU, in thousandths of a core
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go
 */
export function kubeReservedCpuMillis(capacityMillis: number): number {
  let reserved = 0;
  let from = 0;
  for (const { upToMillis, part } of KUBE_RESERVED_CPU) {
    reserved += Math.trunc(Math.max(Math.min(capacityMillis, upToMillis) - from, 0) * part);
    from = upToMillis;
  }
  return reserved;
}

/** Memory in MiB. It depends on the addresses of the instance, even where `maxPods` is lower. */
function kubeReservedMemoryMiB(shape: InstanceShape): number {
  return 11 * addressLimitedPods(shape, 0) + 255;
}
