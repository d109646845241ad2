import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requestRefused } from '../lib/kubernetes/api-request';
import { LabError } from '../lib/lab-error';
import { isPassing, isPassingStatus, Patience } from '../lib/passing-failure';

const failure = (isPassing?: boolean): LabError => new LabError({ code: 'Failed', message: 'It failed.', remedy: 'Try again.', isPassing });

describe('a failure that may pass', () => {
  it.each([
    [undefined, true], [429, true], [500, true], [503, true],
    [400, false], [401, false], [403, false], [404, false], [409, false], [422, false],
  ])('has the status %s: %s', (status, expected) => {
    expect(isPassingStatus(status)).toBe(expected);
  });

  it('is one whose maker says so', () => {
    expect([failure(true), failure(false), failure(), new Error('connect ETIMEDOUT'), undefined].map(isPassing)).toEqual([true, false, false, false, false]);
  });

  it.each([
    [503, 'ServiceUnavailable', true], [429, 'TooManyRequests', true], [409, 'Conflict', true], [409, 'AlreadyExists', false], [403, 'Forbidden', false],
  ])('is what the Kubernetes API answers with %s %s: %s', (status, reason, expected) => {
    expect(isPassing(requestRefused({ method: 'GET', path: '/api/v1/pods' }, status, { reason }))).toBe(expected);
  });

  it('is judged in one place', () => {
    const root = resolve(__dirname, '..');
    const sources = ['bin', 'charts', 'lib'].flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((path) => join(room, path)));
    // By status, or by the code of a failure, besides where the code is made.
    const judging = sources.filter((path) => path.endsWith('.ts') && /status\w*\)? (?:=== 429|>=? (?:429|499|500))\b|(?:=== |\[)'(?:AwsThrottled|AwsUnreachable|AwsOutOfOrder)'/i.test(readFileSync(join(root, path), 'utf8')));
    expect(judging).toEqual([]);
  });
});

describe('patience', () => {
  const failing = (error: Error) => () => Promise.reject(error);

  it('rides out 12 failures in a row that may pass, and as many again after an answer', async () => {
    const patience = new Patience();
    for (let round = 0; round < 2; round += 1) {
      for (let time = 0; time < 12; time += 1) await expect(patience.attempt(failing(failure(true)))).resolves.toBeUndefined();
      await expect(patience.attempt(() => Promise.resolve('answer'))).resolves.toBe('answer');
    }
  });

  it('fails when the failure has not passed after that', async () => {
    const patience = new Patience();
    for (let time = 0; time < 12; time += 1) await patience.attempt(failing(failure(true)));
    await expect(patience.attempt(failing(failure(true)))).rejects.toThrow('It failed.');
  });

  it('fails when the failure does not pass', async () => {
    await expect(new Patience().attempt(failing(failure(false)))).rejects.toThrow('It failed.');
    await expect(new Patience().attempt(failing(new Error('a defect')))).rejects.toThrow('a defect');
  });
});
