import type { Handling } from './aws-answer';
import type { AwsRequest } from './aws-request';

/** Answers a request to a path, whose variable parts are decoded. */
export type RestHandler = (request: AwsRequest, path: Readonly<Record<string, string>>) => Handling | Promise<Handling>;

/** A path's pattern, with its method. */
interface RestRoute {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: RestHandler;
}

/**
 * Finds the handler of a request of the protocol `rest`.
 *
 * @example
 * const handlerFor = restRoutes({ 'GET /clusters/{name}': (request, { name }) => describeCluster(name) });
 */
export function restRoutes(routes: Readonly<Record<string, RestHandler>>): (request: AwsRequest) => (() => Handling | Promise<Handling>) | undefined {
  const known = Object.entries(routes).map(([pattern, handler]): RestRoute => {
    const [method = '', path = ''] = pattern.split(' ');
    return { method, segments: path.split('/'), handler };
  });
  return (request) => {
    const segments = (request.target.split('?')[0] ?? '').split('/');
    for (const route of known) {
      const path = request.method === route.method ? matched(route.segments, segments) : undefined;
      if (path !== undefined) return () => route.handler(request, path);
    }
    return undefined;
  };
}

/** The variable parts of a path; undefined when it does not match. */
function matched(pattern: readonly string[], segments: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const variable = /^\{(\w+)\}$/.exec(part)?.[1];
    if (variable !== undefined) found[variable] = decodeURIComponent(segment);
    else if (part !== segment) return undefined;
  }
  return found;
}
