import { xmlElement, type XmlElement } from '../aws-answers/aws-answer';
import { objectAt, textAt } from '../../json';
import type { PlayedChangeSet, PlayedEvent, PlayedStack, ResourceChange, ResourceState, StackDefinition } from './played-stack';
import type { StackTemplate } from './stack-template';

type Field = string | boolean | Date | readonly XmlElement[] | undefined;

/** Elements in the order of the fields; those without a value are left out. */
export function fieldsOf(fields: Readonly<Record<string, Field>>): readonly XmlElement[] {
  return Object.entries(fields).flatMap(([name, value]) => value === undefined ? [] : xmlElement(name, textOrList(value)));
}

function textOrList(value: Exclude<Field, undefined>): string | readonly XmlElement[] {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'boolean' ? String(value) : value;
}

/** A list as CloudFormation writes it. */
export function membersOf<T>(items: Iterable<T>, content: (item: T) => string | readonly XmlElement[]): readonly XmlElement[] {
  return [...items].map((item) => xmlElement('member', content(item)));
}

/** A stack, for DescribeStacks. */
export function stackElements(stack: PlayedStack): readonly XmlElement[] {
  return fieldsOf({
    ...identityOf(stack),
    CreationTime: stack.createdAt,
    LastUpdatedTime: stack.updatedAt,
    DeletionTime: stack.deletedAt,
    StackStatus: stack.status,
    StackStatusReason: stack.reason,
    Description: textAt(stack.definition?.template.body, 'Description'),
    RoleARN: stack.definition?.roleArn,
    DisableRollback: stack.isRollbackDisabled,
    EnableTerminationProtection: stack.isProtected,
    ...definitionFields(stack.definition),
    Outputs: membersOf(stack.outputs, ({ key, value, description, exportName }) => fieldsOf({
      OutputKey: key, OutputValue: value, Description: description, ExportName: exportName,
    })),
  });
}

/** A stack, for ListStacks. */
export function stackSummaryElements(stack: PlayedStack): readonly XmlElement[] {
  return fieldsOf({
    ...identityOf(stack), CreationTime: stack.createdAt, LastUpdatedTime: stack.updatedAt, DeletionTime: stack.deletedAt,
    StackStatus: stack.status, StackStatusReason: stack.reason,
    TemplateDescription: textAt(stack.definition?.template.body, 'Description'),
  });
}

/** An event, for DescribeStackEvents. */
export function eventElements(stack: PlayedStack, { id, operationId, logicalId, physicalId, type, status, reason, at, properties }: PlayedEvent): readonly XmlElement[] {
  return fieldsOf({
    ...identityOf(stack), EventId: id, OperationId: operationId, LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceType: type,
    Timestamp: at, ResourceStatus: status, ResourceStatusReason: reason,
    ResourceProperties: properties === undefined ? undefined : JSON.stringify(properties),
  });
}

/** A resource, for DescribeStackResources. */
export function resourceElements(stack: PlayedStack, { logicalId, physicalId, type, changedAt, status, reason }: ResourceState): readonly XmlElement[] {
  return fieldsOf({
    ...identityOf(stack), LogicalResourceId: logicalId, PhysicalResourceId: physicalId === '' ? undefined : physicalId, ResourceType: type,
    Timestamp: changedAt, ResourceStatus: status, ResourceStatusReason: reason,
  });
}

/** A resource, for ListStackResources and DescribeStackResource, which call its moment otherwise. */
export function resourceSummaryElements({ logicalId, physicalId, type, changedAt, status, reason }: ResourceState): readonly XmlElement[] {
  return fieldsOf({
    LogicalResourceId: logicalId, PhysicalResourceId: physicalId === '' ? undefined : physicalId, ResourceType: type,
    LastUpdatedTimestamp: changedAt, ResourceStatus: status, ResourceStatusReason: reason,
  });
}

/** A change set, for ListChangeSets and at the head of DescribeChangeSet. */
export function changeSetElements(stack: PlayedStack, changeSet: PlayedChangeSet): readonly XmlElement[] {
  return fieldsOf({
    ...identityOf(stack), ChangeSetId: changeSet.id, ChangeSetName: changeSet.name, Description: changeSet.description, CreationTime: changeSet.createdAt,
    Status: changeSet.status, StatusReason: changeSet.reason, ExecutionStatus: changeSet.executionStatus,
  });
}

/** A change set with its changes, for DescribeChangeSet. */
export function describedChangeSet(stack: PlayedStack, changeSet: PlayedChangeSet): readonly XmlElement[] {
  return [
    ...changeSetElements(stack, changeSet),
    ...fieldsOf({
      OnStackFailure: changeSet.onStackFailure,
      ...definitionFields(changeSet.definition),
      Changes: membersOf(changeSet.changes, (change) => fieldsOf({ Type: 'Resource', ResourceChange: changeElements(change) })),
    }),
  ];
}

function changeElements({ action, logicalId, physicalId, type, replacement, properties }: ResourceChange): readonly XmlElement[] {
  return fieldsOf({
    Action: action,
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId === '' ? undefined : physicalId,
    ResourceType: type,
    Replacement: replacement,
    PolicyAction: replacement === 'True' ? 'ReplaceAndDelete' : action === 'Remove' ? 'Delete' : undefined,
    Scope: membersOf(properties.length > 0 ? ['Properties'] : [], (scope) => scope),
    Details: membersOf(properties, (name) => fieldsOf({
      Target: fieldsOf({ Attribute: 'Properties', Name: name, RequiresRecreation: replacement === 'True' ? 'Always' : replacement === 'Conditional' ? 'Conditionally' : 'Never' }),
      Evaluation: 'Static',
      ChangeSource: 'DirectModification',
    })),
  });
}

/** What a template is made of, for GetTemplateSummary. */
export function templateSummary({ body, resources }: StackTemplate): readonly XmlElement[] {
  return fieldsOf({
    Description: textAt(body, 'Description'),
    Parameters: membersOf(Object.entries(objectAt(body, 'Parameters')), ([key, declaration]) => fieldsOf({
      ParameterKey: key, DefaultValue: textAt(declaration, 'Default'), ParameterType: textAt(declaration, 'Type'), Description: textAt(declaration, 'Description'),
    })),
    ResourceTypes: membersOf(new Set([...resources.values()].map(({ type }) => type)), (type) => type),
  });
}

function identityOf({ id, name }: PlayedStack) {
  return { StackId: id, StackName: name };
}

function definitionFields(definition: StackDefinition | undefined): Readonly<Record<string, Field>> {
  if (definition === undefined) return {};
  return {
    Parameters: membersOf(definition.parameters, ({ key, value, resolvedValue }) => fieldsOf({ ParameterKey: key, ParameterValue: value, ResolvedValue: resolvedValue })),
    Capabilities: membersOf(definition.capabilities, (capability) => capability),
    Tags: membersOf(Object.entries(definition.tags), ([key, value]) => fieldsOf({ Key: key, Value: value })),
  };
}
