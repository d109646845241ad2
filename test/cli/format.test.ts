import { amountText, clockText, countedText, cpuText, durationText, hourlyText, memoryText, unitPriceText, zoneLettersText } from '../../lib/words';

test.each([
  [0, '0 s'], [45, '45 s'], [59.6, '1 min'], [480, '8 min'], [790, '13 min 10 s'], [3600, '1 h'], [3900, '1 h 5 min'],
])('%d seconds read as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('a point in time reads as minutes and seconds', () => {
  expect([0, 65, 790].map(clockText)).toEqual(['0:00', '1:05', '13:10']);
});

test('prices keep the digits that matter', () => {
  expect([unitPriceText(0.0025), hourlyText(0.2729), amountText(1.1655)]).toEqual(['0.0025', '0.273 USD/h', '1.17 USD']);
});

test('CPU and memory read as Kubernetes writes them', () => {
  expect([cpuText(5000), cpuText(1930), cpuText(0)]).toEqual(['5', '1930m', '0']);
  expect([memoryText(16384), memoryText(14162), memoryText(512)]).toEqual(['16 GiB', '14162 MiB', '512 MiB']);
});

test('a count agrees with its noun', () => {
  expect([countedText(1, 'node'), countedText(0, 'node'), countedText(24561, 'address', 'addresses')])
    .toEqual(['1 node', '0 nodes', '24,561 addresses']);
});

test('zones are told by the letter after their region', () => {
  expect(zoneLettersText(['ap-northeast-2a', 'ap-northeast-2c'], 'ap-northeast-2')).toBe('a, c');
});
