import {
  AttachInternetGatewayCommand, CreateInternetGatewayCommand, CreateSubnetCommand, CreateVpcCommand, DeleteInternetGatewayCommand,
  DeleteSubnetCommand, DeleteVpcCommand, DescribeNetworkAclsCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand,
  DescribeVpcsCommand, DetachInternetGatewayCommand, type EC2Client, ModifySubnetAttributeCommand, ModifyVpcAttributeCommand, type Tenancy,
} from '@aws-sdk/client-ec2';
import { booleanAt, textAt } from '../../../json';
import type { MadeResource, ResourceRequest } from '../resource-type';
import { requireNoMappedAddress, requireNothingInSubnet, requireNothingInVpc } from './dependencies';
import { given, type PlayedType, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { retag, tagSpecifications } from './resource-tags';

/** The types that a network is made of: VPC, subnets and the way to the internet. */
export function networkTypes(clients: ResourceClients): readonly PlayedType[] {
  return [vpcType(clients), subnetType(clients), internetGatewayType(clients), gatewayAttachmentType(clients)];
}

function vpcType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::EC2::VPC',
    replacedBy: ['CidrBlock', 'InstanceTenancy'],
    updatedBy: ['EnableDnsHostnames', 'EnableDnsSupport', 'Tags'],
    create: async (resource) => {
      const { ec2 } = clients.of(resource);
      const { Vpc } = await ec2.send(new CreateVpcCommand({
        CidrBlock: textAt(resource.properties, 'CidrBlock'),
        InstanceTenancy: textAt(resource.properties, 'InstanceTenancy') as Tenancy | undefined,
        TagSpecifications: tagSpecifications('vpc', resource),
      }));
      const vpcId = given(Vpc?.VpcId, 'VPC');
      resource.initiated(vpcId);
      await setDns(ec2, vpcId, resource);
      return madeVpc(ec2, vpcId);
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      await setDns(ec2, resource.physicalId, resource);
      await retag(ec2, resource.physicalId, resource, old);
      return madeVpc(ec2, resource.physicalId);
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      await unlessGone(async () => {
        await ec2.send(new DescribeVpcsCommand({ VpcIds: [resource.physicalId] }));
        await requireNothingInVpc(ec2, resource.physicalId);
        await ec2.send(new DeleteVpcCommand({ VpcId: resource.physicalId }));
      });
    },
  };
}

/** EC2 takes one attribute a request. Without the properties, names are resolved and not given. */
async function setDns(ec2: EC2Client, VpcId: string, { properties }: ResourceRequest): Promise<void> {
  const hostnames = booleanAt(properties, 'EnableDnsHostnames') ?? false;
  const support = booleanAt(properties, 'EnableDnsSupport') ?? true;
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: { Value: support } }));
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: hostnames } }));
}

async function madeVpc(ec2: EC2Client, vpcId: string): Promise<MadeResource> {
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }));
  const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }));
  const [vpc] = Vpcs ?? [];
  return {
    physicalId: vpcId,
    attributes: {
      VpcId: vpcId,
      CidrBlock: vpc?.CidrBlock ?? '',
      CidrBlockAssociations: (vpc?.CidrBlockAssociationSet ?? []).flatMap(({ AssociationId }) => AssociationId ?? []),
      Ipv6CidrBlocks: [],
      DefaultSecurityGroup: SecurityGroups.find(({ GroupName }) => GroupName === 'default')?.GroupId ?? '',
      DefaultNetworkAcl: NetworkAcls.find(({ IsDefault }) => IsDefault)?.NetworkAclId ?? '',
    },
  };
}

