import { AwsFault } from './aws-request';

/** A filter of an EC2 request: a row passes where one of the values matches. */
export interface Ec2Filter {
  readonly name: string;
  /** `*` stands for any text, `?` for any one character. */
  readonly values: readonly string[];
}

/** The list that EC2 writes as `NAME.1`, `NAME.2`, in the order of its numbers. */
export function queryList(parameters: URLSearchParams, name: string): readonly string[] {
  return [...parameters]
    .flatMap(([key, value]) => {
      const number = key.startsWith(`${name}.`) ? Number(key.slice(name.length + 1)) : NaN;
      return Number.isInteger(number) ? [{ number, value }] : [];
    })
    .toSorted((a, b) => a.number - b.number)
    .map(({ value }) => value);
}

/** The filters that EC2 writes as `Filter.1.Name` and `Filter.1.Value.1`. */
export function queryFilters(parameters: URLSearchParams): readonly Ec2Filter[] {
  return [...parameters].flatMap(([key, name]) => {
    const prefix = /^(Filter\.\d+)\.Name$/.exec(key)?.[1];
    return prefix === undefined ? [] : [{ name, values: queryList(parameters, `${prefix}.Value`) }];
  });
}

/**
 * Whether a row passes all filters.
 *
 * @param row the value that each known filter looks at, by the filter's name
 * @throws AwsFault `InvalidParameterValue` for a filter that the row does not know
 */
export function passesFilters(row: Readonly<Record<string, string>>, filters: readonly Ec2Filter[]): boolean {
  return filters.every(({ name, values }) => {
    const value = row[name];
    if (value === undefined) throw new AwsFault('InvalidParameterValue', `The filter '${name}' is invalid`);
    return values.some((pattern) => matchesPattern(value, pattern));
  });
}

/**
 * Refuses parameters that the rehearsal would otherwise ignore.
 *
 * @throws AwsFault `UnsupportedOperation`
 */
export function refuseParameters(parameters: URLSearchParams, ...names: readonly string[]): void {
  const found = [...parameters.keys()].find((key) => names.some((name) => key === name || key.startsWith(`${name}.`)));
  if (found !== undefined) throw new AwsFault('UnsupportedOperation', `The rehearsal does not answer requests with ${found}.`);
}

/**
 * What EC2 answers to a request with `DryRun` that it would carry out.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
 */
export function dryRunSucceeds(): AwsFault {
  return new AwsFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

/** Whether a value is what a filter asks for: `*` stands for any text, `?` for any one character. */
function matchesPattern(value: string, pattern: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(value);
}

/** Which part of a list is asked for. */
export interface PageRequest {
  /** Items on a page. */
  readonly maxResults: number;
  /**
   * The token that the page before ended with.
   *
   * @default - the first page
   */
  readonly nextToken?: string;
}

/** A part of a list. */
export interface AnswerPage<T> {
  readonly items: readonly T[];
  /**
   * Asks for the next page.
   *
   * @default - this is the last one
   */
  readonly nextToken?: string;
}

/** A token names the first row of its page: `from-100`. */
const TOKEN = /^from-(\d+)$/;

/**
 * A page of a list.
 *
 * @returns undefined for a token that no page of this list ended with
 */
export function pageOf<T>(list: readonly T[], { maxResults, nextToken }: PageRequest): AnswerPage<T> | undefined {
  const start = nextToken === undefined ? 0 : Number(TOKEN.exec(nextToken)?.[1]);
  if (!(start === 0 || start < list.length)) return undefined;
  const end = start + maxResults;
  return { items: list.slice(start, end), nextToken: end < list.length ? `from-${end}` : undefined };
}

/**
 * The page that an EC2 request asks for with `MaxResults` and `NextToken`.
 *
 * @param maxResults length of the longest page, and of a page whose length the request leaves open
 * @throws AwsFault `InvalidParameterValue` or `InvalidNextToken`
 */
export function ec2PageOf<T>(list: readonly T[], parameters: URLSearchParams, maxResults: number): AnswerPage<T> {
  const asked = parameters.get('MaxResults');
  const length = asked === null ? maxResults : Number(asked);
  if (!Number.isInteger(length) || length < 1) throw new AwsFault('InvalidParameterValue', `Value ( ${asked} ) for parameter maxResults is invalid.`);

  // EC2 and its SDKs write "no token" as an empty one, too.
  const token = parameters.get('NextToken') ?? '';
  const page = pageOf(list, { maxResults: Math.min(length, maxResults), nextToken: token === '' ? undefined : token });
  if (page === undefined) throw new AwsFault('InvalidNextToken', 'The token is invalid.');
  return page;
}
