import {
  AllocateAddressCommand, AssociateRouteTableCommand, CreateNatGatewayCommand, CreateRouteCommand, CreateRouteTableCommand,
  DeleteNatGatewayCommand, DeleteNetworkInterfaceCommand, DeleteRouteCommand, DeleteRouteTableCommand, DescribeAddressesCommand,
  DescribeNatGatewaysCommand, DisassociateAddressCommand, DisassociateRouteTableCommand, type EC2Client, type NatGateway,
  ReleaseAddressCommand, ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import { textAt } from '../../../json';
import type { MadeResource, ResourceRequest } from '../resource-type';
import { requireUnmapped } from './dependencies';
import { given, type PlayedType, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { retag, tagSpecifications } from './resource-tags';

/** The types by which traffic finds its way: route tables, routes, and NAT gateways with their addresses. */
export function routeTypes(clients: ResourceClients): readonly PlayedType[] {
  return [routeTableType(clients), associationType(clients), routeType(clients), addressType(clients), natGatewayType(clients)];
}

function routeTableType(clients: ResourceClients): PlayedType {
  const made = (RouteTableId: string): MadeResource => ({ physicalId: RouteTableId, attributes: { RouteTableId } });
  return {
    type: 'AWS::EC2::RouteTable',
    replacedBy: ['VpcId'],
    updatedBy: ['Tags'],
    create: async (resource) => {
      const { RouteTable } = await clients.of(resource).ec2.send(new CreateRouteTableCommand({
        VpcId: textAt(resource.properties, 'VpcId'),
        TagSpecifications: tagSpecifications('route-table', resource),
      }));
      const id = given(RouteTable?.RouteTableId, 'route table');
      resource.initiated(id);
      return made(id);
    },
    update: async (resource, old) => {
      await retag(clients.of(resource).ec2, resource.physicalId, resource, old);
      return made(resource.physicalId);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ec2.send(new DeleteRouteTableCommand({ RouteTableId: resource.physicalId })));
    },
  };
}

function associationType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::EC2::SubnetRouteTableAssociation',
    replacedBy: ['RouteTableId', 'SubnetId'],
    updatedBy: [],
    create: async (resource) => {
      const { AssociationId } = await clients.of(resource).ec2.send(new AssociateRouteTableCommand({
        RouteTableId: textAt(resource.properties, 'RouteTableId'),
        SubnetId: textAt(resource.properties, 'SubnetId'),
      }));
      const id = given(AssociationId, 'association');
      resource.initiated(id);
      return { physicalId: id, attributes: { Id: id } };
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ec2.send(new DisassociateRouteTableCommand({ AssociationId: resource.physicalId })));
    },
  };
}

function routeType(clients: ResourceClients): PlayedType {
  const routeOf = ({ properties }: ResourceRequest) => ({
    RouteTableId: textAt(properties, 'RouteTableId') ?? '',
    DestinationCidrBlock: textAt(properties, 'DestinationCidrBlock') ?? '',
  });
  const targetOf = ({ properties }: ResourceRequest) => ({
    GatewayId: textAt(properties, 'GatewayId'),
    NatGatewayId: textAt(properties, 'NatGatewayId'),
  });
  const made = (resource: ResourceRequest): MadeResource => {
    const { RouteTableId, DestinationCidrBlock } = routeOf(resource);
    return { physicalId: `${RouteTableId}|${DestinationCidrBlock}`, attributes: { CidrBlock: DestinationCidrBlock } };
  };
  return {
    type: 'AWS::EC2::Route',
    replacedBy: ['RouteTableId', 'DestinationCidrBlock'],
    updatedBy: ['GatewayId', 'NatGatewayId'],
    create: async (resource) => {
      await clients.of(resource).ec2.send(new CreateRouteCommand({ ...routeOf(resource), ...targetOf(resource) }));
      resource.initiated(made(resource).physicalId);
      return made(resource);
    },
    update: async (resource) => {
      await clients.of(resource).ec2.send(new ReplaceRouteCommand({ ...routeOf(resource), ...targetOf(resource) }));
      return made(resource);
    },
    delete: async (resource) => {
      await unlessGone(() => clients.of(resource).ec2.send(new DeleteRouteCommand(routeOf(resource))));
    },
  };
}

