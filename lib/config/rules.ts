import { cpuMillis, kubeReservedCpuMillis } from '../kubernetes/allocatable';
import { imageOfKubernetesViolation, karpenterPairViolation, kubernetesPinsViolation } from './compatibility';
import { partitionOf, zonesOfRegionViolation } from './network-values';
import type { ConfigProblem, OriginOf } from './problems';
import { type LabConfig, MAX_CPU_LIMIT } from './schema';
import { CLASS_NAMESPACE, EXERCISE_REPLICAS, MOST_CPU_PER_SEAT, seatNames } from './seats';
import { expecting, type Violation } from './values';

/** What is wrong between keys, reported for the key that is easiest to change. */
interface BrokenRule extends Violation {
  /** The key, such as `natGateways`. */
  readonly path: string;
  /** Which element of the key's list it is. @default - the key as a whole */
  readonly element?: number;
  /** Its value. */
  readonly received: unknown;
}

/** A rule that ties several keys together. */
interface Rule {
  /** The keys that it reads. Where one of them has a problem of its own, the rule is left out. */
  readonly reads: readonly string[];
  /** What is wrong between them, if anything. */
  problem(config: LabConfig): BrokenRule | readonly BrokenRule[] | undefined;
}

const zonesAreOfTheRegion: Rule = {
  reads: ['region', 'availabilityZones'],
  problem({ region, availabilityZones }) {
    const violation = zonesOfRegionViolation(availabilityZones, region);
    return violation && { path: 'availabilityZones', received: availabilityZones, ...violation };
  },
};

const adminsAreOfThePartition: Rule = {
  reads: ['region', 'admins'],
  problem({ region, admins }) {
    const partition = partitionOf(region);
    return admins.flatMap((admin, element) => {
      const [, own, ...rest] = admin.split(':');
      return own === partition ? [] : [{
        path: 'admins',
        element,
        received: admin,
        allowed: `ARNs of ${partition}, the partition of ${region}`,
        remedy: `Write ${['arn', partition, ...rest].join(':')}, if the role or user is there: a cluster takes none of another partition.`,
      }];
    });
  },
};

const eachNatGatewayHasAZone: Rule = {
  reads: ['natGateways', 'availabilityZones'],
  problem({ natGateways, availabilityZones }) {
    return natGateways <= availabilityZones.length ? undefined : {
      path: 'natGateways',
      received: natGateways,
      allowed: `a whole number from 1 to ${availabilityZones.length}, the number of availabilityZones`,
      remedy: `Set natGateways to ${availabilityZones.length} or fewer: a second one in a zone costs and serves nothing.`,
    };
  },
};

const kubernetesHasPins: Rule = {
  reads: ['kubernetesVersion'],
  problem({ kubernetesVersion }) {
    const violation = kubernetesPinsViolation(kubernetesVersion);
    return violation && { path: 'kubernetesVersion', received: kubernetesVersion, ...violation };
  },
};

const karpenterSupportsKubernetes: Rule = {
  reads: ['kubernetesVersion', 'karpenter.version'],
  problem({ kubernetesVersion, karpenter }) {
    const violation = karpenterPairViolation(kubernetesVersion, karpenter.version);
    return violation && { path: 'karpenter.version', received: karpenter.version, ...violation };
  },
};

const imageIsForKubernetes: Rule = {
  reads: ['kubernetesVersion', 'karpenter.amiAlias'],
  problem({ kubernetesVersion, karpenter }) {
    const violation = imageOfKubernetesViolation(kubernetesVersion, karpenter.amiAlias);
    return violation && { path: 'karpenter.amiAlias', received: karpenter.amiAlias, ...violation };
  },
};

const replicasFitTheCpuLimit: Rule = {
  reads: ['inflate.replicas', 'inflate.cpu', 'karpenter.limits.cpu'],
  problem({ inflate, karpenter }) {
    const { cpu: limit } = karpenter.limits;
    const most = mostReplicas(limit, inflate.cpu);
    const smallestLimit = smallestCpuLimit(Math.max(1, inflate.replicas), inflate.cpu);
    if (most < 1) {
      return {
        path: 'karpenter.limits.cpu',
        received: limit,
        allowed: `at least ${smallestCpuLimit(1, inflate.cpu)}, so that a node can hold one pod of ${inflate.cpu} CPU`,
        remedy: smallestLimit > MAX_CPU_LIMIT
          ? `Lower inflate.cpu or inflate.replicas: karpenter.limits.cpu is at most ${MAX_CPU_LIMIT}.`
          : `Raise karpenter.limits.cpu to ${smallestLimit}, or lower inflate.cpu: the kubelet keeps a part of each node for itself.`,
      };
    }
    return inflate.replicas <= most ? undefined : {
      path: 'inflate.replicas',
      received: inflate.replicas,
      allowed: `a whole number from 0 to ${most}, the most pods of ${inflate.cpu} CPU that karpenter.limits.cpu = ${limit} can hold`,
      remedy: `Lower inflate.replicas to ${most}${smallestLimit > MAX_CPU_LIMIT ? '' : `, or raise karpenter.limits.cpu to at least ${smallestLimit}`}.`,
    };
  },
};

