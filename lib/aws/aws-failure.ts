import { proxyAdvice } from '../proxy-advice';
import { LabError } from '../lab-error';
import { isPassingStatus, TOO_MANY_REQUESTS } from '../passing-failure';

/** What the SDK's errors have in common, as far as it is read. */
interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Names by which services and SDK say that a request lacks a permission. */
const ACCESS_DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError', 'AuthorizationErrorException']);

/** Names by which services and SDK say that credentials are missing, wrong or no longer valid. */
const CREDENTIALS = new Set([
  'CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'InvalidClientTokenId',
  'UnrecognizedClientException', 'AuthFailure', 'SignatureDoesNotMatch', 'InvalidSignatureException',
]);

/** Names by which services say that they are asked too often. */
const THROTTLED = new Set(['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'TooManyRequestsException', 'SlowDown']);

/** Why a request to AWS failed, in the words of the lab. */
export class AwsRequestFailed extends LabError {}

/**
 * An error of the AWS SDK, said with its remedy. An error that is one of the lab's own stays as it is.
 *
 * Codes: `AwsCredentialsRefused`, `AwsAccessDenied`, `AwsThrottled`, `AwsUnreachable`, `AwsOutOfOrder`, and `AwsRequestRefused` for the rest.
 *
 * @param request what was asked, in the words of AWS: `ec2:DescribeInstances`
 */
export function awsFailure(error: unknown, request: string): LabError {
  if (error instanceof LabError) return error;
  const { name, message, $metadata } = sdkErrorOf(error);
  const status = $metadata?.httpStatusCode;
  const failed = (code: string, what: string, remedy: string, isPassing = false): LabError => new AwsRequestFailed({
    code, message: `${what}: ${message.replace(/\.$/, '')}.`, received: request, remedy, cause: error, isPassing,
  });
  if (CREDENTIALS.has(name)) {
    return failed('AwsCredentialsRefused', 'AWS has no valid credentials of yours', 'Log in again: aws sso login, or set AWS_PROFILE. aws sts get-caller-identity shows who you are.');
  }
  if (ACCESS_DENIED.has(name)) {
    return failed('AwsAccessDenied', 'AWS does not allow this', `Use a role that may do ${request}, or ask for it.`);
  }
  if (THROTTLED.has(name) || status === TOO_MANY_REQUESTS) {
    return failed('AwsThrottled', 'AWS was asked too often, also after repeating it', 'Wait a minute, then run the same command again.', true);
  }
  if (status === undefined) {
    return failed('AwsUnreachable', 'AWS did not answer', `Look at your network and at AWS_ENDPOINT_URL, then run the same command again.${proxyAdvice()}`, true);
  }
  if (isPassingStatus(status)) {
    return failed('AwsOutOfOrder', 'AWS failed at a request, also after repeating it', 'Wait a minute, then run the same command again. https://health.aws.amazon.com names what AWS knows of.', true);
  }
  return failed('AwsRequestRefused', 'AWS refused a request', 'See what the message names, then run the same command again.');
}

/** Whether an error of the SDK has one of these names, such as `NoSuchEntityException`. */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** Names by which IAM says that it has no such role, policy or profile. */
export const NO_SUCH_ENTITY: readonly string[] = ['NoSuchEntity', 'NoSuchEntityException'];

/** Names by which SQS says that it has no such queue; the longer one since it speaks JSON. */
export const NO_SUCH_QUEUE: readonly string[] = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'];

/** What is found, if anything: the errors with these names say that nothing is. */
export async function unlessAbsent<T>(look: () => Promise<T>, ...absentNames: readonly string[]): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAwsError(error, ...absentNames)) return undefined;
    throw error;
  }
}

/**
 * Makes a request, and says a failure with {@link awsFailure}.
 *
 * @param request what is asked, in the words of AWS: `ec2:DescribeInstances`
 */
export async function asking<T>(request: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw awsFailure(error, request);
  }
}

function sdkErrorOf(error: unknown): SdkError {
  return error instanceof Error ? error : { name: 'Unknown', message: String(error) };
}