function addressType(clients: ResourceClients): PlayedType {
  const addressOf = async (ec2: EC2Client, publicIp: string) =>
    (await unlessGone(() => ec2.send(new DescribeAddressesCommand({ PublicIps: [publicIp] }))))?.Addresses?.[0];
  const made = (PublicIp: string, AllocationId: string): MadeResource => ({ physicalId: PublicIp, attributes: { PublicIp, AllocationId } });
  return {
    type: 'AWS::EC2::EIP',
    replacedBy: ['Domain'],
    updatedBy: ['Tags'],
    create: async (resource) => {
      const { PublicIp, AllocationId } = await clients.of(resource).ec2.send(new AllocateAddressCommand({
        Domain: 'vpc',
        TagSpecifications: tagSpecifications('elastic-ip', resource),
      }));
      const address = made(given(PublicIp, 'address'), given(AllocationId, 'allocation'));
      resource.initiated(address.physicalId);
      return address;
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      const allocationId = given((await addressOf(ec2, resource.physicalId))?.AllocationId, 'allocation');
      await retag(ec2, allocationId, resource, old);
      return made(resource.physicalId, allocationId);
    },
    delete: async (resource) => {
      const { ec2 } = clients.of(resource);
      const allocationId = (await addressOf(ec2, resource.physicalId))?.AllocationId;
      if (allocationId === undefined) return;
      await requireUnmapped(ec2, allocationId);
      await unlessGone(() => ec2.send(new ReleaseAddressCommand({ AllocationId: allocationId })));
    },
  };
}

function natGatewayType(clients: ResourceClients): PlayedType {
  const made = ({ NatGatewayId = '', NatGatewayAddresses }: NatGateway): MadeResource => ({
    physicalId: NatGatewayId,
    attributes: { NatGatewayId, EniId: NatGatewayAddresses?.[0]?.NetworkInterfaceId ?? '' },
  });
  const gatewayOf = async (ec2: EC2Client, id: string): Promise<NatGateway | undefined> => {
    const found = await unlessGone(() => ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] })));
    return found?.NatGateways?.find(({ State }) => State !== 'deleted');
  };
  return {
    type: 'AWS::EC2::NatGateway',
    replacedBy: ['AllocationId', 'SubnetId'],
    updatedBy: ['Tags'],
    create: async (resource) => {
      const { ec2 } = clients.of(resource);
      const { NatGateway: gateway } = await ec2.send(new CreateNatGatewayCommand({
        AllocationId: textAt(resource.properties, 'AllocationId'),
        SubnetId: textAt(resource.properties, 'SubnetId'),
        ClientToken: resource.token,
        TagSpecifications: tagSpecifications('natgateway', resource),
      }));
      resource.initiated(given(gateway?.NatGatewayId, 'NAT gateway'));
      return made(given(gateway, 'NAT gateway'));
    },
    update: async (resource, old) => {
      const { ec2 } = clients.of(resource);
      await retag(ec2, resource.physicalId, resource, old);
      return made(given(await gatewayOf(ec2, resource.physicalId), 'NAT gateway'));
    },
    delete: async (resource) => {
      const gateway = await gatewayOf(clients.of(resource).ec2, resource.physicalId);
      if (gateway === undefined) return;
      await clients.of(resource).ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: resource.physicalId }));
      await freeAddresses(clients.ofAws.ec2, gateway);
    },
  };
}

/** EC2 gives back the addresses of a NAT gateway and takes away its interfaces; moto leaves both. */
async function freeAddresses(ec2: EC2Client, { NatGatewayAddresses = [] }: NatGateway): Promise<void> {
  for (const { AssociationId, NetworkInterfaceId } of NatGatewayAddresses) {
    if (AssociationId !== undefined) await unlessGone(() => ec2.send(new DisassociateAddressCommand({ AssociationId })));
    if (NetworkInterfaceId !== undefined) await unlessGone(() => ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId })));
  }
}
