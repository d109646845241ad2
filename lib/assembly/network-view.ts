import { arrayAt, booleanAt, textAt, type JsonValue } from '../json';
import { referencesIn, type TemplateResource } from './intrinsics';
import type { SynthesizedStack } from './synthesized-stack';

/** A subnet as it stands in the template. */
export interface SubnetView {
  readonly logicalId: string;
  readonly cidr: string;
  readonly availabilityZone: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether its route table leads to an internet gateway. */
  readonly isPublic: boolean;
  /** Whether instances launched here get a public address. */
  readonly mapsPublicAddresses: boolean;
}

/** A security group that the stack makes. EKS makes the cluster's own, which is in no template. */
export interface SecurityGroupView {
  readonly logicalId: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The network as it stands in the template. */
export interface NetworkView {
  /** @default - the stack makes no VPC */
  readonly vpcLogicalId?: string;
  readonly vpcCidr: string;
  readonly subnets: readonly SubnetView[];
  readonly securityGroups: readonly SecurityGroupView[];
  /** Logical ids. */
  readonly natGateways: readonly string[];
  /** Logical ids. */
  readonly elasticAddresses: readonly string[];
  /** Interface endpoints, counted once in each of their subnets, as AWS bills them. */
  readonly interfaceEndpointZones: number;
}

/** Reads the VPC, its subnets and what leads out of it. */
export function readNetwork(stack: SynthesizedStack): NetworkView {
  const [vpc] = stack.resourcesOfType('AWS::EC2::VPC');
  const publicSubnets = subnetsWithInternetRoute(stack);
  return {
    vpcLogicalId: vpc?.logicalId,
    vpcCidr: vpc === undefined ? '' : textAt(stack.resolvedProperties(vpc), 'CidrBlock') ?? '',
    subnets: stack.resourcesOfType('AWS::EC2::Subnet').map((subnet) => readSubnet(stack, subnet, publicSubnets)),
    securityGroups: stack.resourcesOfType('AWS::EC2::SecurityGroup').map((group) => ({
      logicalId: group.logicalId,
      description: textAt(stack.resolvedProperties(group), 'GroupDescription') ?? '',
      tags: tagsOf(stack, group),
    })),
    natGateways: logicalIds(stack, 'AWS::EC2::NatGateway'),
    elasticAddresses: logicalIds(stack, 'AWS::EC2::EIP'),
    interfaceEndpointZones: stack.resourcesOfType('AWS::EC2::VPCEndpoint')
      .filter(({ properties }) => textAt(properties, 'VpcEndpointType') === 'Interface')
      .reduce((sum, { properties }) => sum + arrayAt(properties, 'SubnetIds').length, 0),
  };
}

/** Availability Zones of the private subnets, which nodes are launched into. */
export function privateZones({ subnets }: NetworkView): readonly string[] {
  return [...new Set(subnets.filter(({ isPublic }) => !isPublic).map(({ availabilityZone }) => availabilityZone))];
}

/** A resource's tags, from the list of keys and values that most types hold. */
export function tagsOf(stack: SynthesizedStack, resource: TemplateResource): Readonly<Record<string, string>> {
  const tags = arrayAt(stack.resolvedProperties(resource), 'Tags');
  return Object.fromEntries(tags.map((tag) => [textAt(tag, 'Key') ?? '', textAt(tag, 'Value') ?? '']));
}

function readSubnet(stack: SynthesizedStack, subnet: TemplateResource, publicSubnets: ReadonlySet<string>): SubnetView {
  const properties = stack.resolvedProperties(subnet);
  return {
    logicalId: subnet.logicalId,
    cidr: textAt(properties, 'CidrBlock') ?? '',
    availabilityZone: textAt(properties, 'AvailabilityZone') ?? '',
    tags: tagsOf(stack, subnet),
    isPublic: publicSubnets.has(subnet.logicalId),
    mapsPublicAddresses: booleanAt(properties, 'MapPublicIpOnLaunch') ?? false,
  };
}

function subnetsWithInternetRoute(stack: SynthesizedStack): ReadonlySet<string> {
  const internetGateways = new Set(logicalIds(stack, 'AWS::EC2::InternetGateway'));
  const publicRouteTables = new Set(
    stack.resourcesOfType('AWS::EC2::Route')
      .filter(({ properties }) => referencedIds(properties['GatewayId']).some((id) => internetGateways.has(id)))
      .flatMap(({ properties }) => referencedIds(properties['RouteTableId'])),
  );
  return new Set(
    stack.resourcesOfType('AWS::EC2::SubnetRouteTableAssociation')
      .filter(({ properties }) => referencedIds(properties['RouteTableId']).some((id) => publicRouteTables.has(id)))
      .flatMap(({ properties }) => referencedIds(properties['SubnetId'])),
  );
}

function referencedIds(value: JsonValue | undefined): readonly string[] {
  return value === undefined ? [] : [...referencesIn(value)];
}

function logicalIds(stack: SynthesizedStack, type: string): readonly string[] {
  return stack.resourcesOfType(type).map(({ logicalId }) => logicalId);
}
