import type { SynthesizedStack } from '../assembly/synthesized-stack';
import { LabError } from '../lab-error';
import { runContext } from '../run-context';
import { AwsFault } from './aws-answers/aws-request';
import { isCustomType, readStackTemplate, unplayableResources } from './cloud-formation/stack-template';
import { playedTypes, unplayedProperties } from './cloud-formation/types/played-types';
import type { PlayedType } from './cloud-formation/types/played-type';

/** An address at which nobody is asked: the types only say what they can make. */
const NOWHERE = 'http://127.0.0.1:1';

/**
 * Refuses a template in which something stands that a rehearsal cannot play, before anything is started: a type, a property, a
 * function, and what CloudFormation itself would refuse.
 *
 * @throws LabError `TemplateNotPlayable` with the first resource of the template that is not played, and what of it is not
 */
export function requirePlayable(stack: SynthesizedStack): void {
  const played = playedTypes({ endpoint: NOWHERE, moto: NOWHERE, region: stack.region, run: runContext() });
  try {
    const fault = faultOf(stack, played.types);
    if (fault !== undefined) throw fault;
  } finally {
    played.close();
  }
}

function faultOf({ template, resources }: SynthesizedStack, types: readonly PlayedType[]): LabError | undefined {
  const [unplayable] = unplayableResources(template, types);
  if (unplayable !== undefined) {
    const { logicalId, type, what } = unplayable;
    return notPlayable(`${logicalId}: the rehearsal plays no ${what}${what === type ? '' : ` of a resource, which is ${type}`}.`, { logicalId, type });
  }
  const byName = new Map(types.map((type) => [type.type, type]));
  for (const { logicalId, type, properties } of resources.values()) {
    const known = byName.get(type);
    const [property] = known === undefined || isCustomType(type) ? [] : unplayedProperties(known, properties);
    if (property !== undefined) return notPlayable(`${logicalId}: the rehearsal plays no property ${property} of ${type}.`, { logicalId, type, property });
  }
  try {
    readStackTemplate(JSON.stringify(template), types);
  } catch (error) {
    if (error instanceof AwsFault) return notPlayable(`CloudFormation refuses the template: ${error.message}`, undefined, error);
    throw error;
  }
  return undefined;
}

function notPlayable(message: string, received: unknown, cause?: unknown): LabError {
  return new LabError({
    code: 'TemplateNotPlayable',
    message,
    received,
    remedy: 'Correct its name in the stack and run npm run synth. If AWS knows it, teach it to the rehearsal in lib/rehearsal/cloud-formation/types.',
    cause,
  });
}
