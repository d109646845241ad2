import { checkConfig } from './check-config';
import { readLabFile } from './lab-file';
import { applyOverrides, type ConfigOverrides, originOfOverride } from './overrides';
import { InvalidConfig } from './problems';
import type { LabConfig } from './schema';
import { prefixesOf } from './schema-problems';

export { overridesFromArguments, overridesFromContext } from './overrides';

/** Where the configuration comes from. */
export interface LoadConfigOptions {
  /**
   * Path of the configuration file. A file that is named must exist.
   *
   * @default - `lab.yaml` in the working directory; all defaults where there is none
   */
  readonly file?: string;
  /**
   * Values that go before those of the file, by key: `karpenter.limits.cpu`, or `scale` for
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
