import { zonesOfRegionViolation } from './availability-zones';
import { mostReplicas, smallestCpuLimit } from './capacity';
import { karpenterPairViolation, kubernetesPinsViolation } from './compatibility';
import type { ConfigProblem } from './problems';
import type { LabConfig } from './schema';

/** A rule that ties several keys together. */
export interface Rule {
  /** The keys it reads. With a problem in one of them, the rule has nothing to say. */
  readonly reads: readonly string[];
  /** What is wrong between them, if anything. */
  problem(config: LabConfig): ConfigProblem | undefined;
}

const zonesAreOfTheRegion: Rule = {
  reads: ['region', 'availabilityZones'],
  problem({ region, availabilityZones }) {
    const violation = zonesOfRegionViolation(availabilityZones, region);
    return violation && { path: 'availabilityZones', received: availabilityZones, ...violation };
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

const replicasFitTheCpuLimit: Rule = {
  reads: ['inflate.replicas', 'inflate.cpu', 'karpenter.limits.cpu'],
  problem({ inflate, karpenter }) {
    const { cpu: limit } = karpenter.limits;
    const most = mostReplicas(limit, inflate.cpu);
    if (most < 1) {
      return {
        path: 'karpenter.limits.cpu',
        received: limit,
        allowed: `at least ${smallestCpuLimit(1, inflate.cpu)}, so that a node can hold one pod of ${inflate.cpu} CPU`,
        remedy: `Raise karpenter.limits.cpu to ${smallestCpuLimit(1, inflate.cpu)}, or lower inflate.cpu: the kubelet keeps a part of each node for itself.`,
      };
    }
    return inflate.replicas <= most ? undefined : {
      path: 'inflate.replicas',
      received: inflate.replicas,
      allowed: `a whole number from 0 to ${most}, the most pods of ${inflate.cpu} CPU that karpenter.limits.cpu = ${limit} can hold`,
      remedy: `Lower inflate.replicas to ${most}, or raise karpenter.limits.cpu to at least ${smallestCpuLimit(inflate.replicas, inflate.cpu)}.`,
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

/** The rules between keys. Those of single keys are part of the schema. */
export const RULES: readonly Rule[] = [
  zonesAreOfTheRegion,
  eachNatGatewayHasAZone,
  kubernetesHasPins,
  karpenterSupportsKubernetes,
  replicasFitTheCpuLimit,
  exerciseHasItsOwnNamespace,
];
