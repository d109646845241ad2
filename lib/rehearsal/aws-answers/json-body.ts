import { isJsonObject, parseJson, type JsonObject } from '../../assembly/json';
import { AwsFault } from './aws-fault';
import type { AwsRequest } from './aws-request';

/**
 * The body of a request of the protocol `json`.
 *
 * @throws AwsFault `SerializationException` where it is not a JSON object
 */
export function jsonBody(request: AwsRequest): JsonObject {
  let body;
  try {
    body = parseJson(request.body.toString('utf8'));
  } catch {
    throw new AwsFault('SerializationException', 'The body is not JSON.');
  }
  if (!isJsonObject(body)) throw new AwsFault('SerializationException', 'The body is not a JSON object.');
  return body;
}
