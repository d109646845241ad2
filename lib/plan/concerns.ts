import { MANIFEST_TYPE } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { DRAIN_GUARD_TYPE, TEAM_LABEL } from '../config/names';
import { numberAt } from '../json';
import type { NodePool, NodeRequirement } from '../kubernetes/karpenter-kinds';
import { namespaceOf } from '../kubernetes/objects';
import {
  ARCHITECTURE_LABEL, CAPACITY_TYPE_LABEL, INSTANCE_CATEGORY_LABEL, INSTANCE_CPU_LABEL, INSTANCE_FAMILY_LABEL, INSTANCE_GENERATION_LABEL,
  INSTANCE_HYPERVISOR_LABEL, INSTANCE_TYPE_LABEL, OPERATING_SYSTEM_LABEL, ZONE_LABEL,
} from '../well-known-keys';
import { counted, cpuText, listed, listedZones, momentText } from '../words';
import { type Concern, CONCERNS, concernsOf, ownerOf } from './concern-of-resource';
import { planNetwork } from './network';
import { podsOfWorkload } from './node-pods';
import type { PlannedConcern } from './plan-result';

/** What will be created, by concern. Every resource of the template is counted in exactly one. */
export function describeConcerns(lab: LabView): readonly PlannedConcern[] {
  const concernById = concernsOf(lab);
  const lines = concernLines(lab);
  return CONCERNS
    .map((name) => ({
      name,
      lines: lines[name],
      resourceCount: [...concernById.values()].filter((concern) => concern === name).length,
    }))
    .filter(({ resourceCount }) => resourceCount > 0);
}

/** Each concern in words, with one line for each thing that a reader asks for. */
function concernLines(lab: LabView): Readonly<Record<Concern, readonly string[]>> {
  return {
    'Network': networkLines(lab),
    'Cluster': clusterLines(lab),
    'System nodes': lab.nodeGroups.map(({ instanceType, desiredSize, volumeGiB }) =>
      `${desiredSize} x ${instanceType} in a managed node group, ${volumeGiB} GiB gp3 each`),
    'Add-ons': [lab.addons.map(({ name, version }) => `${name} ${version === undefined ? 'in the version that EKS prefers' : shortVersion(version)}`).join(', ')],
    'Karpenter': karpenterLines(lab),
    'Exercise': exerciseLines(lab),
    'Class': classLines(lab),
    'Tools in the cluster': toolLines(lab),
    'Access': accessLines(lab),
    'Deadline': deadlineLines(lab),
    'Deployment tools': [deploymentToolLine(lab)],
    'Other': ['Resources that no other concern uses'],
  };
}

function networkLines(lab: LabView): readonly string[] {
  const network = planNetwork(lab);
  const zones = [...new Set(network.subnets.map(({ availabilityZone }) => availabilityZone))];
  const subnets = (['private', 'public'] as const).flatMap((kind) => {
    const ofKind = network.subnets.filter((subnet) => subnet.kind === kind);
    const addresses = ofKind.reduce((sum, { usableAddresses }) => sum + usableAddresses, 0);
    return ofKind.length === 0 ? [] : [`${counted(ofKind.length, `${kind} subnet`)} with ${counted(addresses, 'address', 'addresses')}`];
  });
  return [
    `VPC ${network.vpcCidr} in ${listedZones(zones, lab.stack.region)}, ${counted(network.natGatewayCount, 'NAT gateway')}`,
    subnets.join(', '),
  ];
}

function clusterLines({ stack, cluster }: LabView): readonly string[] {
  const api = cluster.isPublic ? `API open to ${listed(cluster.publicAccessCidrs)} and the VPC` : 'private API';
  const logs = stack.resourcesOfType('AWS::Logs::LogGroup')
    .filter(({ logicalId }) => stack.graph.dependsOn(cluster.logicalId, logicalId))
    .map((group) => {
      const days = numberAt(group.properties, 'RetentionInDays');
      return days === undefined ? 'logs for ever' : `${counted(days, 'day')} of logs`;
    });
  return [[`Kubernetes ${cluster.version}`, `${cluster.supportType.toLowerCase()} support`, api, ...logs].join(', ')];
}

function karpenterLines({ stack, charts, karpenter, nodePool, nodeClass }: LabView): readonly string[] {
  const others = charts.filter(({ logicalId }) => logicalId !== karpenter.logicalId);
  const queues = stack.resourcesOfType('AWS::SQS::Queue').length;
  const rules = stack.resourcesOfType('AWS::Events::Rule').length;
  return [
    `Charts ${listed([karpenter, ...others].map(({ name, version }) => `${name} ${version ?? ''}`.trim()))} in ${karpenter.namespace}`,
    `${counted(queues, 'queue')} fed by ${counted(rules, 'EventBridge rule')}`,
    nodePoolLine(nodePool),
    `EC2NodeClass ${nodeClass.metadata.name}: ${listed(nodeClass.amiAliases)}`,
  ];
}

function nodePoolLine({ metadata, requirements, limits }: NodePool): string {
  const most = Object.entries(limits).map(([resource, limit]) => `${resource} ${limit}`);
  const within = most.length > 0 ? [`at most ${listed(most)}`] : [];
  return `NodePool ${metadata.name}: ${[...requirementPhrases(requirements), ...within].join(', ')}`;
}

