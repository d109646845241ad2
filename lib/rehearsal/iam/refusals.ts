import { AwsFault, type AwsRequest } from '../aws-answers/aws-request';
import type { AskedAccess, PolicyDecision } from './policy-evaluation';

/** A refusal in the words of AWS, with the code that the request's service gives to it. */
export function accessDenied(request: AwsRequest, callerArn: string, asked: Pick<AskedAccess, 'action' | 'resource'>, { effect }: PolicyDecision): AwsFault {
  const resource = asked.resource === '*' ? '' : ` on resource: ${asked.resource}`;
  const reason = effect === 'explicitDeny' ? 'with an explicit deny in an identity-based policy' : `because no identity-based policy allows the ${asked.action} action`;
  const message = `User: ${callerArn} is not authorized to perform: ${asked.action}${resource} ${reason}`;
  if (request.service === 'ec2') return new AwsFault('UnauthorizedOperation', `You are not authorized to perform this operation. ${message}`, 403);
  if (request.protocol === 'query' || request.service === 's3') return new AwsFault('AccessDenied', message, 403);
  return new AwsFault('AccessDeniedException', message, request.protocol === 'json' ? 400 : 403);
}

/** What AWS says to a key that nobody has, or that comes without its session token. */
export function unknownKey(request: AwsRequest): AwsFault {
  const message = 'The security token included in the request is invalid.';
  if (request.service === 'ec2') return new AwsFault('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
  if (request.service === 's3') return new AwsFault('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', 403);
  if (request.protocol === 'query') return new AwsFault('InvalidClientTokenId', message, 403);
  return new AwsFault('UnrecognizedClientException', message, request.protocol === 'json' ? 400 : 403);
}

/** What AWS says to a key whose hour is over. */
export function expiredKey(request: AwsRequest): AwsFault {
  const message = 'The security token included in the request is expired';
  if (request.service === 'ec2') return new AwsFault('RequestExpired', 'Request has expired.');
  return request.protocol === 'query' || request.service === 's3' ? new AwsFault('ExpiredToken', message, 403) : new AwsFault('ExpiredTokenException', message, 403);
}
