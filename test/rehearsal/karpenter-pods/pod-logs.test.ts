import { appendFileSync } from 'node:fs';
import { containerLogLine } from '../../../lib/rehearsal/karpenter-pods/log-lines';
import { karpenterLogLines, lastError, podLogFile } from '../../../lib/rehearsal/karpenter-pods/pod-logs';
import { temporaryFolder } from '../fake-program';

describe('the logs of Karpenter\'s pods', () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
  });

  const write = (pod: string, restart: number, second: number, line: string): string => {
    const file = podLogFile(folder, { namespace: 'n', name: pod }, restart);
    appendFileSync(file, containerLogLine(line, new Date(Date.UTC(2026, 10, 27, 3, 0, second)), 'stderr'));
    return file;
  };

  it('are read together, in the order of time', () => {
    write('b', 0, 2, 'second');
    write('a', 1, 3, 'third');
    write('a', 0, 1, 'first');
    write('b', 0, 4, 'fourth');
    expect(karpenterLogLines(folder)).toEqual(['first', 'second', 'third', 'fourth']);
    expect(karpenterLogLines(`${folder}/none`)).toEqual([]);
  });

  it('say their last error, whatever follows it', () => {
    const file = write('a', 0, 1, '{"level":"ERROR","message":"first","error":"because"}');
    write('a', 0, 2, '{"level":"ERROR","message":"failed to start","error":"AccessDenied"}');
    write('a', 0, 3, '{"level":"INFO","message":"stopping"}');
    expect(lastError(file)).toBe('failed to start: AccessDenied');
    write('a', 0, 4, 'panic: unable to load AWS SDK config');
    write('a', 0, 5, 'goroutine 1 [running]:');
    expect(lastError(file)).toBe('panic: unable to load AWS SDK config');
  });

  it('say their last line where no error is, and nothing where nothing is', () => {
    expect(lastError(write('a', 0, 1, 'killed'))).toBe('killed');
    expect(lastError(`${folder}/none`)).toBeUndefined();
  });
});
