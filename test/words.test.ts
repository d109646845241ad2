import {
  amountText, clockText, counted, cpuQuantity, cpuText, distanceText, durationText, hourlyText, listed, listedZones, memoryText, momentText,
  moreThan, secondsText, unitPriceText, withFullStop, zoneLetters,
} from '../lib/words';

test('a count has its thousands apart, and agrees with its noun', () => {
  expect([counted(24561), counted(1, 'node'), counted(0, 'node'), counted(24561, 'address', 'addresses')])
    .toEqual(['24,561', '1 node', '0 nodes', '24,561 addresses']);
});

test('words in a row end with "and"', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['none', 'a', 'a and b', 'a, b and c']);
});

test('zones are told by the letter after their region: in a sentence after the first, in a column all', () => {
  const zones = ['ap-northeast-2a', 'ap-northeast-2c'];
  expect(listedZones(zones, 'ap-northeast-2')).toBe('ap-northeast-2a and c');
  expect(zoneLetters(zones, 'ap-northeast-2')).toBe('a, c');
});

test('CPU reads as a number in a sentence, and as Kubernetes writes it in a column', () => {
  expect([cpuText(180), cpuText(1000)]).toEqual(['0.18 CPU', '1 CPU']);
  expect([cpuQuantity(5000), cpuQuantity(1930), cpuQuantity(0)]).toEqual(['5', '1930m', '0']);
});

test('memory reads in the largest unit that keeps it whole', () => {
  expect([memoryText(16384), memoryText(14162), memoryText(512)]).toEqual(['16 GiB', '14162 MiB', '512 MiB']);
});

test('prices keep the digits that matter', () => {
  expect([unitPriceText(0.0025), hourlyText(0.2729), amountText(1.1655)]).toEqual(['0.0025', '0.273 USD/h', '1.17 USD']);
});

test('a total that lacks a price is told as more than it says', () => {
  expect([moreThan({}), moreThan({ unpriced: [] }), moreThan({ unpriced: ['m9.large'] })]).toEqual(['', '', 'more than ']);
});

test.each([
  [0, '0 s'], [45, '45 s'], [59.6, '1 min'], [480, '8 min'], [790, '13 min 10 s'], [3600, '1 h'], [3900, '1 h 5 min'],
])('%d seconds read as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('a measured duration reads to a tenth of a second, a point in time as minutes and seconds', () => {
  expect([0.44, 34.2].map(secondsText)).toEqual(['0.4 s', '34.2 s']);
  expect([0, 65, 790].map(clockText)).toEqual(['0:00', '1:05', '13:10']);
});

test.each([
  [0, '0 min'], [29_000, '0 min'], [65 * 60_000, '1 h 5 min'], [-2 * 3_600_000, '2 h'], [76 * 3_600_000, '3 d 4 h'], [45 * 60_000, '45 min'],
])('%i ms away reads as %s', (millis, text) => {
  expect(distanceText(millis)).toBe(text);
});

test('a sentence gets one full stop', () => {
  expect(['It runs', 'It runs.', 'Does it run?'].map(withFullStop)).toEqual(['It runs.', 'It runs.', 'Does it run?']);
});

describe('a moment in text', () => {
  test.each([
    ['2026-12-01T09:00Z', 'Asia/Seoul', '2026-12-01 18:00 Asia/Seoul (09:00 UTC)'],
    ['2026-12-01T20:00Z', 'Asia/Seoul', '2026-12-02 05:00 Asia/Seoul (2026-12-01 20:00 UTC)'],
    ['2026-12-01T09:00Z', 'UTC', '2026-12-01 09:00 UTC'],
    ['2026-12-01T09:00Z', 'Africa/Abidjan', '2026-12-01 09:00 UTC'],
  ])('%s in %s is %s', (moment, zone, text) => {
    expect(momentText(moment, zone)).toBe(text);
  });

  test('is in the zone of the computer by default', () => {
    expect(momentText('2026-12-01T09:00Z')).toContain('UTC');
  });
});
