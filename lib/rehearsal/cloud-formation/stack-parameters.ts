import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from '../../json';
import { AwsFault } from '../aws-answers/aws-request';
import { Evaluation, type EvaluationScope } from './evaluation';
import type { StackTemplate } from './stack-template';

/** A parameter of a stack. */
export interface StackParameter {
  readonly key: string;
  /** As it was given. Of a parameter of SSM, it is the name. */
  readonly value: string;
  /** What SSM holds under that name. @default - it is no parameter of SSM */
  readonly resolvedValue?: string;
}

/** A parameter as a caller gives it. */
export interface GivenParameter {
  readonly key: string;
  readonly value?: string;
  readonly usesPreviousValue: boolean;
}

/** Reads a parameter of SSM; undefined where there is none. */
export type ReadSsmParameter = (name: string) => Promise<string | undefined>;

const OF_SSM = 'AWS::SSM::Parameter::Value<';

/**
 * The parameters of a stack: what the caller gives, what the stack had, or the template's default.
 *
 * @throws AwsFault `ValidationError` for a parameter that has no value, that the template does not know, or that SSM lacks
 */
export async function stackParameters(
  { body }: StackTemplate, given: readonly GivenParameter[], previous: readonly StackParameter[], readSsm: ReadSsmParameter,
): Promise<readonly StackParameter[]> {
  const declared = Object.entries(objectAt(body, 'Parameters'));
  const unknown = given.filter(({ key }) => !declared.some(([name]) => name === key));
  if (unknown.length > 0) throw invalid(`Parameters: [${unknown.map(({ key }) => key).join(', ')}] do not exist in the template`);

  const values = declared.map(([key, declaration]) => {
    const own = given.find((parameter) => parameter.key === key);
    const before = own?.usesPreviousValue === true ? previous.find((parameter) => parameter.key === key)?.value : undefined;
    return { key, declaration: objectAt(declaration), value: own?.value ?? before ?? textAt(declaration, 'Default') };
  });
  const missing = values.filter(({ value }) => value === undefined);
  if (missing.length > 0) throw invalid(`Parameters: [${missing.map(({ key }) => key).join(', ')}] must have values`);
  return Promise.all(values.map(({ key, declaration, value = '' }) => readParameter(key, declaration, value, readSsm)));
}

async function readParameter(key: string, declaration: JsonObject, value: string, readSsm: ReadSsmParameter): Promise<StackParameter> {
  const allowed = arrayAt(declaration, 'AllowedValues').map(String);
  if (allowed.length > 0 && !allowed.includes(value)) throw invalid(`Parameter '${key}' must be one of AllowedValues`);
  const pattern = textAt(declaration, 'AllowedPattern');
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) throw invalid(`Parameter '${key}' must match pattern ${pattern}`);
  if (!isOfSsm(declaration)) return { key, value };
  const resolvedValue = await readSsm(value);
  if (resolvedValue === undefined) throw invalid(`Unable to fetch parameters [${value}] from parameter store for this account.`);
  return { key, value, resolvedValue };
}

/** What `Ref` gives for each parameter. */
export function parameterValues({ body }: StackTemplate, parameters: readonly StackParameter[]): ReadonlyMap<string, JsonValue> {
  return new Map(parameters.map(({ key, value, resolvedValue = value }) => {
    const type = textAt(body, 'Parameters', key, 'Type') ?? 'String';
    const isList = type === 'CommaDelimitedList' || /\bList</.test(type);
    return [key, isList ? resolvedValue.split(',').map((item) => item.trim()) : resolvedValue];
  }));
}

/**
 * Holds the template's rules against its parameters.
 *
 * @throws AwsFault `ValidationError` with the description of the first assertion that does not hold
 */
export function requireRules({ body }: StackTemplate, scope: EvaluationScope): void {
  const evaluation = new Evaluation(scope);
  for (const [name, rule] of Object.entries(objectAt(body, 'Rules'))) {
    const condition = objectAt(rule)['RuleCondition'];
    if (condition !== undefined && !evaluation.isTrue(condition)) continue;
    for (const assertion of arrayAt(rule, 'Assertions')) {
      if (evaluation.isTrue(objectAt(assertion)['Assert'] ?? false)) continue;
      throw invalid(`Template validation failed: rule ${name}: ${textAt(assertion, 'AssertDescription') ?? 'its assertion does not hold'}`);
    }
  }
}

function isOfSsm(declaration: JsonObject): boolean {
  return textAt(declaration, 'Type')?.startsWith(OF_SSM) === true;
}

function invalid(message: string): AwsFault {
  return new AwsFault('ValidationError', message);
}
