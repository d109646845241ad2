import { contextOf } from '../../lib/cli/context-flag';
import { UsageError } from '../../lib/cli/errors';

function failureOf(argv: readonly string[]): UsageError {
  try {
    contextOf(argv);
  } catch (error) {
    if (error instanceof UsageError) {
      return error;
    }
    throw error;
  }
  throw new Error('No error was raised.');
}

describe('the context arguments', () => {
  test('are none by default', () => {
    expect(contextOf([])).toEqual({});
  });

  test('are read in each form that the CDK takes', () => {
    expect(contextOf(['-c', 'scale=5', '--context', 'team=blue', '--context=clusterName=lab', '-cregion=eu-west-1']))
      .toEqual({ scale: '5', team: 'blue', clusterName: 'lab', region: 'eu-west-1' });
  });

  test('keep an equals sign and an empty text in a value', () => {
    expect(contextOf(['-c', 'team=a=b', '-c', 'tags='])).toEqual({ team: 'a=b', tags: '' });
  });

  test('let the last of two values win', () => {
    expect(contextOf(['-c', 'scale=5', '-c', 'scale=0'])).toEqual({ scale: '0' });
  });

  test.each([
    ['a key has no value', ['-c', 'scale'], 'scale', 'InvalidContext'],
    ['a value has no key', ['-c', '=5'], '=5', 'InvalidContext'],
    ['an option is unknown', ['--scale', '5'], '--scale 5', 'ArgumentNotUnderstood'],
    ['an argument stands alone', ['scale=5'], 'scale=5', 'ArgumentNotUnderstood'],
  ])('fails when %s', (_what, argv, received, code) => {
    expect(failureOf(argv)).toMatchObject({
      code,
      received,
      remedy: expect.stringContaining('-c') as unknown,
    });
  });
});