/** The seats, and the NodePools that they share. */
function classLines({ class: seats }: LabView): readonly string[] {
  if (seats === undefined) return [];
  const [first = '', ...others] = seats.seats;
  const names = others.length === 0 ? first : `${first} to ${others.at(-1)}`;
  return [
    `${counted(seats.seats.length, 'seat')}, ${names}: a namespace each, with a student's rights and ${cpuText(seats.cpuPerSeat * 1000)}`,
    ...seats.nodePools.map(nodePoolLine),
  ];
}

function exerciseLines({ exercise }: LabView): readonly string[] {
  const pod = podsOfWorkload(exercise);
  return [
    `Deployment ${exercise.metadata.name} in ${namespaceOf(exercise)}: ${counted(exercise.replicas, 'replica')} of ${cpuText(pod.cpuMillis)}`,
  ];
}

function toolLines({ workloads, exercise }: LabView): readonly string[] {
  return workloads
    .filter(({ logicalId }) => logicalId !== exercise.logicalId)
    .map((workload) => `${workload.kind} ${workload.metadata.name} in ${namespaceOf(workload)}`);
}

function accessLines(lab: LabView): readonly string[] {
  return lab.accessEntries
    // An entry without a policy has only the rights that the stack's own RBAC gives its group: no person uses it.
    .filter(({ type, policies }) => type === 'STANDARD' && policies.length > 0)
    .map(({ principal, principalLogicalId, policies }) =>
      `${listed(policies)} for ${principalLogicalId === undefined ? principal : `the ${ownerOf(lab, principalLogicalId)}`}`);
}

function deadlineLines({ deadline }: LabView): readonly string[] {
  return deadline === undefined ? [] : [
    `AWS deletes the stack at ${momentText(deadline.expiresAt, 'UTC')}, by schedule ${deadline.scheduleName} with a role for nothing else`,
  ];
}

/** Functions that apply manifests, and those that drain Karpenter before the stack goes. */
function deploymentToolLine({ stack }: LabView): string {
  const functions = stack.resourcesOfType('AWS::Lambda::Function');
  const appliers = functions.filter(({ logicalId }) => stack.resourcesOfType(MANIFEST_TYPE)
    .some((manifest) => stack.graph.dependsOn(manifest.logicalId, logicalId)));
  const ofGuard = functions.filter(({ logicalId }) => !appliers.some((applier) => applier.logicalId === logicalId)
    && stack.resourcesOfType(DRAIN_GUARD_TYPE).some((guard) => stack.graph.dependsOn(guard.logicalId, logicalId)));
  if (ofGuard.length === 0) return `${counted(functions.length, 'Lambda function')} with kubectl and helm`;
  return `kubectl and helm in ${counted(functions.length - ofGuard.length, 'function')}, drain guard in ${ofGuard.length}`;
}

/** `v1.22.4-eksbuild.3` without what counts only EKS' builds of it. */
function shortVersion(version: string): string {
  return version.replace(/^v/, '').replace(/-eksbuild\.\d+$/, '');
}

/** Keys that are left out of the phrase, because the value alone is clear: `amd64`. */
const TELLING_KEYS: readonly string[] = [
  ARCHITECTURE_LABEL,
  CAPACITY_TYPE_LABEL,
  INSTANCE_FAMILY_LABEL,
  INSTANCE_TYPE_LABEL,
  ZONE_LABEL,
];

/** What a NodePool requires of its nodes, as people say it: `c, m, r generation 5+`, `amd64`, `on-demand`, `no bare metal`. */
function requirementPhrases(requirements: readonly NodeRequirement[]): readonly string[] {
  const family = familyPhrase(requirements);
  const rest = requirements.filter(({ key }) => family === undefined || (key !== INSTANCE_CATEGORY_LABEL && key !== INSTANCE_GENERATION_LABEL));
  return [...(family === undefined ? [] : [family]), ...rest.flatMap(requirementPhrase)];
}

/** Category and generation in one phrase; undefined unless there is one list of categories and one lower bound of the generation. */
function familyPhrase(requirements: readonly NodeRequirement[]): string | undefined {
  const [categories, ...otherCategories] = requirements.filter(({ key }) => key === INSTANCE_CATEGORY_LABEL);
  const [generation, ...otherGenerations] = requirements.filter(({ key }) => key === INSTANCE_GENERATION_LABEL);
  const first = generation === undefined ? undefined : firstGeneration(generation);
  if (categories?.operator !== 'In' || first === undefined || otherCategories.length + otherGenerations.length > 0) return undefined;
  return `${categories.values.join(', ')} generation ${first}+`;
}

function firstGeneration({ operator, values: [bound] }: NodeRequirement): number | undefined {
  if (operator === 'Gt') return Number(bound) + 1;
  return operator === 'Gte' ? Number(bound) : undefined;
}

function requirementPhrase(requirement: NodeRequirement): readonly string[] {
  const { key, operator, values } = requirement;
  const isOnly = (value: string): boolean => operator === 'In' && values.length === 1 && values[0] === value;
  if (key === OPERATING_SYSTEM_LABEL && isOnly('linux')) return []; // The lab has only Linux nodes.
  if (key === TEAM_LABEL) return []; // A list of all seats, which are named once.
  if (key === INSTANCE_HYPERVISOR_LABEL && isOnly('nitro')) return ['no bare metal'];
  if (key === INSTANCE_CPU_LABEL && operator === 'Lt') return [`up to ${Number(values[0]) - 1} vCPUs`];
  if (operator === 'In' && TELLING_KEYS.includes(key)) return [values.join(' or ')];
  return [[key.slice(key.lastIndexOf('/') + 1), operator, values.join(', ')].filter((part) => part !== '').join(' ')];
}
