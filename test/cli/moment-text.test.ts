import { distanceText, momentText } from '../../lib/words';

describe('a moment in text', () => {
  test.each([
    ['2026-12-01T09:00Z', 'Asia/Seoul', '2026-12-01 18:00 Asia/Seoul (09:00 UTC)'],
    ['2026-12-01T20:00Z', 'Asia/Seoul', '2026-12-02 05:00 Asia/Seoul (2026-12-01 20:00 UTC)'],
    ['2026-12-01T09:00Z', 'UTC', '2026-12-01 09:00 UTC'],
    ['2026-12-01T09:00Z', 'Africa/Abidjan', '2026-12-01 09:00 UTC'],
  ])('%s in %s is %s', (moment, zone, text) => {
    expect(momentText(new Date(moment), zone)).toBe(text);
  });

  test('is in the zone of the computer by default', () => {
    expect(momentText(new Date('2026-12-01T09:00Z'))).toContain('UTC');
  });

  test.each([[0, '0 min'], [29_000, '0 min'], [65 * 60_000, '1 h 5 min'], [-2 * 3_600_000, '2 h'], [76 * 3_600_000, '3 d 4 h'], [45 * 60_000, '45 min']])(
    'is %i ms away: %s', (millis, text) => {
      expect(distanceText(millis)).toBe(text);
    });
});
