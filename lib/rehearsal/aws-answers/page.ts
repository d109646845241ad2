/** Which part of a list is asked for. */
export interface PageRequest {
  /** Length of a page. */
  readonly maxResults: number;
  /**
   * The token that the page before ended with.
   *
   * @default - the first page
   */
  readonly nextToken?: string;
}

/** A part of a list. */
export interface Page<T> {
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
export function pageOf<T>(list: readonly T[], { maxResults, nextToken }: PageRequest): Page<T> | undefined {
  const start = nextToken === undefined ? 0 : Number(TOKEN.exec(nextToken)?.[1]);
  if (!(start === 0 || start < list.length)) return undefined;
  const end = start + maxResults;
  return { items: list.slice(start, end), nextToken: end < list.length ? `from-${end}` : undefined };
}
