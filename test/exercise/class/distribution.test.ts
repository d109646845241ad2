import { distributionOf } from '../../../lib/exercise/class/play-class';

describe('a distribution', () => {
  test('names figures that are among the numbers, whatever their order', () => {
    expect(distributionOf([30, 10, 20, 40])).toEqual({ min: 10, median: 20, p90: 40, max: 40 });
    expect(distributionOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ min: 1, median: 50, p90: 90, max: 100 });
  });

  test('of one number is that number', () => {
    expect(distributionOf([7])).toEqual({ min: 7, median: 7, p90: 7, max: 7 });
  });

  test('of no number is 0', () => {
    expect(distributionOf([])).toEqual({ min: 0, median: 0, p90: 0, max: 0 });
  });

  test('leaves the numbers in their order', () => {
    const values = [3, 1, 2];
    distributionOf(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
