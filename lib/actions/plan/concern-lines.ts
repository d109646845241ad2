import { numberAt } from '../../assembly/json';
import { MANIFEST_TYPE } from '../../assembly/kubernetes-objects';
import type { LabView } from '../../assembly/lab-view';
import { DRAIN_GUARD_TYPE, type Concern } from './concern-of-resource';
import { planNetwork } from './network';
import { podsOfWorkload } from './node-pods';
import { counted, cpu, listed, listedZones, momentPhrase } from './phrases';
import { ownerOf } from './resource-labels';
import { requirementPhrases } from './requirement-phrases';

/** Each concern in words, one line a thing that a reader would ask for. */
export function concernLines(lab: LabView): Readonly<Record<Concern, readonly string[]>> {
  return {
    'Network': networkLines(lab),
    'Cluster': clusterLines(lab),
    'System nodes': lab.nodeGroups.map(({ instanceType, desiredSize, volumeGiB }) =>
      `${desiredSize} x ${instanceType} in a managed node group, ${volumeGiB} GiB gp3 each`),
    'Add-ons': [lab.addons.map(({ name, version }) => `${name} ${version === undefined ? 'in the version that EKS prefers' : shortVersion(version)}`).join(', ')],
    'Karpenter': karpenterLines(lab),
    'Exercise': exerciseLines(lab),
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
  const limits = Object.entries(nodePool.limits).map(([resource, limit]) => `${resource} ${limit}`);
  const within = limits.length > 0 ? [`at most ${listed(limits)}`] : [];
  return [
    `Charts ${listed([karpenter, ...others].map(({ name, version }) => `${name} ${version ?? ''}`.trim()))} in ${karpenter.namespace}`,
    `${counted(queues, 'queue')} fed by ${counted(rules, 'EventBridge rule')}`,
    `NodePool ${nodePool.name}: ${[...requirementPhrases(nodePool.requirements), ...within].join(', ')}`,
    `EC2NodeClass ${nodeClass.name}: ${listed(nodeClass.amiAliases)}`,
  ];
}

function exerciseLines({ exercise }: LabView): readonly string[] {
  const pod = podsOfWorkload(exercise);
  return [
    `Deployment ${exercise.name} in ${exercise.namespace ?? 'default'}: ${counted(exercise.replicas, 'replica')} of ${cpu(pod.cpuMillis)}`,
  ];
}

function toolLines({ workloads, exercise }: LabView): readonly string[] {
  return workloads
    .filter(({ logicalId }) => logicalId !== exercise.logicalId)
    .map(({ kind, name, namespace }) => `${kind} ${name} in ${namespace ?? 'default'}`);
}

function accessLines(lab: LabView): readonly string[] {
  return lab.accessEntries
    // One without a policy has what the stack's own RBAC gives its group, which is nobody's way in.
    .filter(({ type, policies }) => type === 'STANDARD' && policies.length > 0)
    .map(({ principal, principalLogicalId, policies }) =>
      `${listed(policies)} for ${principalLogicalId === undefined ? principal : `the ${ownerOf(lab, principalLogicalId)}`}`);
}

function deadlineLines({ deadline }: LabView): readonly string[] {
  return deadline === undefined ? [] : [
    `AWS deletes the stack at ${momentPhrase(deadline.expiresAt)}, by schedule ${deadline.scheduleName} with a role for nothing else`,
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
