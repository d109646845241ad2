/*
 * The room of the configuration: `lab.yaml`, overrides and environment in; one checked LabConfig out. `schema.ts` has the keys,
 * `rules.ts` what ties them together, `versions.ts` every version that the lab pins.
 */
import { type JsonObject, withoutPath } from '../json';
import { configFields } from './fields';
import { readLabFile } from './lab-file';
import { applyOverrides, type ConfigOverrides } from './overrides';
import { type ConfigProblem, InvalidConfig, keyOf, type OriginOf, prefixesOf, schemaProblems, originOfOverride } from './problems';
import { brokenRules } from './rules';
import { type LabConfig, labConfigSchema } from './schema';

/** Where the configuration comes from. */
export interface LoadConfigOptions {
  /**
   * Path of the configuration file. A file that is named must exist.
   *
   * @default - `lab.yaml` in the working directory; all defaults where there is none
   */
  readonly file?: string;
  /**
   * Values that take precedence over those of the file, by key: `karpenter.limits.cpu`, or `scale` for
   * `inflate.replicas`. Text becomes what the key holds; a list is separated by commas; an
   * undefined value is no override.
   *
   * @default - none
   */
  readonly overrides?: ConfigOverrides;
}

/**
 * Reads the configuration of the lab: the file, then the overrides, then the defaults.
 *
 * @throws InvalidConfig with every problem, when anything in it would be refused later on
 * @throws LabError when the file is missing, unreadable or no YAML
 */
export function loadConfig(options: LoadConfigOptions = {}): LabConfig {
  const file = readLabFile(options.file);
  const { content, problems: overrideProblems, nameByKey } = applyOverrides(file.content, options.overrides ?? {});
  const { config, problems: contentProblems } = checkConfig(content, (path) => {
    const name = prefixesOf(path).map((prefix) => nameByKey.get(prefix)).find((found) => found !== undefined);
    return name === undefined ? file.placeOf(path) : originOfOverride(name);
  });
  const problems = [...overrideProblems, ...contentProblems];
  if (problems.length > 0) {
    throw new InvalidConfig(problems);
  }
  return frozen(config);
}

/** Nothing downstream may change what was checked. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

/** A configuration and what is wrong with it. */
interface CheckedConfig {
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
function checkConfig(content: JsonObject, originOf: OriginOf): CheckedConfig {
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
