import type { TemplateResource } from '../assembly/intrinsics';
import { type KubernetesObject, kubernetesObjects } from '../assembly/kubernetes-objects';
import type { LabView } from '../assembly/lab-view';
import { DRAIN_GUARD_TYPE } from '../config/names';
import { CLASS_NAMESPACE } from '../config/seats';
import { textAt } from '../json';
import { NAMESPACES } from '../kubernetes/core-kinds';
import { EC2_NODE_CLASSES, NODE_POOLS } from '../kubernetes/karpenter-kinds';

/** What a resource can be for, in the order in which the plan shows it. */
export const CONCERNS = [
  'Network',
  'Cluster',
  'System nodes',
  'Add-ons',
  'Karpenter',
  'Exercise',
  'Class',
  'Tools in the cluster',
  'Access',
  'Deadline',
  'Deployment tools',
  'Other',
] as const;

/** One of {@link CONCERNS}. */
export type Concern = typeof CONCERNS[number];

const CONCERN_BY_TYPE: Readonly<Record<string, Concern>> = {
  'AWS::EC2::EIP': 'Network',
  'AWS::EC2::InternetGateway': 'Network',
  'AWS::EC2::NatGateway': 'Network',
  'AWS::EC2::Route': 'Network',
  'AWS::EC2::RouteTable': 'Network',
  'AWS::EC2::Subnet': 'Network',
  'AWS::EC2::SubnetRouteTableAssociation': 'Network',
  'AWS::EC2::VPC': 'Network',
  'AWS::EC2::VPCEndpoint': 'Network',
  'AWS::EC2::VPCGatewayAttachment': 'Network',
  'AWS::EKS::AccessEntry': 'Access',
  'AWS::EKS::Addon': 'Add-ons',
  'AWS::EKS::Cluster': 'Cluster',
  'AWS::EKS::Nodegroup': 'System nodes',
  'AWS::Events::Rule': 'Karpenter',
  'AWS::Lambda::Function': 'Deployment tools',
  'AWS::Lambda::LayerVersion': 'Deployment tools',
  'AWS::SQS::Queue': 'Karpenter',
  [DRAIN_GUARD_TYPE]: 'Deployment tools',
  'AWS::Scheduler::Schedule': 'Deadline',
};

/** Kinds that belong to Karpenter's own API. */
const KARPENTER_KINDS: readonly string[] = [NODE_POOLS.kind, EC2_NODE_CLASSES.kind];

/** Kinds that say who may do what in the cluster. */
const RBAC_KINDS: readonly string[] = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

/**
 * The concern of every resource, by logical id. A resource that serves others, such as a role, a
 * policy or a security group, belongs to the concern of what uses it.
 */
export function concernsOf(lab: LabView): ReadonlyMap<string, Concern> {
  const concerns = new Map<string, Concern>();
  for (const resource of lab.stack.resources.values()) {
    const own = ownConcern(lab, resource);
    if (own !== undefined) concerns.set(resource.logicalId, own);
  }
  spread(lab, concerns);
  return new Map([...lab.stack.resources.keys()].map((logicalId) => [logicalId, concerns.get(logicalId) ?? 'Other']));
}

function ownConcern(lab: LabView, resource: TemplateResource): Concern | undefined {
  const { logicalId } = resource;
  if (lab.charts.some((chart) => chart.logicalId === logicalId)) return 'Karpenter';
  if (isKarpentersNodeEntry(lab, resource)) return 'Karpenter';

  const association = lab.podIdentities.find((identity) => identity.logicalId === logicalId);
  if (association !== undefined) {
    return association.serviceAccount === karpenterServiceAccount(lab) ? 'Karpenter' : 'Add-ons';
  }
  return manifestConcern(lab, logicalId) ?? CONCERN_BY_TYPE[resource.type];
}

/** EKS itself makes the access entry of a managed node group, so an entry for nodes in the template is for Karpenter's. */
function isKarpentersNodeEntry({ accessEntries }: LabView, { logicalId }: TemplateResource): boolean {
  return accessEntries.some((entry) => entry.logicalId === logicalId && entry.type === 'EC2_LINUX');
}

function karpenterServiceAccount({ karpenter }: LabView): string {
  return textAt(karpenter.values, 'serviceAccount', 'name') ?? karpenter.name;
}

function manifestConcern({ stack, exercise, class: seats }: LabView, logicalId: string): Concern | undefined {
  const objects = kubernetesObjects(stack).filter((object) => object.logicalId === logicalId);
  if (objects.length === 0) return undefined;
  const classNamespaces = seats === undefined ? [] : [CLASS_NAMESPACE, ...seats.seats];
  if (objects.some(({ kind, name }) => kind === NAMESPACES.kind && classNamespaces.includes(name))) return 'Class';
  if (objects.some(({ kind }) => KARPENTER_KINDS.includes(kind))) return 'Karpenter';
  if (objects.every(({ kind }) => RBAC_KINDS.includes(kind))) return 'Access';
  const isExercise = logicalId === exercise.logicalId
    || objects.some(({ kind, name }) => kind === 'Namespace' && name === exercise.metadata.namespace);
  return isExercise ? 'Exercise' : 'Tools in the cluster';
}

