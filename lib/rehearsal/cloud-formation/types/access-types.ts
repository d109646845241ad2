import {
  type AccessEntry, type AccessScope, AssociateAccessPolicyCommand, CreateAccessEntryCommand, CreatePodIdentityAssociationCommand, DeleteAccessEntryCommand,
  DeletePodIdentityAssociationCommand, DescribeAccessEntryCommand, DescribePodIdentityAssociationCommand, DisassociateAccessPolicyCommand,
  type EKSClient, type PodIdentityAssociation, UpdateAccessEntryCommand, UpdatePodIdentityAssociationCommand,
} from '@aws-sdk/client-eks';
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../../json';
import type { ExistingResourceRequest, MadeResource, ResourceRequest } from '../resource-type';
import { retagEks } from './eks-updates';
import { asEksInput, given, type PlayedType, unlessGone, untilSteady } from './played-type';
import type { ResourceClients } from './resource-clients';
import { resourceTags } from './resource-tags';

/** Who gets into a cluster, and which pods get rights in AWS. */
export function accessTypes(clients: ResourceClients): readonly PlayedType[] {
  return [accessEntryType(clients), podIdentityType(clients)];
}

function accessEntryType(clients: ResourceClients): PlayedType {
  const idOf = ({ properties }: ResourceRequest) => ({
    clusterName: textAt(properties, 'ClusterName') ?? '',
    principalArn: textAt(properties, 'PrincipalArn') ?? '',
  });
  const made = ({ accessEntryArn, principalArn = '', clusterName = '' }: AccessEntry): MadeResource =>
    ({ physicalId: `${principalArn}|${clusterName}`, attributes: { AccessEntryArn: given(accessEntryArn, 'access entry') } });
  const groupsOf = ({ properties }: ResourceRequest): string[] => arrayAt(properties, 'KubernetesGroups').map(String);
  const associate = async (eks: EKSClient, resource: ResourceRequest): Promise<void> => {
    for (const policy of policiesOf(resource.properties)) {
      await eks.send(new AssociateAccessPolicyCommand({
        ...idOf(resource), policyArn: policyArnOf(policy), accessScope: asEksInput<AccessScope>(objectAt(policy, 'AccessScope')),
      }));
    }
  };
  return {
    type: 'AWS::EKS::AccessEntry',
    replacedBy: ['ClusterName', 'PrincipalArn', 'Type'],
    updatedBy: ['AccessPolicies', 'KubernetesGroups', 'Tags', 'Username'],
    create: async (resource) => {
      const { eks } = clients.of(resource);
      const { accessEntry } = await eks.send(new CreateAccessEntryCommand({
        ...idOf(resource),
        kubernetesGroups: groupsOf(resource),
        type: textAt(resource.properties, 'Type'),
        username: textAt(resource.properties, 'Username'),
        tags: resourceTags(resource),
        clientRequestToken: resource.token,
      }));
      const entry = made(given(accessEntry, 'access entry'));
      resource.initiated(entry.physicalId);
      await associate(eks, resource);
      return entry;
    },
    update: async (resource, old) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      const { accessEntry } = await eks.send(new UpdateAccessEntryCommand({ ...id, kubernetesGroups: groupsOf(resource), username: textAt(resource.properties, 'Username') }));
      await associate(eks, resource);
      const kept = policiesOf(resource.properties).map(policyArnOf);
      for (const policyArn of policiesOf(old.properties).map(policyArnOf).filter((arn) => !kept.includes(arn))) {
        await unlessGone(() => eks.send(new DisassociateAccessPolicyCommand({ ...id, policyArn })));
      }
      await retagEks(eks, accessEntry?.accessEntryArn, resource, old.properties);
      return made(given(accessEntry, 'access entry'));
    },
    delete: async (resource) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      await unlessGone(() => eks.send(new DeleteAccessEntryCommand(id)));
      await untilSteady(resource, 'AWS::EKS::AccessEntry', async () => await unlessGone(() => eks.send(new DescribeAccessEntryCommand(id))) === undefined);
    },
  };
}

function policiesOf(properties: JsonObject): readonly JsonValue[] {
  return arrayAt(properties, 'AccessPolicies');
}

function policyArnOf(policy: JsonValue): string {
  return textAt(policy, 'PolicyArn') ?? '';
}

function podIdentityType(clients: ResourceClients): PlayedType {
  const clusterOf = ({ properties }: ResourceRequest): string => textAt(properties, 'ClusterName') ?? '';
  const idOf = (resource: ExistingResourceRequest) => ({
    clusterName: clusterOf(resource),
    // arn:aws:eks:REGION:ACCOUNT:podidentityassociation/CLUSTER/ID
    associationId: resource.physicalId.slice(resource.physicalId.lastIndexOf('/') + 1),
  });
  const made = ({ associationArn, associationId = '', externalId = '' }: PodIdentityAssociation): MadeResource => {
    const arn = given(associationArn, 'association');
    return { physicalId: arn, attributes: { AssociationArn: arn, AssociationId: associationId, ExternalId: externalId } };
  };
  return {
    type: 'AWS::EKS::PodIdentityAssociation',
    replacedBy: ['ClusterName', 'Namespace', 'ServiceAccount'],
    updatedBy: ['RoleArn', 'Tags'],
    create: async (resource) => {
      const { association } = await clients.of(resource).eks.send(new CreatePodIdentityAssociationCommand({
        clusterName: clusterOf(resource),
        namespace: textAt(resource.properties, 'Namespace'),
        serviceAccount: textAt(resource.properties, 'ServiceAccount'),
        roleArn: textAt(resource.properties, 'RoleArn'),
        tags: resourceTags(resource),
        clientRequestToken: resource.token,
      }));
      const identity = made(given(association, 'association'));
      resource.initiated(identity.physicalId);
      return identity;
    },
    update: async (resource, old) => {
      const { eks } = clients.of(resource);
      const { association } = await eks.send(new UpdatePodIdentityAssociationCommand({ ...idOf(resource), roleArn: textAt(resource.properties, 'RoleArn') }));
      await retagEks(eks, association?.associationArn, resource, old.properties);
      return made(given(association, 'association'));
    },
    delete: async (resource) => {
      const { eks } = clients.of(resource);
      const id = idOf(resource);
      await unlessGone(() => eks.send(new DeletePodIdentityAssociationCommand(id)));
      await untilSteady(resource, 'AWS::EKS::PodIdentityAssociation',
        async () => await unlessGone(() => eks.send(new DescribePodIdentityAssociationCommand(id))) === undefined);
    },
  };
}
