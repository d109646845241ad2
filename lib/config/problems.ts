import { LabError, type LabErrorOptions } from '../lab-error';

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** The key, such as `karpenter.limits.cpu` or `apiAccess[1]`. */
  readonly path: string;
  /** The value as the user wrote it. */
  readonly received: unknown;
  /** What would be accepted. */
  readonly allowed: string;
  /** What to do about it. */
  readonly remedy: string;
  /**
   * Where the value comes from: `lab.yaml:12`, or `override scale`.
   *
   * @default - from no place that can be named
   */
  readonly origin?: string;
}

/** The configuration was refused. It carries every problem found, not only the first. */
export class InvalidConfig extends LabError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super({
      code: 'InvalidConfig',
      message: [`The configuration has ${count}:`, ...problems.map(renderProblem)].join('\n\n'),
      remedy: 'Correct it and run the command again; nothing was changed. docs/configuration.md describes every key.',
    });
    this.name = 'InvalidConfig';
    this.problems = problems;
  }
}

/** The configuration file cannot be read, or is no YAML. */
export class ConfigFileError extends LabError {
  constructor(options: LabErrorOptions) {
    super(options);
    this.name = 'ConfigFileError';
  }
}

function renderProblem(problem: ConfigProblem): string {
  const origin = problem.origin === undefined ? '' : ` (${problem.origin})`;
  return [
    `  ${problem.path}${origin}`,
    `    received  ${renderValue(problem.received)}`,
    `    allowed   ${problem.allowed}`,
    `    remedy    ${problem.remedy}`,
  ].join('\n');
}

/** A value as it would stand in YAML's flow style; text in quotes, so that `"5"` and `5` differ. */
export function renderValue(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
