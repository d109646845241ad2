import {
  AddPermissionCommand, type AddPermissionCommandInput, type Architecture, CreateFunctionCommand, type CreateFunctionCommandInput, DeleteFunctionCommand,
  DeleteLayerVersionCommand, GetFunctionCommand, type FunctionConfiguration, type LambdaClient, type LayerVersionContentInput,
  PublishLayerVersionCommand, RemovePermissionCommand, type Runtime, TagResourceCommand, UntagResourceCommand, UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand, type UpdateFunctionConfigurationCommandInput,
} from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand, DeleteStateMachineCommand, DescribeStateMachineCommand, type SFNClient, TagResourceCommand as TagStateMachineCommand,
  UntagResourceCommand as UntagStateMachineCommand, UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { arrayAt, isJsonObject, type JsonObject, objectAt, textAt, textOrJson } from '../../../json';
import { type MadeResource, physicalName } from '../resource-type';
import { asInput, given, type PlayedType, ResourceFailure, unlessGone, untilSteady } from './played-type';
import type { ResourceClients } from './resource-clients';
import { removedTagKeys, tagListOf, resourceTags } from './resource-tags';

/** Functions with their layers, and the state machines that call them. */
export function functionTypes(clients: ResourceClients): readonly PlayedType[] {
  return [layerType(clients), functionType(clients), permissionType(clients), stateMachineType(clients)];
}

/** Longest name of a layer. */
const MAX_LAYER_NAME = 140;

function layerType(clients: ResourceClients): PlayedType {
  return {
    type: 'AWS::Lambda::LayerVersion',
    replacedBy: ['CompatibleArchitectures', 'CompatibleRuntimes', 'Content', 'Description', 'LayerName', 'LicenseInfo'],
    updatedBy: [],
    create: async (resource) => {
      const { properties } = resource;
      const { LayerVersionArn } = await clients.of(resource).lambda.send(new PublishLayerVersionCommand({
        LayerName: textAt(properties, 'LayerName') ?? physicalName(resource, MAX_LAYER_NAME),
        Content: asInput<LayerVersionContentInput>(objectAt(properties, 'Content'), ['S3Bucket', 'S3Key', 'S3ObjectVersion']),
        CompatibleArchitectures: arrayAt(properties, 'CompatibleArchitectures').map((value) => textOrJson(value) as Architecture),
        CompatibleRuntimes: arrayAt(properties, 'CompatibleRuntimes').map((value) => textOrJson(value) as Runtime),
        Description: textAt(properties, 'Description'),
        LicenseInfo: textAt(properties, 'LicenseInfo'),
      }));
      const arn = given(LayerVersionArn, 'layer');
      resource.initiated(arn);
      return { physicalId: arn, attributes: { LayerVersionArn: arn } };
    },
    delete: async (resource) => {
      const [, LayerName, version] = /^(.*):(\d+)$/.exec(resource.physicalId) ?? [];
      await unlessGone(() => clients.of(resource).lambda.send(new DeleteLayerVersionCommand({ LayerName, VersionNumber: Number(version) })));
    },
  };
}

/** Longest name of a function. */
const MAX_FUNCTION_NAME = 64;

/** Properties that Lambda calls the configuration of a function. */
const CONFIGURATION = [
  'Description', 'Environment', 'EphemeralStorage', 'Handler', 'Layers', 'LoggingConfig', 'MemorySize', 'Role', 'Runtime', 'Timeout', 'TracingConfig', 'VpcConfig',
] as const;

function functionType(clients: ResourceClients): PlayedType {
  const type = 'AWS::Lambda::Function';
  const made = ({ FunctionName = '', FunctionArn = '' }: FunctionConfiguration): MadeResource => ({ physicalId: FunctionName, attributes: { Arn: FunctionArn } });
  return {
    type,
    replacedBy: ['FunctionName', 'PackageType'],
    updatedBy: ['Architectures', 'Code', ...CONFIGURATION, 'Tags'],
    create: async (resource) => {
      const { lambda } = clients.of(resource);
      const { properties } = resource;
      const FunctionName = textAt(properties, 'FunctionName') ?? physicalName(resource, MAX_FUNCTION_NAME);
      await lambda.send(new CreateFunctionCommand({
        ...asInput<CreateFunctionCommandInput>(properties, ['Architectures', 'Code', 'PackageType', ...CONFIGURATION]),
        FunctionName,
        Tags: resourceTags(resource),
      }));
      resource.initiated(FunctionName);
      return made(await untilSteady({ ...resource, physicalId: FunctionName }, type, () => activeFunction(lambda, FunctionName)));
    },
    update: async (resource, old) => {
      const { lambda } = clients.of(resource);
      const { physicalId: FunctionName, properties } = resource;
      const settled = () => untilSteady(resource, type, () => activeFunction(lambda, FunctionName));
      const arn = textOrJson(made(await settled()).attributes['Arn']);
      await lambda.send(new UpdateFunctionCodeCommand({
        ...asInput<JsonObject>(objectAt(properties, 'Code'), ['S3Bucket', 'S3Key', 'S3ObjectVersion', 'ZipFile']),
        ...asInput<{ readonly Architectures?: Architecture[] }>(properties, ['Architectures']),
        FunctionName,
      }));
      await settled();
      await lambda.send(new UpdateFunctionConfigurationCommand({ ...asInput<UpdateFunctionConfigurationCommandInput>(properties, CONFIGURATION), FunctionName }));
      await lambda.send(new TagResourceCommand({ Resource: arn, Tags: resourceTags(resource) }));
      const TagKeys = removedTagKeys(properties, old.properties);
      if (TagKeys.length > 0) await lambda.send(new UntagResourceCommand({ Resource: arn, TagKeys }));
      return made(await settled());
    },
    delete: async (resource) => {
      const { lambda } = clients.of(resource);
      const { physicalId: FunctionName } = resource;
      await unlessGone(() => lambda.send(new DeleteFunctionCommand({ FunctionName })));
      await untilSteady(resource, type, async () => await unlessGone(() => lambda.send(new GetFunctionCommand({ FunctionName }))) === undefined);
    },
  };
}

