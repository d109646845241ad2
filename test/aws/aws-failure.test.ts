import { awsFailure } from '../../lib/aws/aws-failure';

const sdkError = (name: string, status?: number): Error =>
  Object.assign(new Error('It says so.'), { name, ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }) });

describe('a failure of AWS', () => {
  it.each([
    ['ExpiredToken', 403, 'AwsCredentialsRefused', false],
    ['UnauthorizedOperation', 403, 'AwsAccessDenied', false],
    ['RequestLimitExceeded', 503, 'AwsThrottled', true],
    ['TimeoutError', undefined, 'AwsUnreachable', true],
    ['InternalError', 500, 'AwsOutOfOrder', true],
    ['ServiceUnavailable', 503, 'AwsOutOfOrder', true],
    ['AnythingElse', 429, 'AwsThrottled', true],
    ['ValidationError', 400, 'AwsRequestRefused', false],
  ])('by the name %s and status %s is %s; that it may pass by itself: %s', (name, status, code, isPassing) => {
    const failure = awsFailure(sdkError(name, status), 'ec2:DescribeInstances');
    expect(failure).toMatchObject({ code, received: 'ec2:DescribeInstances', message: expect.stringContaining('It says so.') });
    expect(failure.isPassing).toBe(isPassing);
  });
});