/** Gives each resource without a concern that of a resource that uses it, else that of one that it uses, until nothing changes. */
function spread({ stack }: LabView, concerns: Map<string, Concern>): void {
  const undecided = new Set([...stack.resources.keys()].filter((logicalId) => !concerns.has(logicalId)));
  const settle = (neighboursOf: (logicalId: string) => Iterable<string>): boolean => {
    let changed = false;
    for (const logicalId of undecided) {
      const concern = firstConcern(neighboursOf(logicalId), concerns);
      if (concern === undefined) continue;
      concerns.set(logicalId, concern);
      undecided.delete(logicalId);
      changed = true;
    }
    return changed;
  };
  while (settle((id) => stack.graph.dependentsOf(id)) || settle((id) => stack.graph.dependenciesOf(id)));
}

/** The concern of the first neighbour that has one. Network and Access count last: almost everything has to do with them. */
function firstConcern(neighbours: Iterable<string>, concerns: ReadonlyMap<string, Concern>): Concern | undefined {
  const found = [...neighbours].flatMap((logicalId) => concerns.get(logicalId) ?? []);
  return found.find((concern) => concern !== 'Network' && concern !== 'Access') ?? found[0];
}

/** Types that have a shorter name than CloudFormation's. */
const TYPE_LABELS: Readonly<Record<string, string>> = {
  'AWS::EC2::EIP': 'Public IPv4 address',
  'AWS::EC2::NatGateway': 'NAT gateway',
  'AWS::EC2::VPC': 'VPC',
  'AWS::EC2::VPCGatewayAttachment': 'Internet gateway attachment',
  'AWS::EKS::Cluster': 'EKS control plane',
  'AWS::EKS::Nodegroup': 'System node group',
  'AWS::Events::Rule': 'EventBridge rule',
  'AWS::Logs::LogGroup': 'Log group',
  'AWS::SQS::Queue': 'Interruption queue',
  'AWS::Scheduler::Schedule': 'Deadline',
};

/** Short names of the lab's resources for people, by logical id: `Add-on coredns`, `Chart karpenter`, `NodePool default`. */
export function resourceLabels(lab: LabView): ReadonlyMap<string, string> {
  const objects = kubernetesObjects(lab.stack);
  const own = new Map<string, string>([
    ...lab.addons.map(({ logicalId, name }) => [logicalId, `Add-on ${name}`] as const),
    ...lab.charts.map(({ logicalId, name }) => [logicalId, `Chart ${name}`] as const),
    ...objects.map(({ logicalId }) => [logicalId, manifestLabel(objects.filter((object) => object.logicalId === logicalId))] as const),
  ]);
  return new Map([...lab.stack.resources.values()].map((resource) =>
    [resource.logicalId, own.get(resource.logicalId) ?? typeLabel(lab, resource)]));
}

function manifestLabel([first, ...others]: readonly KubernetesObject[]): string {
  if (first === undefined) return 'Manifest';
  return `${first.kind} ${first.name}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** `AWS::IAM::ManagedPolicy` becomes `Managed policy`; a name in the properties follows. */
function typeLabel({ stack }: LabView, resource: TemplateResource): string {
  const words = resource.type.split('::').at(-1) ?? resource.type;
  const spaced = words.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  const label = TYPE_LABELS[resource.type] ?? spaced.charAt(0) + spaced.slice(1).toLowerCase();
  const name = stack.nameOf(resource) ?? nameInTree(resource, label);
  return name === undefined ? label : `${label} ${name}`;
}

/**
 * Who uses a role or another supporting resource, in words: `kubectl handler` for the role at `KubectlHandler/Role/Resource`.
 * The logical id, where the path in the construct tree is unknown.
 */
export function ownerOf({ stack }: LabView, logicalId: string): string {
  const [, ...parts] = stack.resources.get(logicalId)?.constructPath?.split('/') ?? [];
  const owner = parts.findLast((part) => part !== 'Resource' && part !== 'Role');
  return owner?.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase() ?? logicalId;
}

/** The last part of the construct path that says more than the type: `PrivateSubnet1` of `Vpc/PrivateSubnet1/Subnet`. */
function nameInTree({ constructPath }: TemplateResource, label: string): string | undefined {
  const [, ...parts] = constructPath?.split('/') ?? [];
  const known = ['resource', label.replaceAll(' ', '').toLowerCase()];
  return parts.findLast((part) => !known.some((word) => word.includes(part.toLowerCase())));
}
