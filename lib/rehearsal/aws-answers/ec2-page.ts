import { AwsFault } from './aws-fault';
import { pageOf, type Page } from './page';

/**
 * The page that an EC2 request asks for with `MaxResults` and `NextToken`.
 *
 * @param maxResults the longest page, and the page where none is asked for
 * @throws AwsFault `InvalidParameterValue` or `InvalidNextToken`
 */
export function ec2PageOf<T>(list: readonly T[], parameters: URLSearchParams, maxResults: number): Page<T> {
  const asked = parameters.get('MaxResults');
  const length = asked === null ? maxResults : Number(asked);
  if (!Number.isInteger(length) || length < 1) throw new AwsFault('InvalidParameterValue', `Value ( ${asked} ) for parameter maxResults is invalid.`);

  // EC2 and its SDKs write "no token" as an empty one, too.
  const token = parameters.get('NextToken') ?? '';
  const page = pageOf(list, { maxResults: Math.min(length, maxResults), nextToken: token === '' ? undefined : token });
  if (page === undefined) throw new AwsFault('InvalidNextToken', 'The token is invalid.');
  return page;
}
