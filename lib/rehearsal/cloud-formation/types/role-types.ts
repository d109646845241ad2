import {
  AttachRolePolicyCommand, CreateRoleCommand, DeleteRoleCommand, DeleteRolePolicyCommand, DetachRolePolicyCommand, GetRoleCommand,
  type IAMClient, PutRolePolicyCommand, type Role, TagRoleCommand, UntagRoleCommand, UpdateAssumeRolePolicyCommand, UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { arrayAt, type JsonObject, type JsonValue, numberAt, objectAt, textAt } from '../../../json';
import { type MadeResource, physicalName } from '../resource-type';
import { given, type PlayedType, unlessGone } from './played-type';
import type { ResourceClients } from './resource-clients';
import { removedTagKeys, tagListOf } from './resource-tags';

/** Longest name of a role. */
const MAX_ROLE_NAME = 64;

/** IAM roles, with what policies their template gives them. */
export function roleTypes(clients: ResourceClients): readonly PlayedType[] {
  return [roleType(clients)];
}

function roleType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::IAM::Role',
    replacedBy: ['Path', 'RoleName'],
    updatedBy: ['AssumeRolePolicyDocument', 'Description', 'ManagedPolicyArns', 'MaxSessionDuration', 'Policies', 'Tags'],
    create: async (resource) => {
      const { iam } = clients.of(resource);
      const { properties } = resource;
      const { Role: role } = await iam.send(new CreateRoleCommand({
        RoleName: textAt(properties, 'RoleName') ?? physicalName(resource, MAX_ROLE_NAME),
        Path: textAt(properties, 'Path'),
        Description: textAt(properties, 'Description'),
        MaxSessionDuration: numberAt(properties, 'MaxSessionDuration'),
        AssumeRolePolicyDocument: documentText(properties['AssumeRolePolicyDocument']),
        Tags: tagListOf(resource),
      }));
      const name = given(role?.RoleName, 'role');
      resource.initiated(name);
      await givePolicies(iam, name, properties);
      return made(given(role, 'role'));
    },
    update: async (resource, old) => {
      const { iam } = clients.of(resource);
      const { physicalId: RoleName, properties } = resource;
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: documentText(properties['AssumeRolePolicyDocument']) }));
      await iam.send(new UpdateRoleCommand({ RoleName, Description: textAt(properties, 'Description') ?? '', MaxSessionDuration: numberAt(properties, 'MaxSessionDuration') }));
      await givePolicies(iam, RoleName, properties);
      await takePolicies(iam, RoleName, {
        arns: managedPolicyArns(old.properties).filter((arn) => !managedPolicyArns(properties).includes(arn)),
        names: inlinePolicyNames(old.properties).filter((name) => !inlinePolicyNames(properties).includes(name)),
      });
      await iam.send(new TagRoleCommand({ RoleName, Tags: tagListOf(resource) }));
      const TagKeys = removedTagKeys(properties, old.properties);
      if (TagKeys.length > 0) await iam.send(new UntagRoleCommand({ RoleName, TagKeys }));
      return made(given((await iam.send(new GetRoleCommand({ RoleName }))).Role, 'role'));
    },
    delete: async (resource) => {
      const { iam } = clients.of(resource);
      const { physicalId: RoleName, properties } = resource;
      // What somebody else gave the role stays, and IAM refuses to delete the role.
      await takePolicies(iam, RoleName, { arns: managedPolicyArns(properties), names: inlinePolicyNames(properties) });
      await unlessGone(() => iam.send(new DeleteRoleCommand({ RoleName })));
    },
  };
}

function made({ RoleName = '', RoleId = '', Arn = '' }: Role): MadeResource {
  return { physicalId: RoleName, attributes: { Arn, RoleId } };
}

async function givePolicies(iam: IAMClient, RoleName: string, properties: JsonObject): Promise<void> {
  for (const PolicyArn of managedPolicyArns(properties)) await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  for (const policy of arrayAt(properties, 'Policies')) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: textAt(policy, 'PolicyName'), PolicyDocument: documentText(objectAt(policy, 'PolicyDocument')) }));
  }
}

async function takePolicies(iam: IAMClient, RoleName: string, { arns, names }: { readonly arns: readonly string[]; readonly names: readonly string[] }): Promise<void> {
  for (const PolicyArn of arns) await unlessGone(() => iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })));
  for (const PolicyName of names) await unlessGone(() => iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
}

function managedPolicyArns(properties: JsonObject): readonly string[] {
  return arrayAt(properties, 'ManagedPolicyArns').map(String);
}

function inlinePolicyNames(properties: JsonObject): readonly string[] {
  return arrayAt(properties, 'Policies').map((policy) => textAt(policy, 'PolicyName') ?? '');
}

/** A policy of a template, which may be an object or its text. */
export function documentText(document: JsonValue | undefined): string {
  return typeof document === 'string' ? document : JSON.stringify(document ?? {});
}
