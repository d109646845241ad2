import { cpuMillis, mebibytes, quantity } from '../../lib/kubernetes/allocatable';
import { labErrorOf } from '../assembly/lab-error-of';

describe('quantities', () => {
  test.each([
    ['1', 1], ['0.5', 0.5], ['.5', 0.5], ['250m', 0.25], ['2k', 2000], ['1Ki', 1024], ['1e3', 1000], ['1.5Gi', 1.5 * 2 ** 30], ['-1', -1],
  ])('%s is %d', (text, value) => {
    expect(quantity(text)).toBeCloseTo(value, 9);
  });

  test.each(['', 'one', '1 Gi', '1Gb', 'Mi', '1,5'])('fails when the text is "%s"', (text) => {
    expect(labErrorOf(() => quantity(text))).toMatchObject({ code: 'QuantityMalformed', received: text });
  });

  test('CPU is counted in thousandths and rounded up', () => {
    expect([cpuMillis('1'), cpuMillis('100m'), cpuMillis('0.29'), cpuMillis('1u')]).toEqual([1000, 100, 290, 1]);
  });

  test('memory is counted in MiB', () => {
    expect([mebibytes('400Gi'), mebibytes('70Mi'), mebibytes('1048576')]).toEqual([409600, 70, 1]);
  });
});
