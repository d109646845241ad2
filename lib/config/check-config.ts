import { configFields } from './fields';
import { type JsonObject, withoutPath } from './json-object';
import type { ConfigProblem } from './problems';
import { RULES } from './rules';
import { type LabConfig, labConfigSchema } from './schema';
import { keyOf, type OriginOf, schemaProblems } from './schema-problems';

/** A configuration and what is wrong with it. */
export interface CheckedConfig {
  /** With problems, defaults stand in for what was refused. */
  readonly config: LabConfig;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Checks each key by the schema, then the rules between keys.
 *
 * The rules need a whole configuration. So defaults stand in for refused values, and a rule that
 * reads a refused key is left out: it would complain of a value that nobody wrote.
 */
export function checkConfig(content: JsonObject, originOf: OriginOf): CheckedConfig {
  const parsed = labConfigSchema.safeParse(content);
  if (parsed.success) {
    return { config: parsed.data, problems: brokenRules(parsed.data, new Set(), originOf) };
  }
  const { issues } = parsed.error;
  const keys = configFields().map((field) => field.key);
  const refusedKeys = new Set<string>();
  let acceptable = content;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      acceptable = issue.keys.reduce((rest, key) => withoutPath(rest, [...issue.path.map(String), key]), acceptable);
    } else {
      const key = keyOf(issue.path, keys) ?? '';
      refusedKeys.add(key);
      acceptable = withoutPath(acceptable, key.split('.'));
    }
  }
  const config = labConfigSchema.parse(acceptable);
  return {
    config,
    problems: [...schemaProblems(issues, content, originOf), ...brokenRules(config, refusedKeys, originOf)],
  };
}

function brokenRules(config: LabConfig, refusedKeys: ReadonlySet<string>, originOf: OriginOf): readonly ConfigProblem[] {
  const refused = [...refusedKeys];
  const wasAccepted = (key: string): boolean => !refused.some((other) => key === other || key.startsWith(`${other}.`));
  return RULES
    .filter((rule) => rule.reads.every(wasAccepted))
    .flatMap((rule) => rule.problem(config) ?? [])
    .map((problem) => ({ ...problem, origin: originOf(problem.path.split('.')) }));
}