/** A function that can be called; false while it is made or changed. */
async function activeFunction(lambda: LambdaClient, FunctionName: string): Promise<FunctionConfiguration | false> {
  const { Configuration = {} } = await lambda.send(new GetFunctionCommand({ FunctionName }));
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = Configuration;
  if (State === 'Failed' || LastUpdateStatus === 'Failed') {
    throw new ResourceFailure('NotStabilized', StateReason ?? LastUpdateStatusReason ?? `The function ${FunctionName} failed.`);
  }
  return State !== 'Pending' && LastUpdateStatus !== 'InProgress' ? Configuration : false;
}

/** Length of the id of a permission. */
const STATEMENT_ID_LENGTH = 100;

function permissionType(clients: ResourceClients): PlayedType {
  const names = ['Action', 'EventSourceToken', 'FunctionName', 'FunctionUrlAuthType', 'Principal', 'PrincipalOrgID', 'SourceAccount', 'SourceArn'];
  return {
    type: 'AWS::Lambda::Permission',
    replacedBy: names,
    updatedBy: [],
    create: async (resource) => {
      const StatementId = physicalName(resource, STATEMENT_ID_LENGTH);
      await clients.of(resource).lambda.send(new AddPermissionCommand({ ...asInput<AddPermissionCommandInput>(resource.properties, names), StatementId }));
      resource.initiated(StatementId);
      return { physicalId: StatementId, attributes: { Id: StatementId } };
    },
    delete: async (resource) => {
      const FunctionName = textAt(resource.properties, 'FunctionName');
      await unlessGone(() => clients.of(resource).lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: resource.physicalId })));
    },
  };
}

/** Longest name of a state machine. */
const MAX_STATE_MACHINE_NAME = 80;

function stateMachineType(clients: ResourceClients): PlayedType {
  const type = 'AWS::StepFunctions::StateMachine';
  const definitionOf = ({ DefinitionString, Definition }: JsonObject): string =>
    isJsonObject(Definition) ? JSON.stringify(Definition) : textOrJson(DefinitionString ?? '');
  const made = async (stepFunctions: SFNClient, stateMachineArn: string): Promise<MadeResource> => {
    const { name = '', revisionId } = await stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }));
    return { physicalId: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name, StateMachineRevisionId: revisionId ?? 'INITIAL' } };
  };
  return {
    type,
    replacedBy: ['StateMachineName'],
    updatedBy: ['Definition', 'DefinitionString', 'RoleArn', 'Tags'],
    create: async (resource) => {
      const { stepFunctions } = clients.of(resource);
      const { properties } = resource;
      const { stateMachineArn } = await stepFunctions.send(new CreateStateMachineCommand({
        name: textAt(properties, 'StateMachineName') ?? physicalName(resource, MAX_STATE_MACHINE_NAME),
        definition: definitionOf(properties),
        roleArn: textAt(properties, 'RoleArn'),
        tags: tagListOf(resource).map(({ Key, Value }) => ({ key: Key, value: Value })),
      }));
      const arn = given(stateMachineArn, 'state machine');
      resource.initiated(arn);
      return made(stepFunctions, arn);
    },
    update: async (resource, old) => {
      const { stepFunctions } = clients.of(resource);
      const { physicalId: arn, properties } = resource;
      await stepFunctions.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: definitionOf(properties), roleArn: textAt(properties, 'RoleArn') }));
      await stepFunctions.send(new TagStateMachineCommand({ resourceArn: arn, tags: tagListOf(resource).map(({ Key, Value }) => ({ key: Key, value: Value })) }));
      const tagKeys = removedTagKeys(properties, old.properties);
      if (tagKeys.length > 0) await stepFunctions.send(new UntagStateMachineCommand({ resourceArn: arn, tagKeys }));
      return made(stepFunctions, arn);
    },
    delete: async (resource) => {
      const { stepFunctions } = clients.of(resource);
      const { physicalId: stateMachineArn } = resource;
      await unlessGone(() => stepFunctions.send(new DeleteStateMachineCommand({ stateMachineArn })));
      await untilSteady(resource, type, async () => await unlessGone(() => stepFunctions.send(new DescribeStateMachineCommand({ stateMachineArn }))) === undefined);
    },
  };
}
