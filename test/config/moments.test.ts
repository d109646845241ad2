import { atExpression, momentInUtc, momentOfExpression, parseMoment } from '../../lib/config/moments';

describe('a moment', () => {
  test.each([
    ['2026-12-01T18:00+09:00', '2026-12-01T09:00:00.000Z'],
    ['2026-12-01T18:00:30+09:00', '2026-12-01T09:00:30.000Z'],
    ['2026-12-01T02:00+09:00', '2026-11-30T17:00:00.000Z'],
    ['2026-12-01T18:00Z', '2026-12-01T18:00:00.000Z'],
    ['2026-12-01T18:00-03:30', '2026-12-01T21:30:00.000Z'],
    ['2028-02-29T00:00+14:00', '2028-02-28T10:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseMoment(text)?.toISOString()).toBe(utc);
  });

  test.each([
    '2026-12-01T18:00', '2026-12-01', '2026-12-01 18:00+09:00', '2026-12-01T18:00 KST', '2026-12-01T18:00+0900', '2026-12-01T18:00+09',
    '2026-02-30T18:00+09:00', '2027-02-29T18:00+09:00', '2026-13-01T18:00+09:00', '2026-12-01T24:00+09:00', '2026-12-01T18:60+09:00',
    '2026-12-01T18:00+15:00', '2026-12-01T18:00+09:75', '2026-12-01T18:00:60Z', 'tomorrow', '', '1764579600',
  ])('fails when it is "%s"', (text) => {
    expect(parseMoment(text)).toBeUndefined();
  });

  test('is written in UTC, with seconds only where it has some', () => {
    expect([momentInUtc(new Date('2026-12-01T18:00:00+09:00')), momentInUtc(new Date('2026-12-01T18:00:05+09:00'))])
      .toEqual(['2026-12-01T09:00Z', '2026-12-01T09:00:05Z']);
  });
});

describe('the expression of EventBridge Scheduler', () => {
  test('has the digits of UTC for a time of Seoul', () => {
    expect(atExpression(new Date('2026-12-01T18:00:00+09:00'))).toBe('at(2026-12-01T09:00:00)');
  });

  test.each([
    ['at(2026-12-01T09:00:00)', undefined, '2026-12-01T09:00:00.000Z'],
    ['at(2026-12-01T09:00:00)', 'UTC', '2026-12-01T09:00:00.000Z'],
    ['at(2026-12-01T18:00:00)', 'Asia/Seoul', '2026-12-01T09:00:00.000Z'],
    ['at(2026-07-01T12:00:00)', 'America/New_York', '2026-07-01T16:00:00.000Z'],
    // Clocks go back at 02:00, after which it is 03:00 once.
    ['at(2026-11-01T03:00:00)', 'America/New_York', '2026-11-01T08:00:00.000Z'],
  ])('%s in %s is read as %s', (expression, zone, utc) => {
    expect(momentOfExpression(expression, zone)?.toISOString()).toBe(utc);
  });

  test.each([['rate(1 hour)', 'UTC'], ['cron(0 18 1 12 ? 2026)', 'UTC'], ['at(2026-02-30T09:00:00)', 'UTC'], ['at(2026-12-01T09:00:00)', 'Mars/Olympus']])(
    'fails when it is %s in %s', (expression, zone) => {
      expect(momentOfExpression(expression, zone)).toBeUndefined();
    });
});
