import {
  AddRoleToInstanceProfileCommand, AttachRolePolicyCommand, CreateInstanceProfileCommand, CreatePolicyCommand, CreatePolicyVersionCommand,
  DeleteInstanceProfileCommand, DeletePolicyCommand, DeletePolicyVersionCommand, DeleteRolePolicyCommand, DetachRolePolicyCommand,
  GetPolicyCommand, type IAMClient, ListEntitiesForPolicyCommand, ListPolicyVersionsCommand, type Policy, PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { arrayAt, type JsonObject, textAt } from '../../../json';
import { type MadeResource, physicalName } from '../resource-type';
import { given, type PlayedType, ResourceFailure, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { documentText } from './role-types';

/** Policies that are resources of their own, and instance profiles. */
export function policyTypes(clients: ResourceClients): readonly PlayedType[] {
  return [inlinePolicyType(clients), managedPolicyType(clients), instanceProfileType(clients)];
}

/** Longest names of IAM. */
const MAX_NAME = 128;

/** Length of the id that CloudFormation makes up for a policy, which has no name of its own in IAM. */
const POLICY_ID_LENGTH = 32;

function inlinePolicyType(clients: ResourceClients): PlayedType {
  const put = async (iam: IAMClient, properties: JsonObject): Promise<void> => {
    for (const RoleName of rolesOf(properties)) {
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: textAt(properties, 'PolicyName'), PolicyDocument: documentText(properties['PolicyDocument']) }));
    }
  };
  const remove = async (iam: IAMClient, properties: JsonObject, kept: readonly string[] = []): Promise<void> => {
    for (const RoleName of rolesOf(properties).filter((role) => !kept.includes(role))) {
      await unlessGone(() => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: textAt(properties, 'PolicyName') })));
    }
  };
  return {
    type: 'AWS::IAM::Policy',
    replacedBy: [],
    updatedBy: ['PolicyDocument', 'PolicyName', 'Roles'],
    create: async (resource) => {
      const physicalId = physicalName(resource, POLICY_ID_LENGTH);
      resource.initiated(physicalId);
      await put(clients.of(resource).iam, resource.properties);
      return { physicalId, attributes: { Id: physicalId } };
    },
    update: async (resource, old) => {
      const { iam } = clients.of(resource);
      await put(iam, resource.properties);
      const isRenamed = old.properties['PolicyName'] !== resource.properties['PolicyName'];
      await remove(iam, old.properties, isRenamed ? [] : rolesOf(resource.properties));
      return { physicalId: resource.physicalId, attributes: { Id: resource.physicalId } };
    },
    delete: (resource) => remove(clients.of(resource).iam, resource.properties),
  };
}

/** How many versions of a managed policy IAM keeps. */
const MAX_VERSIONS = 5;

function managedPolicyType(clients: ResourceClients): PlayedType {
  const made = ({ Arn = '', PolicyId = '', DefaultVersionId = '' }: Policy): MadeResource =>
    ({ physicalId: Arn, attributes: { PolicyArn: Arn, PolicyId, DefaultVersionId, IsAttachable: true } });
  const attach = async (iam: IAMClient, PolicyArn: string, properties: JsonObject): Promise<void> => {
    for (const RoleName of rolesOf(properties)) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  };
  const detach = async (iam: IAMClient, PolicyArn: string, roles: readonly string[]): Promise<void> => {
    for (const RoleName of roles) await unlessGone(() => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  };
  return {
    type: 'AWS::IAM::ManagedPolicy',
    replacedBy: ['Description', 'ManagedPolicyName', 'Path'],
    updatedBy: ['PolicyDocument', 'Roles'],
    create: async (resource) => {
      const { iam } = clients.of(resource);
      const { properties } = resource;
      const { Policy: policy } = await iam.send(new CreatePolicyCommand({
        PolicyName: textAt(properties, 'ManagedPolicyName') ?? physicalName(resource, MAX_NAME),
        Path: textAt(properties, 'Path'),
        Description: textAt(properties, 'Description'),
        PolicyDocument: documentText(properties['PolicyDocument']),
      }));
      const arn = given(policy?.Arn, 'policy');
      resource.initiated(arn);
      await attach(iam, arn, properties);
      return made(given(policy, 'policy'));
    },
    update: async (resource, old) => {
      const { iam } = clients.of(resource);
      const { physicalId: PolicyArn, properties } = resource;
      const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
      const oldest = Versions.filter(({ IsDefaultVersion }) => IsDefaultVersion !== true)
        .sort((a, b) => (a.CreateDate?.getTime() ?? 0) - (b.CreateDate?.getTime() ?? 0))[0];
      if (Versions.length >= MAX_VERSIONS && oldest !== undefined) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: oldest.VersionId }));
      await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: documentText(properties['PolicyDocument']), SetAsDefault: true }));
      await attach(iam, PolicyArn, properties);
      await detach(iam, PolicyArn, rolesOf(old.properties).filter((role) => !rolesOf(properties).includes(role)));
      return made(given((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy, 'policy'));
    },
    delete: async (resource) => {
      const { iam } = clients.of(resource);
      const { physicalId: PolicyArn } = resource;
      await detach(iam, PolicyArn, rolesOf(resource.properties));
      await unlessGone(async () => {
        // moto deletes it even so.
        const { PolicyRoles = [], PolicyUsers = [], PolicyGroups = [] } = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
        if (PolicyRoles.length + PolicyUsers.length + PolicyGroups.length > 0) {
          throw new ResourceFailure('DeleteConflict', 'Cannot delete a policy attached to entities.');
        }
        await iam.send(new DeletePolicyCommand({ PolicyArn }));
      });
    },
  };
}

function instanceProfileType(clients: ResourceClients): PlayedType {
  const take = async (iam: IAMClient, InstanceProfileName: string, roles: readonly string[]): Promise<void> => {
    for (const RoleName of roles) await unlessGone(() => iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })));
  };
  const put = async (iam: IAMClient, InstanceProfileName: string, roles: readonly string[]): Promise<void> => {
    for (const RoleName of roles) await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
  };
  return {
    type: 'AWS::IAM::InstanceProfile',
    replacedBy: ['InstanceProfileName', 'Path'],
    updatedBy: ['Roles'],
    create: async (resource) => {
      const { iam } = clients.of(resource);
      const { properties } = resource;
      const InstanceProfileName = textAt(properties, 'InstanceProfileName') ?? physicalName(resource, MAX_NAME);
      const { InstanceProfile } = await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path: textAt(properties, 'Path') }));
      resource.initiated(InstanceProfileName);
      await put(iam, InstanceProfileName, rolesOf(properties));
      return { physicalId: InstanceProfileName, attributes: { Arn: given(InstanceProfile?.Arn, 'instance profile') } };
    },
    update: async (resource, old) => {
      const { iam } = clients.of(resource);
      const [kept, before] = [rolesOf(resource.properties), rolesOf(old.properties)];
      await take(iam, resource.physicalId, before.filter((role) => !kept.includes(role)));
      await put(iam, resource.physicalId, kept.filter((role) => !before.includes(role)));
      return { physicalId: resource.physicalId, attributes: old.attributes };
    },
    delete: async (resource) => {
      const { iam } = clients.of(resource);
      await take(iam, resource.physicalId, rolesOf(resource.properties));
      await unlessGone(() => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: resource.physicalId })));
    },
  };
}

function rolesOf(properties: JsonObject): readonly string[] {
  return arrayAt(properties, 'Roles').map(String);
}
