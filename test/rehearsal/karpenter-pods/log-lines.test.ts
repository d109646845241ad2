import { containerLogLine, errorsIn, withoutRequestIds } from '../../../lib/rehearsal/karpenter-pods/log-lines';

describe('a line of a container\'s log', () => {
  it('says when it was written, where to, and that it is whole', () => {
    expect(containerLogLine('{"level":"INFO"}', new Date('2026-11-23T18:00:00.123Z')))
      .toBe('2026-11-23T18:00:00.123000000Z stdout F {"level":"INFO"}\n');
  });
});

describe('errors in Karpenter\'s log', () => {
  it('are those that are written to their end, with the cause where the line names one', () => {
    expect(errorsIn([
      '{"level":"INFO","message":"fine"}',
      '{"level":"ERROR","message":"failed to create valid sqs provider","error":"QueueDoesNotExist"}',
      '{"level":"ERROR","message":"no cause"}',
      '{"level":"ERROR","message":"half a li',
    ])).toEqual([{ message: 'failed to create valid sqs provider', error: 'QueueDoesNotExist' }, { message: 'no cause', error: 'no cause' }]);
  });

  it('are the same ones again, whatever ids their requests have', () => {
    expect(withoutRequestIds('api error AccessDenied, RequestID: 0a1b2c, not allowed')).toBe('api error AccessDenied, not allowed');
  });
});
