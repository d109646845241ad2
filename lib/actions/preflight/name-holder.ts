import { isAwsError } from '../../aws/aws-failure';

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
