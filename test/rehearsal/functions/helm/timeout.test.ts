import { compressedTimeout } from '../../../../lib/rehearsal/functions/helm/timeout';

describe('helm\'s timeout', () => {
  it.each([
    ['600s', 30, 5, '20s'],
    ['600s', 30, 30, '30s'],
    ['10m0s', 10, 5, '60s'],
    ['1h', 60, 5, '60s'],
    ['20s', 30, 30, '20s'],
    ['soon', 30, 30, 'soon'],
  ])('of %s, compressed by %i with a floor of %i s, is %s', (given, compression, floor, expected) => {
    expect(compressedTimeout(['upgrade', '--wait', '--timeout', given, '-n', 'a'], compression, floor)).toEqual(['upgrade', '--wait', '--timeout', expected, '-n', 'a']);
  });

  it('stays away where none is given', () => {
    expect(compressedTimeout(['list', '600s'], 30, 5)).toEqual(['list', '600s']);
  });
});
