import { textAt } from '../../assembly/json';
import { kubernetesObjects, type KubernetesObject } from '../../assembly/kubernetes-objects';
import type { LabView } from '../../assembly/lab-view';
import type { TemplateResource } from '../../assembly/template-resource';

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
function typeLabel(lab: LabView, resource: TemplateResource): string {
  const words = resource.type.split('::').at(-1) ?? resource.type;
  const spaced = words.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
  const label = TYPE_LABELS[resource.type] ?? spaced.charAt(0) + spaced.slice(1).toLowerCase();
  const name = nameInTemplate(lab, resource) ?? nameInTree(resource, label);
  return name === undefined ? label : `${label} ${name}`;
}

/**
 * What a role or another servant belongs to, for people: `kubectl handler` for the role at `KubectlHandler/Role/Resource`.
 * Without a path in the construct tree it is the logical id.
 */
export function ownerOf({ stack }: LabView, logicalId: string): string {
  const [, ...parts] = stack.resources.get(logicalId)?.constructPath?.split('/') ?? [];
  const owner = parts.findLast((part) => part !== 'Resource' && part !== 'Role');
  return owner?.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase() ?? logicalId;
}

/** Properties that name a resource, whatever its type. */
const NAME_PROPERTIES = ['Name', 'RoleName', 'FunctionName', 'ManagedPolicyName', 'NodegroupName', 'LogGroupName', 'QueueName'] as const;

function nameInTemplate({ stack }: LabView, resource: TemplateResource): string | undefined {
  const properties = stack.resolvedProperties(resource);
  return NAME_PROPERTIES
    .map((key) => textAt(properties, key))
    .find((name) => name !== undefined && !name.includes('${'));
}

/** The last part of the construct path that says more than the type: `PrivateSubnet1` of `Vpc/PrivateSubnet1/Subnet`. */
function nameInTree({ constructPath }: TemplateResource, label: string): string | undefined {
  const [, ...parts] = constructPath?.split('/') ?? [];
  const known = ['resource', label.replaceAll(' ', '').toLowerCase()];
  return parts.findLast((part) => !known.some((word) => word.includes(part.toLowerCase())));
}