function subnetType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::EC2::Subnet',
    replacedBy: ['AvailabilityZone', 'CidrBlock', 'VpcId'],
    updatedBy: ['MapPublicIpOnLaunch', 'Tags'],
    create: async (resource) => {
      const { ec2 } = clients.of(resource);
      const { properties } = resource;
      const { Subnet } = await ec2.send(new CreateSubnetCommand({
        VpcId: textAt(properties, 'VpcId'),
        CidrBlock: textAt(properties, 'CidrBlock'),
        AvailabilityZone: textAt(properties, 'AvailabilityZone'),
        TagSpecifications: tagSpecifications('subnet', resource),
      }));
      const subnetId = given(Subnet?.SubnetId, 'subnet');
      resource.initiated(subnetId);
      await setPublicAddresses(ec2, subnetId, resource);
      return madeSubnet(ec2, subnetId);
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      await setPublicAddresses(ec2, resource.physicalId, resource);
      await retag(ec2, resource.physicalId, resource, old);
      return madeSubnet(ec2, resource.physicalId);
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      await requireNothingInSubnet(ec2, resource.physicalId);
      await unlessGone(() => ec2.send(new DeleteSubnetCommand({ SubnetId: resource.physicalId })));
    },
  };
}

async function setPublicAddresses(ec2: EC2Client, SubnetId: string, { properties }: ResourceRequest): Promise<void> {
  await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: booleanAt(properties, 'MapPublicIpOnLaunch') ?? false } }));
}

async function madeSubnet(ec2: EC2Client, subnetId: string): Promise<MadeResource> {
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
  const { NetworkAcls = [] } = await ec2.send(new DescribeNetworkAclsCommand({ Filters: [{ Name: 'association.subnet-id', Values: [subnetId] }] }));
  const [subnet] = Subnets ?? [];
  const association = NetworkAcls.flatMap(({ Associations = [] }) => Associations).find(({ SubnetId }) => SubnetId === subnetId);
  return {
    physicalId: subnetId,
    attributes: {
      SubnetId: subnetId,
      VpcId: subnet?.VpcId ?? '',
      CidrBlock: subnet?.CidrBlock ?? '',
      AvailabilityZone: subnet?.AvailabilityZone ?? '',
      AvailabilityZoneId: subnet?.AvailabilityZoneId ?? '',
      NetworkAclAssociationId: association?.NetworkAclAssociationId ?? '',
      Ipv6CidrBlocks: [],
    },
  };
}

function internetGatewayType(clients: ResourceClients): PlayedType {
  const made = (InternetGatewayId: string): MadeResource => ({ physicalId: InternetGatewayId, attributes: { InternetGatewayId } });
  return {
    type: 'AWS::EC2::InternetGateway',
    replacedBy: [],
    updatedBy: ['Tags'],
    create: async (resource) => {
      const { InternetGateway } = await clients.of(resource).ec2.send(new CreateInternetGatewayCommand({
        TagSpecifications: tagSpecifications('internet-gateway', resource),
      }));
      const id = given(InternetGateway?.InternetGatewayId, 'internet gateway');
      resource.initiated(id);
      return made(id);
    },
    update: async (resource, old) => {
      await retag(clients.of(resource).ec2, resource.physicalId, resource, old);
      return made(resource.physicalId);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: resource.physicalId })));
    },
  };
}

/** Of gateways, the lab attaches those to the internet only. */
function gatewayAttachmentType(clients: ResourceClients): PlayedType {
  const idsOf = ({ properties }: ResourceRequest) => ({
    VpcId: textAt(properties, 'VpcId') ?? '',
    InternetGatewayId: textAt(properties, 'InternetGatewayId') ?? '',
  });
  return {
    type: 'AWS::EC2::VPCGatewayAttachment',
    replacedBy: ['VpcId'],
    updatedBy: ['InternetGatewayId'],
    create: async (resource) => {
      const ids = idsOf(resource);
      await clients.of(resource).ec2.send(new AttachInternetGatewayCommand(ids));
      const physicalId = `IGW|${ids.VpcId}`;
      resource.initiated(physicalId);
      return { physicalId, attributes: { AttachmentType: 'IGW' } };
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      await ec2.send(new DetachInternetGatewayCommand(idsOf({ ...resource, properties: old.properties })));
      await ec2.send(new AttachInternetGatewayCommand(idsOf(resource)));
      return old;
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      const ids = idsOf(resource);
      await requireNoMappedAddress(ec2, ids.VpcId);
      await unlessGone(() => ec2.send(new DetachInternetGatewayCommand(ids)));
    },
  };
}
