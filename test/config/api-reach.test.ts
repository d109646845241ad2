import { apiReach } from '../../lib/config/network-values';

describe('what reaches the API', () => {
  test.each([
    [['0.0.0.0/0']], [['::/0']], [['0.0.0.0/1']], [['0.0.0.0/1', '128.0.0.0/1']], [['203.0.113.0/24', '0.0.0.0/0']],
    [['0.0.0.0/2', '64.0.0.0/2']],
  ])('is the world for %j', (cidrs) => {
    expect(apiReach(cidrs)).toBe('world');
  });

  test.each([
    [['8.0.0.0/8']], [['8.0.0.0/7']], [['8.0.0.0/9', '13.0.0.0/9']], [['64.0.0.0/2']],
  ])('is wide for %j', (cidrs) => {
    expect(apiReach(cidrs)).toBe('wide');
  });

  test.each([
    [[]], [['203.0.113.7/32']], [['8.0.0.0/9']], [['8.0.0.0/9', '8.0.0.0/10', '8.64.0.0/10']], [['2001:db8::/48']],
  ])('is what is named for %j', (cidrs: readonly string[]) => {
    expect(apiReach(cidrs)).toBe('named');
  });

  test.each(['anywhere', '203.0.113.7/33', '2001:db8::/129', ''])('fails when the template has "%s"', (cidr) => {
    expect(() => apiReach(['203.0.113.7/32', cidr])).toThrow(expect.objectContaining({ code: 'AssemblyUnreadable', received: cidr, remedy: expect.stringContaining('apiAccess') as unknown }));
  });
});
