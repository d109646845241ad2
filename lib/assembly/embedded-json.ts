import { LabError } from '../lab-error';
import { parseJson, textAt, type JsonValue } from './json';
import type { SynthesizedStack } from './synthesized-stack';
import type { TemplateResource } from './template-resource';

/**
 * Reads a property that holds JSON as text, as manifests, chart values and add-on configurations do.
 * Tokens within the text are resolved like any other value of the template.
 *
 * @returns undefined where the property is absent
 * @throws LabError `AssemblyUnreadable` when the text is not JSON
 */
export function embeddedJson(stack: SynthesizedStack, resource: TemplateResource, property: string): JsonValue | undefined {
  const text = textAt(stack.resolvedProperties(resource), property);
  if (text === undefined) return undefined;
  try {
    return parseJson(text);
  } catch (cause) {
    throw new LabError({
      code: 'AssemblyUnreadable',
      message: `${resource.logicalId} holds text in ${property} that is not JSON.`,
      received: text,
      remedy: 'Write it in the stack as an object whose tokens stand in strings, then run npm run synth.',
      cause,
    });
  }
}
