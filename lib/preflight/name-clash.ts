import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { isAwsError } from '../aws/aws-failure';
import { textAt } from '../json';
import { listed } from '../words';
import { type CheckContext, type CheckFinding, failed, passed, warned } from './preflight-check';
import { ownStack } from './service-quota';

/** Property that holds the name of a resource, for the types whose names must be free in the account. */
const NAME_PROPERTIES = {
  'AWS::EKS::Cluster': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::Scheduler::Schedule': 'Name',
} as const;

/** A type whose names must be free in the account. */
export type NamedType = keyof typeof NAME_PROPERTIES;

/** Names of a type that stand in the template. A resource whose name CloudFormation makes up clashes with nothing. */
export function fixedNames(stack: SynthesizedStack, type: NamedType): readonly string[] {
  return stack.resourcesOfType(type).flatMap((resource) => {
    const name = textAt(stack.resolvedProperties(resource), NAME_PROPERTIES[type]);
    return name === undefined || name.includes('${') ? [] : [name];
  });
}

/** What has a name that the lab wants. */
export interface NameHolder {
  /** By which CloudFormation knows it, were it in a stack: a name, a URL or an ARN. */
  readonly physicalId: string;
  /** The stack that made it. @default - no stack did, or AWS does not say */
  readonly stack?: MakingStack;
}

/** A stack, as the tags say that CloudFormation puts on what it makes. */
export interface MakingStack {
  readonly name: string;
  readonly region: string;
}

/** Tag of CloudFormation with the ARN of the stack. The name alone would not do: IAM is the same in all regions. */
const STACK_ID_TAG = 'aws:cloudformation:stack-id';
const STACK_ID = /^arn:[\w-]+:cloudformation:(?<region>[\w-]+):\d*:stack\/(?<name>[\w-]+)\//;

/** The stack that made something, by its tags. */
export function makingStack(tags: Readonly<Record<string, string>>): MakingStack | undefined {
  const { name, region } = STACK_ID.exec(tags[STACK_ID_TAG] ?? '')?.groups ?? {};
  return name === undefined || region === undefined ? undefined : { name, region };
}

/** Tags in the form that most services have, by their key. */
export function tagsByKey(tags: readonly { readonly Key?: string; readonly Value?: string }[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

/** What is found, if anything: the errors with these names say that nothing is. */
export async function unlessAbsent<T>(look: () => Promise<T>, ...absentNames: readonly string[]): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAwsError(error, ...absentNames)) return undefined;
    throw error;
  }
}

/** More free names than this are counted, not listed. */
const SHOWN_NAMES = 2;

/** What the names of a type are compared with. */
export interface NameSearch {
  readonly type: NamedType;
  /** What has such a name, in words: `role`. */
  readonly noun: string;
  /** What has it in the account; undefined where it is free. */
  readonly holder: (name: string) => Promise<NameHolder | undefined>;
  /** The command that deletes what has it. */
  readonly deletion: (holder: NameHolder) => string;
}

/** A name that something has already. */
interface Clash {
  /** `role lab-karpenter-node`. */
  readonly what: string;
  readonly holder: NameHolder;
  readonly deletion: string;
}

/** Whether the names that stand in the template are free, or belong to the lab's own stack. */
export async function nameClashFinding(context: CheckContext, ...searches: readonly NameSearch[]): Promise<CheckFinding> {
  const { isKnown, stack } = await ownStack(context);
  const own = stack?.resources ?? [];
  const isOwn = (type: NamedType, name: string): boolean =>
    own.some((resource) => resource.type === type && (resource.physicalId === name || resource.physicalId.endsWith(`/${name}`)));
  const wanted = searches.flatMap((search) =>
    fixedNames(context.lab.stack, search.type).filter((name) => !isOwn(search.type, name)).map((name) => ({ name, search })));
  const found = await Promise.all(wanted.map(async ({ name, search }): Promise<readonly Clash[]> => {
    const holder = await search.holder(name);
    return holder === undefined ? [] : [{ what: `${search.noun} ${name}`, holder, deletion: search.deletion(holder) }];
  }));
  const clashes = found.flat();
  if (clashes.length > 0) {
    const seen = `${listed(clashes.map(({ what }) => what))} ${clashes.length === 1 ? 'exists' : 'exist'} already`;
    return isKnown
      ? failed(`${seen}, without the stack: left by an earlier class, or another's.`, remedyOf(clashes, context).join(' '))
      : warned(`${seen}. Whether the lab is deployed, and they are its own, is not known.`, [askFirst(context), ...remedyOf(clashes, context)].join(' '));
  }
  if (wanted.length === 0) return passed('All belong to the lab\'s own stack.');
  const names = wanted.map(({ name }) => name);
  return passed(names.length > SHOWN_NAMES ? `${names.length} names are free.` : `${listed(names)} ${names.length === 1 ? 'is' : 'are'} free.`);
}

function askFirst({ lab: { stack: { stackName, region } } }: CheckContext): string {
  return `First ask whether the lab is deployed: \`aws cloudformation describe-stacks --region ${region} --stack-name ${stackName}\`.`;
}

/** What helps: to remove the stack that made it, to delete it where none did, or to take another name. */
function remedyOf(clashes: readonly Clash[], { lab: { stack: { stackName, region } } }: CheckContext): readonly string[] {
  // An earlier stack of the lab's own name and region is gone, or its resources would have been known as the lab's.
  const isOther = (made: MakingStack | undefined): made is MakingStack => made !== undefined && (made.name !== stackName || made.region !== region);
  const others = new Map(clashes.flatMap(({ holder: { stack } }) => (isOther(stack) ? [[`${stack.region}/${stack.name}`, stack] as const] : [])));
  const left = clashes.filter(({ holder }) => !isOther(holder.stack));
  const [first] = left;
  return [
    ...[...others.values()].map((other) => `Stack ${other.name} in ${other.region} made ${listed(clashes.filter(({ holder: { stack } }) => stack?.name === other.name && stack.region === other.region).map(({ what }) => what))}. `
      + `If nobody needs it: \`aws cloudformation delete-stack --region ${other.region} --stack-name ${other.name}\`.`),
    ...(first === undefined ? [] : [
      `\`aws cloudformation describe-stack-resources --region ${region} --physical-resource-id ${first.holder.physicalId}\` names the stack of ${left.length === 1 ? 'it' : 'the first'}, if one of another name owns it. `
        + `If none does, and nobody needs ${left.length === 1 ? 'it' : 'them'}: ${[...new Set(left.map(({ deletion }) => `\`${deletion}\``))].join(', ')}; "A name is taken" in docs/instructor-runbook.md has what goes before.`,
    ]),
    'Or set another clusterName in lab.yaml.',
  ];
}
