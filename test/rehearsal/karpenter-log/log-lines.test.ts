import { writeFileSync } from 'node:fs';
import { containerLogLine, requireInterruptionQueue } from '../../../lib/rehearsal/karpenter-log/log-lines';
import { labErrorOf } from '../../assembly/lab-error-of';
import { smallLabView } from '../../assembly/small-lab';
import { temporaryFolder } from '../fake-program';

function logOf(...lines: readonly string[]): string {
  const file = `${temporaryFolder()}/karpenter.log`;
  writeFileSync(file, lines.join('\n'));
  return file;
}

describe('the interruption queue', () => {
  const chart = { ...smallLabView().karpenter, values: { settings: { interruptionQueue: 'a-queue' } } };

  it('is found when Karpenter does not complain', () => {
    expect(() => requireInterruptionQueue(logOf('{"level":"INFO","message":"fine"}', '{"level":"ERROR","message":"half a li'), chart)).not.toThrow();
  });

  it('fails when Karpenter does not find it', () => {
    const log = logOf('{"level":"ERROR","message":"failed to create valid sqs provider","error":"QueueDoesNotExist"}');
    expect(labErrorOf(() => requireInterruptionQueue(log, chart))).toMatchObject({
      code: 'InterruptionQueueNotFound', received: 'a-queue', message: expect.stringContaining('QueueDoesNotExist'),
    });
  });
});

describe('a line of a container\'s log', () => {
  it('says when it was written, where to, and that it is whole', () => {
    expect(containerLogLine('{"level":"INFO"}', new Date('2026-11-23T18:00:00.123Z')))
      .toBe('2026-11-23T18:00:00.123000000Z stdout F {"level":"INFO"}\n');
  });
});