const exerciseHasItsOwnNamespace: Rule = {
  reads: ['inflate.namespace', 'karpenter.namespace'],
  problem({ inflate, karpenter }) {
    return inflate.namespace !== karpenter.namespace ? undefined : {
      path: 'inflate.namespace',
      received: inflate.namespace,
      allowed: 'another namespace than karpenter.namespace',
      remedy: 'Choose another, such as karpenter-test: it is deleted with all that is in it, and the controller must outlive it.',
    };
  },
};

const seatsHoldTheExercise: Rule = {
  reads: ['class.students', 'class.cpuPerSeat', 'inflate.cpu'],
  problem({ class: { students, cpuPerSeat }, inflate }) {
    const needed = Math.ceil(EXERCISE_REPLICAS * cpuMillis(inflate.cpu) / 1000);
    if (students === 0 || needed <= cpuPerSeat) return undefined;
    const smaller = `lower inflate.cpu to ${Math.floor(cpuPerSeat * 1000 / EXERCISE_REPLICAS)}m`;
    return {
      path: 'class.cpuPerSeat',
      received: cpuPerSeat,
      allowed: `at least ${needed}, so that a seat can hold the ${EXERCISE_REPLICAS} pods of the exercise, of ${inflate.cpu} CPU each`,
      remedy: needed > MOST_CPU_PER_SEAT
        ? `Either raise class.cpuPerSeat, to ${MOST_CPU_PER_SEAT} at most, or ${smaller}.`
        : `Raise class.cpuPerSeat to ${needed}, or ${smaller}: no student could finish the exercise.`,
    };
  },
};

const seatsHaveTheirNamesAlone: Rule = {
  reads: ['class.students', 'team', 'inflate.namespace', 'karpenter.namespace'],
  problem({ class: { students }, team, inflate, karpenter }) {
    const seats = seatNames(students);
    const [first] = seats;
    if (first === undefined) return undefined;
    const range = seats.length === 1 ? first : `${first} to ${seats.at(-1)}`;
    const namespaces = [
      { path: 'inflate.namespace', received: inflate.namespace, example: 'karpenter-test' },
      { path: 'karpenter.namespace', received: karpenter.namespace, example: 'karpenter' },
    ].filter(({ received }) => received === CLASS_NAMESPACE || seats.includes(received));
    return [
      ...(seats.includes(team) ? [{
        path: 'team',
        received: team,
        allowed: `another value than ${range}, the names of the seats`,
        remedy: 'Choose another, such as my-team: the instructor\'s pods would run on the nodes of that seat.',
      }] : []),
      ...namespaces.map(({ path, received, example }) => ({
        path,
        received,
        allowed: `another namespace than those of the class, ${range} and ${CLASS_NAMESPACE}`,
        remedy: `Choose another, such as ${example}: in that one a student has rights, or the marks of the class are kept.`,
      })),
    ];
  },
};

/** The rules between keys. Those of single keys are part of the schema. */
const RULES: readonly Rule[] = [
  zonesAreOfTheRegion,
  adminsAreOfThePartition,
  eachNatGatewayHasAZone,
  kubernetesHasPins,
  karpenterSupportsKubernetes,
  imageIsForKubernetes,
  replicasFitTheCpuLimit,
  exerciseHasItsOwnNamespace,
  seatsHoldTheExercise,
  seatsHaveTheirNamesAlone,
];

/**
 * What is wrong between keys that are right by themselves.
 *
 * @param refusedKeys keys whose values are refused already: a rule that reads one of them would complain of a default
 */
export function brokenRules(config: LabConfig, refusedKeys: ReadonlySet<string>, originOf: OriginOf): readonly ConfigProblem[] {
  const refused = [...refusedKeys];
  const wasAccepted = (key: string): boolean => !refused.some((other) => key === other || key.startsWith(`${other}.`));
  return RULES
    .filter((rule) => rule.reads.every(wasAccepted))
    .flatMap((rule) => rule.problem(config) ?? [])
    .map(({ path, element, ...broken }) => ({
      ...broken,
      path: element === undefined ? path : `${path}[${element}]`,
      message: expecting(broken.allowed),
      origin: originOf([...path.split('.'), ...(element === undefined ? [] : [element])]),
    }));
}

/**
 * The most pods of one CPU request that a NodePool with this CPU limit can hold.
 *
 * Karpenter counts the limit in cores of whole instances. The bound is that of one instance with
 * all the cores: more and smaller ones reserve more, and the DaemonSets on each take their part
 * too. So what is beyond it can never run; what is below it is for the plan to estimate.
 */
export function mostReplicas(cpuLimit: number, cpuRequest: string): number {
  return Math.floor((cpuLimit * 1000 - kubeReservedCpuMillis(cpuLimit * 1000)) / cpuMillis(cpuRequest));
}

/** The smallest CPU limit, in cores, whose {@link mostReplicas} are enough. */
export function smallestCpuLimit(replicas: number, cpuRequest: string): number {
  let limit = Math.ceil(replicas * cpuMillis(cpuRequest) / 1000);
  while (mostReplicas(limit, cpuRequest) < replicas) {
    limit += 1;
  }
  return limit;
}
