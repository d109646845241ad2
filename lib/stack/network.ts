import type { ResourceContext, ResourceProvider } from '@aws-quickstart/eks-blueprints';
import { Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, Dependable, type IDependable } from 'constructs';
import { SUBNET_DISCOVERY_TAG } from '../../charts/lab-charts';
import { privateSubnetPrefixLength, publicSubnetPrefixLength } from '../config/network-values';

/** What the network needs to know of the lab. */
export interface NetworkProps {
  /** Name of the cluster, the value of {@link SUBNET_DISCOVERY_TAG}. */
  readonly clusterName: string;
  /** IPv4 range of the VPC, such as `10.11.0.0/16`. */
  readonly vpcCidr: string;
  /** Availability Zones, by name. One public and one private subnet is made in each. */
  readonly availabilityZones: readonly string[];
  /** NAT gateways, at most one an Availability Zone. */
  readonly natGateways: number;
}

/**
 * The VPC of the lab: a small public and a large private subnet in each Availability Zone.
 *
 * Deletion: nothing here outlives the stack, but the VPC goes only after the network interfaces
 * that the VPC CNI and Lambda leave behind are gone.
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc;

  /**
   * The same VPC without its routes: whatever is built on this view waits for the subnets only.
   *
   * The control plane takes minutes and needs no way out to the internet, so it must not wait
   * for a NAT gateway. `ec2.Vpc` as a dependency includes the NAT gateways.
   */
  readonly withoutEgress: ec2.IVpc;

  /** The way out of the private subnets. Whatever pulls an image or calls AWS depends on this. */
  readonly egress: IDependable;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);

    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(props.vpcCidr),
      availabilityZones: [...props.availabilityZones],
      natGateways: props.natGateways,
      // The default security group is used by nothing; emptying it would take a Lambda function.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        {
          name: 'Private',
          subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS,
          cidrMask: privateSubnetPrefixLength(props.vpcCidr),
        },
        {
          name: 'Public',
          subnetType: ec2.SubnetType.PUBLIC,
          cidrMask: publicSubnetPrefixLength(props.vpcCidr),
          mapPublicIpOnLaunch: false,
        },
      ],
    });

    for (const subnet of this.vpc.privateSubnets) {
      Tags.of(subnet).add(SUBNET_DISCOVERY_TAG, props.clusterName);
      Tags.of(subnet).add('kubernetes.io/role/internal-elb', '1');
    }
    for (const subnet of this.vpc.publicSubnets) {
      Tags.of(subnet).add('kubernetes.io/role/elb', '1');
    }

    this.withoutEgress = ec2.Vpc.fromVpcAttributes(this, 'WithoutEgress', {
      vpcId: this.vpc.vpcId,
      vpcCidrBlock: this.vpc.vpcCidrBlock,
      availabilityZones: this.vpc.availabilityZones,
      ...subnetAttributes('private', this.vpc.privateSubnets),
      ...subnetAttributes('public', this.vpc.publicSubnets),
    });
    this.egress = new Egress(this.vpc);
  }
}

/** Default routes of the private subnets, and what makes them work. */
class Egress implements IDependable {
  constructor(vpc: ec2.Vpc) {
    Dependable.implement(this, {
      dependencyRoots: vpc.node.findAll().filter((child) =>
        child instanceof ec2.CfnRoute || child instanceof ec2.CfnSubnetRouteTableAssociation),
    });
  }
}

function subnetAttributes(kind: 'private' | 'public', subnets: readonly ec2.ISubnet[]): Partial<ec2.VpcAttributes> {
  const ids = subnets.map((subnet) => subnet.subnetId);
  const routeTableIds = subnets.map((subnet) => subnet.routeTable.routeTableId);
  const cidrs = subnets.map((subnet) => subnet.ipv4CidrBlock);
  return kind === 'private'
    ? { privateSubnetIds: ids, privateSubnetRouteTableIds: routeTableIds, privateSubnetIpv4CidrBlocks: cidrs, privateSubnetNames: ['Private'] }
    : { publicSubnetIds: ids, publicSubnetRouteTableIds: routeTableIds, publicSubnetIpv4CidrBlocks: cidrs, publicSubnetNames: ['Public'] };
}

/** Id of the one {@link Network} in the lab stack. */
const NETWORK_ID = 'Network';

/** Hands the lab's network to eks-blueprints, as the view that a control plane need not wait for. */
export class NetworkResourceProvider implements ResourceProvider<ec2.IVpc> {
  constructor(private readonly props: NetworkProps) {}

  provide(context: ResourceContext): ec2.IVpc {
    knowZones(Stack.of(context.scope), this.props.availabilityZones);
    return new Network(context.scope, NETWORK_ID, this.props).withoutEgress;
  }
}

/**
 * The network that {@link NetworkResourceProvider} made in a stack.
 *
 * eks-blueprints passes on the VPC alone; what needs the way out asks here.
 */
export function networkOf(stack: Stack): Network {
  return stack.node.findChild(NETWORK_ID) as Network;
}

/**
 * Tells a stack the Availability Zones. One that is bound to an account would have the CDK look them up in AWS, only to compare
 * them with those that the lab names. To override this property is what the CDK advises; the class is that of eks-blueprints.
 */
function knowZones(stack: Stack, availabilityZones: readonly string[]): void {
  Object.defineProperty(stack, 'availabilityZones', { value: [...availabilityZones] });
}
